package api

import (
	"context"
	"errors"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// readers are the roles that read dossiers, each within its scope.
var readers = only(identity.Clerk, identity.Supervisor, identity.Centre, identity.Manager, identity.Auditor, identity.Admin)

// scopeOf is what a subject may see of the register. A courier sees parcels, not
// dossiers; an unknown role sees nothing.
func scopeOf(who identity.Subject) store.Scope {
	switch who.Role {
	case identity.Clerk:
		return store.Scope{Office: who.Office}
	case identity.Supervisor:
		return store.Scope{Network: who.Network}
	case identity.Centre:
		return store.Scope{Authority: who.Authority}
	case identity.Manager, identity.Auditor, identity.Admin:
		return store.Scope{All: true}
	default:
		return store.Scope{}
	}
}

// findDossier finds a dossier that the caller may see. A courier may see one
// whose papers the carrier holds or is offered.
func (s *Server) findDossier(ctx context.Context, code string) (store.Dossier, error) {
	who := SubjectFrom(ctx)
	if !dossier.ValidCode(code) {
		return store.Dossier{}, store.ErrNotFound
	}
	if who.Role != identity.Courier {
		return s.deps.Store.Dossier(ctx, scopeOf(who), code)
	}
	papers, err := s.deps.Store.Papers(ctx, code)
	if err != nil {
		return store.Dossier{}, err
	}
	for _, p := range papers {
		if p.HolderKind == custody.Carrier && p.HolderID == who.Carrier || p.OfferedKind == custody.Carrier && p.OfferedID == who.Carrier {
			return s.deps.Store.Dossier(ctx, store.Scope{All: true}, code)
		}
	}
	return store.Dossier{}, store.ErrNotFound
}

// maySee says whether a subject may see a document: its own office's, network's,
// authority's or carrier's, or one that belongs to a dossier it may see or is
// reused by one.
func (s *Server) maySee(ctx context.Context, who identity.Subject, d store.Document) (bool, error) {
	scope := scopeOf(who)
	if scope.All || ownDocument(who, d) || who.Role == identity.Supervisor && d.Network == who.Network {
		return true, nil
	}
	if d.DossierCode == "" || who.Role == identity.Courier {
		return false, nil
	}
	_, err := s.deps.Store.Dossier(ctx, scope, d.DossierCode)
	if errors.Is(err, store.ErrNotFound) {
		return s.deps.Store.ReusedWithin(ctx, scope, d.ID)
	}
	return err == nil, err
}

// ownDocument says whether a document was handed in by the subject's own side,
// which alone may use it.
func ownDocument(who identity.Subject, d store.Document) bool {
	switch who.Role {
	case identity.Clerk:
		return d.Office == who.Office
	case identity.Centre:
		return d.Authority == who.Authority
	case identity.Courier:
		return d.Carrier == who.Carrier
	case identity.Manager:
		return d.Subject == who.ID
	default:
		return false
	}
}

// requestOf identifies what the caller asks for.
func requestOf(ctx context.Context, kind string) store.Request {
	who := SubjectFrom(ctx)
	key, digest := IdempotencyFrom(ctx)
	return store.Request{Subject: who.ID, Role: string(who.Role), Key: key, Digest: digest, Kind: kind}
}
