// Package arrivals is the one door by which reports of outside parties come in,
// whether a webhook brings them or we asked. It checks what they say as strictly
// as a user's input, keeps free text and files apart, and puts the rest into the
// inbox, where a repetition is recognised.
package arrivals

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"hoso/internal/blob"
	"hoso/internal/courier"
	"hoso/internal/dossier"
	"hoso/internal/portal"
	"hoso/internal/register"
	"hoso/internal/store"
)

// ErrUnfit is a report that breaks a rule; the text names the field and never
// its value.
var ErrUnfit = errors.New("arrivals: report does not fit")

// SourcePortal is the inbox source of the portal.
const SourcePortal = "portal"

// SourceCarrier is the inbox source of a carrier.
func SourceCarrier(carrier string) string { return "courier:" + carrier }

// maxResult bounds an electronic result that a report carries, in bytes;
// maxResults how many it carries; maxFee a fee, in whole đồng, so that no sum of
// them overflows.
const (
	maxResult  = 8 << 20
	maxResults = 20
	maxFee     = 1_000_000_000_000
)

var (
	eventID   = regexp.MustCompile(`^[A-Za-z0-9._:/-]{1,120}$`)
	component = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)
	mediaType = regexp.MustCompile(`^[a-zA-Z0-9.+-]{1,60}/[a-zA-Z0-9.+-]{1,60}$`)
)

// Door takes reports in.
type Door struct {
	Store *store.Store
	Blobs *blob.Store
}

// Portal takes a portal's report in and gives its inbox row, known or new.
// Errors are ErrUnfit, store.ErrEventChanged, or the database's.
func (d Door) Portal(ctx context.Context, e portal.Event) (store.Inbox, error) {
	if err := checkPortal(e); err != nil {
		return store.Inbox{}, err
	}
	r := register.PortalReport{Status: dossier.Status(e.Status), At: e.OccurredAt.UTC(), PortalCode: e.PortalCode, DueAt: e.DueAt, Asked: e.Components, Fee: e.FeeAmount}
	var words []string
	for _, a := range e.Asked {
		if !slices.Contains(r.Asked, a.Component) {
			r.Asked = append(slices.Clip(r.Asked), a.Component)
		}
		r.Parts, words = append(r.Parts, register.Part{Component: a.Component, Pages: a.Pages}), append(words, plain(a.Text))
	}
	var results []store.Result
	if e.Result != nil {
		r.Result = &register.Result{Known: true, Paper: e.Result.Paper}
		for _, doc := range e.Result.Documents {
			row, err := d.result(ctx, e.Code, doc)
			if err != nil {
				return store.Inbox{}, err
			}
			if !slices.ContainsFunc(results, func(r store.Result) bool { return r.DocumentID == row.DocumentID }) {
				results = append(results, row)
			}
		}
	}
	m, _, err := d.Store.AcceptReport(ctx, store.Arrival{Source: SourcePortal, EventID: e.ID, Digest: digest(inUTC(e)), Text: plain(e.Text), PartTexts: words}, e.Code, r, results)
	return m, err
}

func checkPortal(e portal.Event) error {
	switch {
	case !eventID.MatchString(e.ID):
		return unfit("/event_id")
	case !dossier.ValidCode(e.Code):
		return unfit("/code")
	case !dossier.Status(e.Status).Valid():
		return unfit("/status")
	case !likely(e.OccurredAt):
		return unfit("/occurred_at")
	case e.DueAt != nil && !likely(*e.DueAt):
		return unfit("/due_at")
	case e.PortalCode != "" && !dossier.ValidPortalCode(e.PortalCode):
		return unfit("/portal_code")
	case e.FeeAmount < 0 || e.FeeAmount > maxFee || dossier.Status(e.Status) == dossier.PaymentRequired && e.FeeAmount == 0:
		return unfit("/fee_amount")
	case len(e.Text) > 4000:
		return unfit("/text")
	case len(e.Components) > 50 || slices.ContainsFunc(e.Components, func(c string) bool { return !component.MatchString(c) }):
		return unfit("/components")
	case len(e.Asked) > 50 || slices.ContainsFunc(e.Asked, unlikelyPart):
		return unfit("/asked")
	case e.Result != nil && len(e.Result.Documents) > maxResults:
		return unfit("/result/documents")
	}
	return nil
}

