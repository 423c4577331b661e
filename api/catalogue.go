package api

import (
	"context"
	"sync"
	"time"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/store"
)

// catalogueCheck is how long the catalogue is used before the register is asked
// whether there is a newer one.
const catalogueCheck = time.Second

// catalogueCache keeps the catalogue as long as its stamp stays the same.
type catalogueCache struct {
	store *store.Store

	mu      sync.Mutex
	held    *catalogue.Catalogue
	stamp   string
	checked time.Time
}

// get gives the catalogue; treat it as read-only.
func (c *catalogueCache) get(ctx context.Context) (*catalogue.Catalogue, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != nil && time.Since(c.checked) < catalogueCheck {
		return c.held, nil
	}
	// The stamp is read first: a catalogue that changes in between is read again
	// the next time.
	stamp, err := c.store.CatalogueStamp(ctx)
	if err != nil {
		return nil, err
	}
	if c.held == nil || stamp != c.stamp {
		if c.held, err = c.store.Catalogue(ctx); err != nil {
			return nil, err
		}
	}
	c.stamp, c.checked = stamp, time.Now()
	return c.held, nil
}

// today gives the catalogue and the local day on which it is to be read.
func (s *Server) today(ctx context.Context) (*catalogue.Catalogue, string, error) {
	c, err := s.cat.get(ctx)
	return c, dossier.LocalDay(s.deps.Now()), err
}

// versionOf finds the version of a procedure that a dossier keeps. An empty
// procedure when the catalogue has lost it.
func versionOf(c *catalogue.Catalogue, d store.Dossier) catalogue.Procedure {
	for _, p := range c.Procedures {
		if p.Code == d.ProcedureCode && p.Validity.From == d.ProcedureFrom {
			return p
		}
	}
	return catalogue.Procedure{Code: d.ProcedureCode, Version: d.ProcedureVersion, Name: d.ProcedureCode}
}
