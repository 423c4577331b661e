package api

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"hoso/internal/dossier"
	"hoso/internal/forms"
	"hoso/internal/printer"
	"hoso/internal/store"
)

// Form is one official form of a dossier.
type Form struct {
	ID         string           `json:"id"`
	Kind       dossier.FormKind `json:"kind" enum:"00,01,02,03,04-draft,04,05,06" doc:"Our number of the form, whatever the law of the day calls it."`
	Number     string           `json:"number,omitempty" example:"01" doc:"Its number in the annex of the version; absent for a form that none numbers."`
	Name       string           `json:"name" example:"Giấy tiếp nhận hồ sơ và hẹn trả kết quả" doc:"Official name in the version of the reception day."`
	Version    string           `json:"version" example:"TT 03/2025/TT-VPCP" doc:"The law that the form is by."`
	N          int              `json:"n" doc:"The how many-th of its kind, from 1."`
	Seq        int64            `json:"seq" doc:"The change that it belongs to, as in the timeline."`
	State      string           `json:"state" enum:"pending,ready,failed" doc:"pending: written when it is asked for. failed: cause says why; asking for it tries again."`
	StateLabel string           `json:"state_label"`
	Cause      string           `json:"cause,omitempty" example:"field:head.portal_code" doc:"Code of why the last try failed; it names a field and no value."`
	IssuedAt   Time             `json:"issued_at" doc:"When the change was recorded."`
	SHA256     string           `json:"sha256,omitempty" doc:"Of the document, once it is ready."`
	Bytes      int64            `json:"bytes,omitempty"`
	Pages      int              `json:"pages,omitempty"`
	MediaType  string           `json:"media_type,omitempty" example:"application/pdf"`
	Mark       string           `json:"mark,omitempty" doc:"Of the signed statement, as it stands on every page; only slip and receipt have one."`
	KeyID      string           `json:"key_id,omitempty"`
	Content    string           `json:"content" doc:"Where the document is." example:"/v1/dossiers/…/forms/…"`
}

// FormRef names a form of a dossier.
type FormRef struct {
	DossierRef
	ID string `path:"id" maxLength:"64"`
}

type (
	formsOutput struct{ Body List[Form] }
	paperOutput struct {
		ContentType        string `header:"Content-Type"`
		ContentDisposition string `header:"Content-Disposition"`
		ContentLength      string `header:"Content-Length"`
		ETag               string `header:"ETag" doc:"The document's SHA-256."`
		Body               func(huma.Context)
	}
)

func (s *Server) registerForms() {
	register(s, Op{
		ID: "dossier-forms", Method: http.MethodGet, Path: "/v1/dossiers/{code}/forms", Tag: "forms",
		Summary: "The official forms of a dossier, in the order of its changes", Problems: []Code{NotFound},
		Doc: "A form is ordered with the change that yields it and written once; from then on it never changes.",
	}, readers, s.listForms)
	register(s, Op{
		ID: "dossier-form", Method: http.MethodGet, Path: "/v1/dossiers/{code}/forms/{id}", Tag: "forms",
		Summary: "A form as a document", Problems: []Code{NotFound, Conflict}, Tune: answersBytes("application/pdf"),
		Doc: "One that has not been written yet is written now. 409 when a field keeps it from being written.",
	}, readers, s.showForm)
	register(s, Op{
		ID: "receipt-keys", Method: http.MethodGet, Path: "/v1/receipt-keys", Tag: "forms",
		Summary: "The keys that verify slips and receipts, as a JWK set",
		Doc:     "Former keys stay in it, so that old receipts stay good. `hoso verify-receipt` reads it as it is.",
	}, anyone, s.receiptKeys)
}

