package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// PortalStateRequest announces a time at which the portal takes nothing.
type PortalStateRequest struct {
	Kind   string `json:"kind" enum:"outage,maintenance" doc:"outage: it happens; maintenance: it is planned."`
	From   *Time  `json:"from,omitempty" doc:"Now if absent."`
	Until  *Time  `json:"until,omitempty" doc:"Absent while nobody knows; needed with maintenance."`
	Reason string `json:"reason" maxLength:"500" doc:"For everybody; name nobody."`
}

// PortalState is a time at which the portal takes nothing. Dossiers go on paper
// meanwhile where they can, and wait otherwise.
type PortalState struct {
	ID          string `json:"id"`
	Kind        string `json:"kind" enum:"outage,maintenance"`
	Reason      string `json:"reason"`
	From        Time   `json:"from"`
	Until       *Time  `json:"until" nullable:"true"`
	ShortNotice bool   `json:"short_notice" doc:"Planned, and announced later than Decree 224/2026/NĐ-CP, Article 13, wants: 7 working days before."`
	AnnouncedAt Time   `json:"announced_at"`
	AnnouncedBy string `json:"announced_by"`
	EndedBy     string `json:"ended_by,omitempty"`
}

type (
	portalStateInput struct{ Body PortalStateRequest }
	portalStateRef   struct {
		ID string `path:"id" maxLength:"64"`
	}
	portalStateOutput  struct{ Body PortalState }
	portalStatesOutput struct{ Body List[PortalState] }
)

func (s *Server) registerPortalStates() {
	say := only(identity.Manager, identity.Admin)
	register(s, Op{
		ID: "list-portal-states", Method: http.MethodGet, Path: "/v1/portal-states", Tag: "portal", Summary: "When the portal takes nothing, now and ahead",
	}, anyRole, s.portalStates)
	register(s, Op{
		ID: "announce-portal-state", Method: http.MethodPost, Path: "/v1/portal-states", Status: http.StatusCreated, Tag: "portal", Command: true,
		Summary: "Announce that the portal takes nothing", Problems: []Code{InvalidDossier},
		Doc: "From then on dossiers that can go on paper do; the others wait for the portal.",
	}, say, s.announcePortalState)
	register(s, Op{
		ID: "end-portal-state", Method: http.MethodPost, Path: "/v1/portal-states/{id}/end", Tag: "portal", Command: true,
		Summary: "The portal takes dossiers again", Problems: []Code{NotFound},
	}, say, s.endPortalState)
}

func (s *Server) portalStates(ctx context.Context, _ *struct{}) (*portalStatesOutput, error) {
	rows, err := s.deps.Store.PortalStates(ctx, s.deps.Now())
	if err != nil {
		return nil, err
	}
	items := make([]PortalState, len(rows))
	for i, r := range rows {
		items[i] = portalStateView(r)
	}
	return &portalStatesOutput{NewList(items, "")}, nil
}

func (s *Server) announcePortalState(ctx context.Context, in *portalStateInput) (*portalStateOutput, error) {
	row, errs := s.announced(in.Body)
	if len(errs) > 0 {
		return nil, NewInvalidDossier(errs...)
	}
	short, err := s.shortNotice(ctx, row)
	if err != nil {
		return nil, err
	}
	row.ShortNotice = short
	a, err := s.deps.Store.AnnouncePortal(ctx, requestOf(ctx, "portal_state"), row, answerOf(http.StatusCreated))
	return portalStateAnswer(a, err)
}

func (s *Server) announced(in PortalStateRequest) (row store.PortalState, errs []FieldError) {
	wrong := func(bad bool, pointer, rule string) {
		if bad {
			errs = append(errs, Field(pointer, rule))
		}
	}
	now := s.deps.Now()
	row = store.PortalState{Kind: in.Kind, Reason: strings.TrimSpace(in.Reason), FromAt: now}
	if in.From != nil {
		row.FromAt = in.From.Time
	}
	wrong(row.Reason == "", "/reason", "reason_required")
	wrong(in.Until == nil && in.Kind == dossier.PortalMaintenance, "/until", "required")
	wrong(row.FromAt.Year() > now.Year()+2 || row.FromAt.Year() < now.Year()-1, "/from", "time_unlikely")
	if in.Until != nil {
		until := in.Until.Time
		row.UntilAt = &until
		wrong(!until.After(row.FromAt) || !until.After(now), "/until", "until_backwards")
		wrong(until.Year() > now.Year()+3, "/until", "time_unlikely")
	}
	return row, errs
}

// shortNotice says whether planned downtime is announced later than the law wants.
func (s *Server) shortNotice(ctx context.Context, row store.PortalState) (bool, error) {
	policy, now := dossier.PortalNotice, s.deps.Now()
	if row.Kind != dossier.PortalMaintenance || dossier.LocalDay(row.FromAt) < policy.From {
		return false, nil
	}
	book, err := s.deps.Calendars(ctx)
	if err != nil {
		return false, err
	}
	cal, err := book.ForAuthority(homeAuthority, now)
	if err != nil {
		return false, nil //nolint:nilerr // without a calendar nobody can count
	}
	first, err := cal.AddWorkingDays(now, policy.Notice.N)
	return err == nil && row.FromAt.Before(first), nil
}

func (s *Server) endPortalState(ctx context.Context, in *portalStateRef) (*portalStateOutput, error) {
	a, err := s.deps.Store.EndPortalState(ctx, requestOf(ctx, "portal_state_end"), in.ID, answerOf(http.StatusOK))
	return portalStateAnswer(a, err)
}

func answerOf(status int) func(store.PortalState) store.Answer {
	return func(row store.PortalState) store.Answer {
		body, _ := json.Marshal(portalStateView(row)) // plain fields: cannot fail
		return store.Answer{Status: status, Body: body}
	}
}

func portalStateAnswer(a store.Answer, err error) (*portalStateOutput, error) {
	if err != nil {
		return nil, err
	}
	out := new(portalStateOutput)
	return out, json.Unmarshal(a.Body, &out.Body)
}

func portalStateView(r store.PortalState) PortalState {
	return PortalState{ID: r.ID, Kind: r.Kind, Reason: r.Reason, From: At(r.FromAt), Until: AtOrNil(r.UntilAt), ShortNotice: r.ShortNotice,
		AnnouncedAt: At(r.AnnouncedAt.Truncate(time.Microsecond)), AnnouncedBy: r.AnnouncedBy, EndedBy: r.EndedBy}
}
