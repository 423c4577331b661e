package program

import (
	"context"
	"sync"
	"time"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/relay"
	"hoso/internal/store"
)

// namesAge is how long a read catalogue serves for naming; a new office's first
// dossiers may bear its id instead of its name for that long.
const namesAge = time.Minute

// names gives dossiers the summary that managers read in Temporal's list. It
// keeps the catalogue it has read for a while: names are for people, and a start
// must not wait for them.
type names struct {
	store *store.Store

	mu   sync.Mutex
	cat  *catalogue.Catalogue
	read time.Time
}

// Of is the summary of a dossier: "Procedure · Office".
func (n *names) Of(d store.Dossier) string {
	procedure, office := d.ProcedureCode, d.Office
	cat := n.catalogue()
	day := dossier.LocalDay(d.FiledAt)
	if p, ok := cat.Procedure(d.ProcedureCode, d.ProcedureFrom); ok {
		procedure = p.Name
	}
	if o, ok := cat.Office(d.Office, day); ok {
		office = o.Name
	}
	return summary(procedure, office)
}

func (n *names) catalogue() *catalogue.Catalogue {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cat != nil && time.Since(n.read) < namesAge {
		return n.cat
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	cat, err := n.store.Catalogue(ctx)
	switch {
	case err == nil:
		n.cat, n.read = cat, time.Now()
	case n.cat == nil:
		return &catalogue.Catalogue{}
	}
	return n.cat
}

// summaryBytes is what Temporal's list shows of a summary.
const summaryBytes = 190

// summary shortens the procedure, not the office, where both do not fit.
func summary(procedure, office string) string {
	room := summaryBytes - len(" · ") - len(office)
	if len(procedure) > room {
		for len(procedure) > room-len("…") {
			r := []rune(procedure)
			procedure = string(r[:len(r)-1])
		}
		procedure += "…"
	}
	return procedure + " · " + office
}

var _ relay.Namer = (*names)(nil).Of
