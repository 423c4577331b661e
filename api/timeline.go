package api

import (
	"context"
	"encoding/json"
	"net/http"

	"hoso/internal/store"
)

// Event is one change of a dossier: when, who, what, why.
type Event struct {
	Seq   int64             `json:"seq" doc:"The dossier's revision after it."`
	At    Time              `json:"at"`
	Kind  string            `json:"kind" example:"filed"`
	Label string            `json:"label" doc:"The kind in the reader's language."`
	Actor Actor             `json:"actor"`
	Data  map[string]string `json:"data,omitempty" doc:"Codes and numbers that belong to it."`
	Text  string            `json:"text,omitempty" doc:"The reason, where somebody gave one."`
}

// Actor is who brought a change about.
type Actor struct {
	Role    string `json:"role" example:"clerk" doc:"A role of staff, or system, portal, courier."`
	Subject string `json:"subject,omitempty" doc:"Whom of the staff."`
}

type timelineOutput struct{ Body List[Event] }

func (s *Server) registerTimeline() {
	register(s, Op{
		ID: "dossier-timeline", Method: http.MethodGet, Path: "/v1/dossiers/{code}/timeline", Tag: "dossiers",
		Summary: "Every change of a dossier, oldest first", Problems: []Code{NotFound},
	}, readers, s.timeline)
}

func (s *Server) timeline(ctx context.Context, in *DossierRef) (*timelineOutput, error) {
	d, err := s.findDossier(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	entries, err := s.deps.Store.Timeline(ctx, d.Code)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if e.TextID != "" {
			ids = append(ids, e.TextID)
		}
	}
	texts, err := s.deps.Store.Texts(ctx, d.Code, ids)
	if err != nil {
		return nil, err
	}
	events := make([]Event, len(entries))
	for i, e := range entries {
		events[i] = eventView(requestIn(ctx).lang, e, texts[e.TextID])
	}
	return &timelineOutput{NewList(events, "")}, nil
}

func eventView(l lang, e store.AuditEntry, words string) Event {
	v := Event{Seq: e.Seq, At: At(e.At), Kind: e.Kind, Label: l.happened(e.Kind), Actor: Actor{Role: e.Role}, Text: words}
	if e.Actor != e.Role {
		v.Actor.Subject = e.Actor
	}
	if json.Unmarshal([]byte(e.Data), &v.Data) != nil {
		v.Data = nil
	}
	return v
}
