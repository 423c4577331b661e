package api

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"hoso/internal/dossier"
	"hoso/internal/store"
)

// ReuseSource names a component of an earlier dossier.
type ReuseSource struct {
	Code      string `json:"code" maxLength:"32" doc:"The earlier dossier's." example:"VNPHKI-250205-0001-M"`
	Component string `json:"component,omitempty" maxLength:"60" doc:"The same component if absent."`
}

// reuse finds the scans of earlier dossiers that components are reused from, and
// says which cannot be. Whether a dossier is of another person, of another
// network or does not exist makes no difference to the answer.
func (s *Server) reuse(ctx context.Context, network string, owner dossier.Person, in []GivenComponent, out []dossier.Given) (errs []FieldError, err error) {
	for i, g := range in {
		at := "/components/" + strconv.Itoa(i)
		switch {
		case g.Form != dossier.FormReused && g.From != nil:
			errs = append(errs, Field(at+"/from", "reuse_not_expected"))
			continue
		case g.Form != dossier.FormReused:
			continue
		case (g.From == nil) == (g.DocumentID == ""):
			errs = append(errs, Field(at+"/from", "reuse_source"))
			continue
		}
		wrong, err := s.reuseOne(ctx, store.Reusable{Network: network, Owner: owner, Document: g.DocumentID}, g, &out[i])
		if err != nil {
			return errs, err
		}
		if wrong != "" {
			errs = append(errs, Field(at+"/from", wrong))
		}
	}
	return errs, nil
}

func (s *Server) reuseOne(ctx context.Context, r store.Reusable, g GivenComponent, into *dossier.Given) (wrong string, err error) {
	if g.From != nil {
		r.Code, r.Component = g.From.Code, cmp.Or(g.From.Component, g.Code)
	}
	d, err := s.deps.Store.Reuse(ctx, r)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "reuse_unknown", nil
	case err != nil:
		return "", err
	case d.Verdict != string(dossier.Ready):
		return "reuse_not_ready", nil
	case d.Profile != s.deps.Scan.Version:
		return "reuse_old_profile", nil
	}
	into.Document = d.ID
	return "", nil
}
