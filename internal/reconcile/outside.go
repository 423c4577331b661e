package reconcile

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hoso/internal/arrivals"
	"hoso/internal/courier"
	"hoso/internal/dossier"
	"hoso/internal/portal"
	"hoso/internal/store"
)

// sidePortal is the portal; a carrier is a side by its source's name.
const sidePortal = arrivals.SourcePortal

// seePortal holds the portal's ledger against what the register heard of it.
func (r *Reconciler) seePortal(ctx context.Context, v *view) error {
	acts, err := r.store.Effects(ctx, v.d.Code)
	if err != nil {
		return err
	}
	acts = slices.DeleteFunc(acts, func(e store.Effect) bool {
		return !slices.Contains([]string{"submit", "supplement", "payment", "withdraw"}, e.Act) || e.State != store.EffectDone
	})
	if len(acts) == 0 && !v.d.Submitted {
		return nil // it knows nothing of the dossier
	}
	if down, err := r.store.PortalDown(ctx, r.store.Now()); err != nil || down != nil {
		v.unasked = append(v.unasked, sidePortal)
		return err
	}
	var events []portal.Event
	said, err := r.ask(ctx, sidePortal, func(ctx context.Context) (err error) {
		events, err = r.portal.Events(ctx, v.d.Code)
		return err
	})
	if err == nil && said && len(acts) > 0 {
		said, err = r.seePortalAct(ctx, v, acts[len(acts)-1].Key)
	}
	if err != nil || !said {
		v.unasked = append(v.unasked, sidePortal)
		return err
	}
	return r.seePortalEvents(ctx, v, events)
}

// seePortalAct asks about the newest act that the portal confirmed.
func (r *Reconciler) seePortalAct(ctx context.Context, v *view, key string) (said bool, err error) {
	gone := false
	said, err = r.ask(ctx, sidePortal, func(ctx context.Context) error {
		_, err := r.portal.Lookup(ctx, key)
		if gone = errors.Is(err, portal.ErrNoSuchKey); gone {
			return nil
		}
		return err
	})
	if gone {
		v.find(PortalActGone, key, nil)
	}
	return said, err
}

func (r *Reconciler) seePortalEvents(ctx context.Context, v *view, events []portal.Event) error {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	known, err := r.store.KnownEvents(ctx, arrivals.SourcePortal, ids)
	if err != nil {
		return err
	}
	var news []portal.Event
	for _, e := range events {
		if _, there := known[e.ID]; !there && v.old(r.store.Now(), e.OccurredAt) {
			news = append(news, e)
		}
	}
	if len(news) > 0 {
		r.ahead(v, PortalAhead, idsOf(news, func(e portal.Event) string { return e.ID }), func(ctx context.Context) error {
			var errs []error
			for _, e := range news {
				errs = append(errs, r.passOn(r.door.Portal(ctx, e)))
			}
			return errors.Join(errs...)
		})
		return nil
	}
	if len(events) > 0 {
		r.seePortalStatus(v, events, known)
	}
	return nil
}

// seePortalStatus holds the portal's last word against the register, once all that
// it has said came in and was dealt with.
func (r *Reconciler) seePortalStatus(v *view, events []portal.Event, known map[string]string) {
	last := slices.MaxFunc(events, func(a, b portal.Event) int { return a.OccurredAt.Compare(b.OccurredAt) })
	for _, e := range events {
		if e.PortalCode != "" && v.d.PortalCode != nil && e.PortalCode != *v.d.PortalCode {
			v.find(PortalCode, e.ID, nil)
			break
		}
	}
	if v.d.Stage != dossier.StageDecision || known[last.ID] != store.InboxApplied || !v.old(r.store.Now(), last.OccurredAt) {
		return
	}
	if said := dossier.Status(last.Status); !leadsTo(said, v.d.Status) {
		v.find(PortalStatus, last.ID+" says "+said.Name()+"; register: "+v.d.Status.Name(), nil)
	}
}

// leadsTo says whether a dossier of one status may have come to another since.
func leadsTo(from, to dossier.Status) bool {
	seen := map[dossier.Status]bool{from: true}
	for grown := true; grown && !seen[to]; {
		grown = false
		for _, e := range dossier.Edges() {
			if seen[e.From] && !seen[e.To] {
				seen[e.To], grown = true, true
			}
		}
	}
	return seen[to]
}

// seeCarriers holds the carriers' ledgers against the dossier's parcels.
func (r *Reconciler) seeCarriers(ctx context.Context, v *view) error {
	parcels, err := r.store.ShipmentsOf(ctx, v.d.Code)
	if err != nil {
		return err
	}
	for _, sh := range parcels {
		carrier, served := r.carriers[sh.Carrier]
		if sh.TrackingNumber == "" || !served || v.d.Stage == dossier.StageClosed && over(sh.State) {
			continue
		}
		if err := r.seeParcel(ctx, v, sh, carrier); err != nil {
			return err
		}
	}
	return nil
}

// over says whether a parcel has come to an end of its way.
func over(s dossier.DeliveryState) bool {
	return s == dossier.DeliveryDelivered || s == dossier.DeliveryReturned || s == dossier.DeliveryCancelled || s == dossier.DeliveryCollected
}

func (r *Reconciler) seeParcel(ctx context.Context, v *view, sh store.Shipment, carrier courier.Carrier) error {
	source, gone := arrivals.SourceCarrier(sh.Carrier), false
	var events []courier.Event
	said, err := r.ask(ctx, source, func(ctx context.Context) (err error) {
		events, err = carrier.Events(ctx, sh.Key)
		if err == nil && len(events) == 0 { // of a parcel that it knows it has something to say, soon
			_, err = carrier.Lookup(ctx, sh.Key)
			if gone = errors.Is(err, courier.ErrNoSuchKey); gone {
				err = nil
			}
		}
		return err
	})
	if err != nil || !said {
		v.unasked = append(v.unasked, source)
		return err
	}
	if gone {
		v.find(CarrierActGone, sh.Key, nil)
		return nil
	}
	known, err := r.store.KnownEvents(ctx, source, idsOf(events, func(e courier.Event) string { return e.ID }))
	if err != nil {
		return err
	}
	news := slices.DeleteFunc(slices.Clone(events), func(e courier.Event) bool {
		_, there := known[e.ID]
		return there || !v.old(r.store.Now(), e.OccurredAt)
	})
	if len(news) == 0 {
		return nil
	}
	r.ahead(v, CarrierAhead, idsOf(news, func(e courier.Event) string { return e.ID }), func(ctx context.Context) error {
		var errs []error
		for _, e := range news {
			errs = append(errs, r.passOn(r.door.Carrier(ctx, sh.Carrier, e)))
		}
		return errors.Join(errs...)
	})
	return nil
}

// ahead is a side that has said what never came in: it comes in by the door that
// its callbacks use.
func (r *Reconciler) ahead(v *view, kind string, ids []string, take func(context.Context) error) {
	what := strings.Join(ids, " ")
	v.find(kind, what, func(ctx context.Context) (string, error) {
		return "reports_taken_in", take(ctx)
	})
}

// passOn hands a report that has been taken in to its workflow.
func (r *Reconciler) passOn(m store.Inbox, err error) error {
	if err == nil {
		r.workflows.KickMessage(m)
	}
	return err
}

func idsOf[E any](events []E, id func(E) string) []string {
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = id(e)
	}
	return out
}

// old says whether something is old enough to be missed.
func (v *view) old(now, at time.Time) bool {
	return at.Before(now.Add(-v.grace)) || at.Before(v.restored)
}