// answersBytes says in the document that an operation answers with a file.
func answersBytes(types ...string) func(*huma.Operation) {
	return func(o *huma.Operation) {
		content := map[string]*huma.MediaType{}
		for _, t := range types {
			content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
		o.Responses["200"] = &huma.Response{Description: "The document.", Content: content}
	}
}

func (s *Server) listForms(ctx context.Context, in *DossierRef) (*formsOutput, error) {
	d, err := s.findDossier(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.Forms(ctx, d.Code)
	if err != nil {
		return nil, err
	}
	views := make([]Form, len(rows))
	for i, f := range rows {
		views[i] = formView(requestIn(ctx).lang, f)
	}
	return &formsOutput{NewList(views, "")}, nil
}

func formView(l lang, f store.Form) Form {
	v := Form{ID: f.ID, Kind: f.Kind, Number: f.Number, Name: f.Title, Version: f.Version, N: f.N, Seq: f.Seq, State: f.State, StateLabel: formWords[f.State][l],
		Cause: f.Cause, IssuedAt: At(f.CreatedAt), SHA256: f.SHA256, Bytes: f.Bytes, Pages: f.Pages, MediaType: f.MediaType, Mark: f.Mark, KeyID: f.KeyID,
		Content: "/v1/dossiers/" + f.DossierCode + "/forms/" + f.ID}
	if f.State == store.FormReady {
		return v
	}
	if o, err := forms.InForce(printer.FormOf(f.Kind), printer.LawDay(f)); err == nil {
		v.Number, v.Name, v.Version = o.Number, o.Name, o.Version
	}
	return v
}

// formWords name the state of a form.
var formWords = map[string]text{
	store.FormPending: {"chưa lập", "not written yet"},
	store.FormReady:   {"đã lập", "ready"},
	store.FormFailed:  {"chưa lập được", "could not be written"},
}

func (s *Server) showForm(ctx context.Context, in *FormRef) (*paperOutput, error) {
	d, err := s.findDossier(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	row, err := s.deps.Store.Form(ctx, d.Code, in.ID)
	if err != nil {
		return nil, err
	}
	row, err = s.deps.Printer.Print(ctx, row)
	switch {
	case err != nil && (store.Unavailable(err) || ctx.Err() != nil):
		return nil, err
	case err != nil:
		cause := printer.CauseOf(err)
		Log(ctx).Warn("form not rendered", "dossier", row.DossierCode, "form", row.Kind, "n", row.N, "cause", cause)
		// Kept, so that what was asked for in vain is counted; a printer's own next try stays when it is.
		if err := s.deps.Store.FormNotWritten(ctx, row.ID, cause, &row.NextAt); err != nil {
			return nil, err
		}
		return nil, NewProblem(Conflict, Field("", "form_not_written", "cause", cause))
	}
	return s.storedPaper(ctx, row)
}

// storedPaper answers with the bytes that were kept.
func (s *Server) storedPaper(ctx context.Context, f store.Form) (*paperOutput, error) {
	file, err := s.deps.Blobs.Get(f.StorageName)
	if err != nil {
		return nil, fmt.Errorf("form %s: %w", f.ID, err)
	}
	return &paperOutput{
		ContentType: f.MediaType, ContentDisposition: `inline; filename="` + formName(f) + `"`, ContentLength: strconv.FormatInt(f.Bytes, 10),
		ETag: `"` + f.SHA256 + `"`,
		Body: func(c huma.Context) {
			defer file.Close()
			if _, err := io.Copy(c.BodyWriter(), file); err != nil {
				Log(ctx).Warn("form not sent whole", "error", loggable(err))
			}
		},
	}, nil
}

// formName is a file name of codes only: "02-2-VNPHKI-250205-0001-M.pdf".
func formName(f store.Form) string {
	name := string(f.Kind)
	if f.N > 1 {
		name += "-" + strconv.Itoa(f.N)
	}
	return name + "-" + f.DossierCode + ".pdf"
}

// KeySet is a JSON Web Key set (RFC 7517).
type KeySet struct {
	Keys []PublicKey `json:"keys" nullable:"false"`
}

// PublicKey is an Ed25519 key (RFC 8037).
type PublicKey struct {
	KeyType   string `json:"kty" enum:"OKP"`
	Curve     string `json:"crv" enum:"Ed25519"`
	X         string `json:"x" doc:"base64url without padding"`
	KeyID     string `json:"kid" example:"receipt-8er_pd7kPHEe"`
	Algorithm string `json:"alg" enum:"EdDSA"`
	Use       string `json:"use" enum:"sig"`
}

type keySetOutput struct{ Body KeySet }

func (s *Server) receiptKeys(context.Context, *struct{}) (*keySetOutput, error) {
	set := KeySet{Keys: []PublicKey{}}
	for _, id := range slices.Sorted(maps.Keys(s.deps.ReceiptKeys)) {
		set.Keys = append(set.Keys, PublicKey{KeyType: "OKP", Curve: "Ed25519", X: base64.RawURLEncoding.EncodeToString(s.deps.ReceiptKeys[id]),
			KeyID: id, Algorithm: "EdDSA", Use: "sig"})
	}
	return &keySetOutput{set}, nil
}

// freshPaper answers with a form that is made on demand and kept nowhere.
func freshPaper(doc forms.Document, name string) *paperOutput {
	return &paperOutput{
		ContentType: doc.MediaType, ContentDisposition: `inline; filename="` + name + `"`, ContentLength: strconv.Itoa(len(doc.Bytes)),
		ETag: `"` + doc.SHA256 + `"`,
		Body: func(c huma.Context) { _, _ = c.BodyWriter().Write(doc.Bytes) },
	}
}
