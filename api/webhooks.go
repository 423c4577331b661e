package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"hoso/internal/courier"
	"hoso/internal/portal"
	"hoso/internal/store"
	"hoso/internal/webhook"
)

// maxReport bounds what the portal may send: a report can carry electronic
// results, in base64.
const maxReport = 24 << 20

// Signed is the part of a webhook's input that its signature is in.
type Signed struct {
	WebhookID string `header:"Webhook-Id" doc:"Names the message; the same for every delivery of it."`
	Timestamp string `header:"Webhook-Timestamp" doc:"Unix seconds of this delivery; at most five minutes off."`
	Signature string `header:"Webhook-Signature" doc:"v1, and HMAC-SHA256 in base64 over id, timestamp and body, joined by full stops."`

	header http.Header
}

// Resolve keeps the headers as they came: a header sent twice must not verify.
func (in *Signed) Resolve(ctx huma.Context) []error {
	in.header = humagin.Unwrap(ctx).Request.Header
	return nil
}

type portalHook struct{ Signed }

type carrierHook struct {
	Signed
	Carrier string `path:"carrier" maxLength:"40"`
}

// Receipt says that a report was taken in.
type Receipt struct {
	ID    string `json:"id" doc:"Of the report, as we keep it."`
	State string `json:"state" example:"pending" doc:"What became of it so far: pending, signalled, applied, stale, late, unmatched."`
}

type receiptOutput struct{ Body Receipt }

func (s *Server) registerWebhooks() {
	register(s, Op{
		ID: "portal-webhook", Method: http.MethodPost, Path: "/v1/webhooks/portal", Tag: "webhooks", Summary: "What the portal reports",
		Webhook: true, MaxBytes: maxReport, Problems: []Code{Unauthenticated, Conflict, InvalidDossier},
		Doc: "The same event again is answered the same and has no effect; a known event id with another body is a 409.",
	}, anyone, s.portalWebhook)
	register(s, Op{
		ID: "carrier-webhook", Method: http.MethodPost, Path: "/v1/webhooks/couriers/{carrier}", Tag: "webhooks", Summary: "What a carrier reports",
		Webhook: true, Problems: []Code{Unauthenticated, NotFound, Conflict, InvalidDossier},
	}, anyone, s.carrierWebhook)
}

func (s *Server) portalWebhook(ctx context.Context, in *portalHook) (*receiptOutput, error) {
	var e portal.Event
	if err := s.open(ctx, in.Signed, s.deps.PortalSecrets, &e); err != nil {
		return nil, err
	}
	m, err := s.door.Portal(ctx, e)
	return s.received(m, err)
}

func (s *Server) carrierWebhook(ctx context.Context, in *carrierHook) (*receiptOutput, error) {
	secrets, known := s.deps.CarrierSecrets[in.Carrier]
	if !known {
		return nil, NewNotFound()
	}
	var e courier.Event
	if err := s.open(ctx, in.Signed, secrets, &e); err != nil {
		return nil, err
	}
	m, err := s.door.Carrier(ctx, in.Carrier, e)
	return s.received(m, err)
}

// open proves a report's signature and only then reads it. Fields that we do not
// know pass: outside parties add theirs without asking.
func (s *Server) open(ctx context.Context, in Signed, secrets [][]byte, event any) error {
	v := webhook.Verifier{Secrets: secrets, Now: s.deps.Now}
	if _, err := v.Verify(in.header, RawBody(ctx)); err != nil {
		Log(ctx).Warn("webhook refused", "why", err.Error())
		return NewUnauthenticated()
	}
	err := json.Unmarshal(RawBody(ctx), event)
	if mistyped := new(json.UnmarshalTypeError); errors.As(err, &mistyped) {
		return NewInvalidRequest(Field(pointerFrom(mistyped.Field), "wrong_type"))
	} else if err != nil {
		return NewInvalidRequest(Field("", "json_broken"))
	}
	return nil
}

func (s *Server) received(m store.Inbox, err error) (*receiptOutput, error) {
	if err != nil {
		return nil, err
	}
	s.deps.Relay.KickMessage(m)
	return &receiptOutput{Receipt{ID: m.ID, State: m.State}}, nil
}