// unlikelyPart refuses what cannot be meant by a request for pages.
func unlikelyPart(a portal.Asked) bool {
	odd := func(page int) bool { return page < 1 || page > 10_000 }
	return !component.MatchString(a.Component) || len(a.Pages) > 200 || len(a.Text) > 2000 || slices.ContainsFunc(a.Pages, odd)
}

// result keeps an electronic result's bytes, if they are what their digest says.
func (d Door) result(ctx context.Context, code string, r portal.ResultDocument) (store.Result, error) {
	sum := sha256.Sum256(r.Content)
	if len(r.Content) == 0 || len(r.Content) > maxResult || hex.EncodeToString(sum[:]) != r.SHA256 || !mediaType.MatchString(r.MediaType) {
		return store.Result{}, unfit("/result/documents")
	}
	kept, err := d.Blobs.Put(bytes.NewReader(r.Content), maxResult)
	if err != nil {
		return store.Result{}, fmt.Errorf("arrivals: keeping a result: %w", err)
	}
	doc, err := d.Store.StoreResult(ctx, store.Document{SHA256: kept.SHA256, StorageName: kept.Name, MediaType: r.MediaType, Bytes: kept.Bytes,
		Verdict: string(dossier.Ready), Findings: "[]", Subject: SourcePortal, DossierCode: code})
	return store.Result{Name: plain(r.Name), DocumentID: doc.ID}, err
}

// Carrier takes a carrier's report in and gives its inbox row, known or new.
func (d Door) Carrier(ctx context.Context, carrier string, e courier.Event) (store.Inbox, error) {
	return d.parcel(ctx, carrier, "", e)
}

// Courier takes in what a courier enters by hand for one of the carrier's parcels.
func (d Door) Courier(ctx context.Context, carrier, shipment string, e courier.Event) (store.Inbox, error) {
	return d.parcel(ctx, carrier, shipment, e)
}

func (d Door) parcel(ctx context.Context, carrier, shipment string, e courier.Event) (store.Inbox, error) {
	if err := checkParcel(e); err != nil {
		return store.Inbox{}, err
	}
	proof := ""
	if e.Proof != nil {
		raw, err := json.Marshal(e.Proof)
		if err != nil {
			return store.Inbox{}, unfit("/proof")
		}
		proof = string(raw)
	}
	m, _, err := d.Store.AcceptParcel(ctx, store.ParcelArrival{
		Arrival: store.Arrival{Source: SourceCarrier(carrier), EventID: e.ID, Digest: digest(parcelSaid(e)), Text: plain(e.Reason)},
		Carrier: carrier, Key: e.Key, ShipmentID: shipment, Type: dossier.DeliveryState(e.Type), OccurredAt: e.OccurredAt, Proof: proof})
	return m, err
}

func checkParcel(e courier.Event) error {
	switch {
	case !eventID.MatchString(e.ID):
		return unfit("/event_id")
	case !eventID.MatchString(e.Key): // of the same make
		return unfit("/key")
	case !slices.Contains(dossier.ParcelEventTypes(), dossier.DeliveryState(e.Type)):
		return unfit("/type")
	case !likely(e.OccurredAt):
		return unfit("/occurred_at")
	case len(e.Reason) > 4000:
		return unfit("/reason")
	case dossier.DeliveryState(e.Type) == dossier.DeliveryDelivered && (e.Proof == nil || e.Proof.Method == ""):
		return unfit("/proof/method") // only a proven delivery closes a dossier
	}
	return nil
}

// likely says whether a time can be meant: a broken clock's year would poison the
// order of all that comes after.
func likely(t time.Time) bool { return t.Year() >= 2000 && t.Year() < 2100 }

// plain takes out of a text what PostgreSQL cannot hold or a reader cannot see.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

func unfit(pointer string) error { return fmt.Errorf("%w: %s", ErrUnfit, pointer) }

// inUTC takes the zone out of a report, in which a webhook and our own asking may
// differ.
func inUTC(e portal.Event) portal.Event {
	e.OccurredAt = e.OccurredAt.UTC()
	if e.DueAt != nil {
		due := e.DueAt.UTC()
		e.DueAt = &due
	}
	return e
}

// parcelSaid is what a carrier's report says, without what may or may not be
// filled in: zone and tracking number.
func parcelSaid(e courier.Event) courier.Event {
	e.OccurredAt, e.TrackingNumber = e.OccurredAt.UTC(), ""
	return e
}

// digest tells a repetition from a change. It is taken over what was understood,
// so that a webhook and our own asking give the same.
func digest(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
