package api

import (
	"context"
	"net/http"
	"time"

	"hoso/internal/courier"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// Shipment is one parcel of a carrier. Who receives it stands in the carrier's
// own order.
type Shipment struct {
	ID             string                `json:"id"`
	Dossier        string                `json:"dossier"`
	Leg            string                `json:"leg" enum:"out,home" doc:"out: papers to the authority; home: result to the citizen."`
	Attempt        int                   `json:"attempt"`
	Carrier        string                `json:"carrier"`
	TrackingNumber string                `json:"tracking_number,omitempty"`
	State          dossier.DeliveryState `json:"state"`
	Since          *Time                 `json:"since" nullable:"true"`
	FailedAttempts int                   `json:"failed_attempts"`
	Contradicted   bool                  `json:"contradicted" doc:"Two different ends were reported."`
	CreatedAt      Time                  `json:"created_at"`
}

// ShipmentEvent is what a courier reports about a parcel.
type ShipmentEvent struct {
	EventID    string         `json:"event_id" pattern:"^[A-Za-z0-9._:/-]{1,120}$" doc:"Drawn by the courier; the same event again has no effect."`
	Type       string         `json:"type" enum:"booked,picked_up,in_transit,out_for_delivery,attempt_failed,held_at_office,delivered,returning,returned_to_sender,cancelled,lost"`
	OccurredAt Time           `json:"occurred_at"`
	Reason     string         `json:"reason,omitempty" maxLength:"1000"`
	Proof      *DeliveryProof `json:"proof,omitempty" doc:"Needed with delivered."`
}

// DeliveryProof is the evidence of a delivery.
type DeliveryProof struct {
	Method     string `json:"method,omitempty" enum:"code,signature,photo,identity"`
	Signer     string `json:"signer,omitempty" maxLength:"200"`
	Relation   string `json:"relation,omitempty" maxLength:"40" example:"self"`
	IDTail     string `json:"id_tail,omitempty" pattern:"^[0-9]{4}$"`
	DocumentID string `json:"document_id,omitempty" maxLength:"64"`
}

type shipmentsInput struct {
	Page
	State string `query:"state" enum:"none,booked,picked_up,in_transit,out_for_delivery,attempt_failed,held_at_office,delivered,returning,returned_to_sender,cancelled,lost"`
}

type shipmentEventInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body ShipmentEvent
}

type (
	shipmentsOutput struct{ Body List[Shipment] }
	shipmentOutput  struct{ Body Shipment }
)

func (s *Server) registerShipments() {
	couriers := only(identity.Courier)
	register(s, Op{
		ID: "list-shipments", Method: http.MethodGet, Path: "/v1/shipments", Tag: "shipments", Summary: "The carrier's own parcels, newest first",
	}, couriers, s.listShipments)
	register(s, Op{
		ID: "report-shipment", Method: http.MethodPost, Path: "/v1/shipments/{id}/events", Tag: "shipments",
		Summary: "Report what happened to a parcel", Problems: []Code{NotFound, Conflict, InvalidDossier},
		Doc: "`event_id` makes a repetition harmless; no Idempotency-Key is needed.",
	}, couriers, s.reportShipment)
}

// shipmentKey is where a page of shipments ends.
type shipmentKey struct {
	Created time.Time `json:"t"`
	ID      string    `json:"i"`
}

func (s *Server) listShipments(ctx context.Context, in *shipmentsInput) (*shipmentsOutput, error) {
	var after shipmentKey
	if _, err := DecodeCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.Shipments(ctx, store.ShipmentFilter{Carrier: SubjectFrom(ctx).Carrier, State: dossier.DeliveryState(in.State),
		AfterTime: after.Created, AfterID: after.ID, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return &shipmentsOutput{pageOf(in.Page, rows, func(r store.Shipment) any { return shipmentKey{r.CreatedAt.UTC(), r.ID} }, shipmentView)}, nil
}

func (s *Server) reportShipment(ctx context.Context, in *shipmentEventInput) (*shipmentOutput, error) {
	who := SubjectFrom(ctx)
	sh, err := s.deps.Store.Shipment(ctx, who.Carrier, in.ID)
	if err != nil {
		return nil, err
	}
	if errs, err := s.checkEvent(ctx, in.Body); err != nil || len(errs) > 0 {
		return nil, orInvalid(err, errs)
	}
	e := courier.Event{ID: in.Body.EventID, Key: sh.Key, TrackingNumber: sh.TrackingNumber, Type: in.Body.Type,
		OccurredAt: in.Body.OccurredAt.UTC(), Reason: in.Body.Reason, Proof: (*courier.Proof)(in.Body.Proof)}
	m, err := s.door.Courier(ctx, who.Carrier, sh.ID, e)
	if err != nil {
		return nil, err
	}
	s.deps.Relay.KickMessage(m)
	if sh, err = s.deps.Store.Shipment(ctx, who.Carrier, sh.ID); err != nil {
		return nil, err
	}
	return &shipmentOutput{shipmentView(sh)}, nil
}

func orInvalid(err error, errs []FieldError) error {
	if err != nil {
		return err
	}
	return NewInvalidDossier(errs...)
}

func (s *Server) checkEvent(ctx context.Context, e ShipmentEvent) ([]FieldError, error) {
	var errs []FieldError
	if e.OccurredAt.Year() < 2000 {
		errs = append(errs, Field("/occurred_at", "time_unlikely"))
	} else if s.inFuture(e.OccurredAt.Time) {
		errs = append(errs, Field("/occurred_at", "time_future"))
	}
	if e.Type == string(dossier.DeliveryDelivered) && (e.Proof == nil || e.Proof.Method == "") {
		errs = append(errs, Field("/proof/method", "proof_required"))
	}
	if e.Proof == nil || e.Proof.DocumentID == "" {
		return errs, nil
	}
	unfit, _, err := s.usable(ctx, "", []docRef{{"/proof/document_id", e.Proof.DocumentID}})
	return append(errs, unfit...), err
}

func shipmentView(sh store.Shipment) Shipment {
	return Shipment{ID: sh.ID, Dossier: sh.DossierCode, Leg: sh.Leg, Attempt: sh.Attempt, Carrier: sh.Carrier, TrackingNumber: sh.TrackingNumber,
		State: sh.State, Since: AtOrNil(sh.Since), FailedAttempts: sh.Attempts, Contradicted: sh.Contradicted, CreatedAt: At(sh.CreatedAt)}
}
