package printer

import (
	"context"
	"strings"
	"sync"
	"time"

	"hoso/internal/catalogue"
	"hoso/internal/store"
)

// shelfAge is how long a catalogue serves before the register is asked whether
// there is a newer one.
const shelfAge = time.Second

// shelf keeps the catalogue that was read last.
type shelf struct {
	store *store.Store

	mu    sync.Mutex
	cat   *catalogue.Catalogue
	stamp string
	asked time.Time
}

func (s *shelf) get(ctx context.Context) (*catalogue.Catalogue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cat != nil && time.Since(s.asked) < shelfAge {
		return s.cat, nil
	}
	stamp, err := s.store.CatalogueStamp(ctx)
	if err != nil {
		return nil, err
	}
	if s.cat == nil || stamp != s.stamp {
		if s.cat, err = s.store.Catalogue(ctx); err != nil {
			return nil, err
		}
	}
	s.stamp, s.asked = stamp, time.Now()
	return s.cat, nil
}

// names finds words for what the register names by code, as they were on a day.
// What the catalogue does not know goes by its code.
type names struct {
	cat *catalogue.Catalogue
	day string
}

func (n names) office(id string) catalogue.Office {
	if o, ok := n.cat.Office(id, n.day); ok {
		return o
	}
	return catalogue.Office{ID: id, Name: id}
}

func (n names) authority(id string) catalogue.Authority {
	if a, ok := n.cat.Authority(id, n.day); ok {
		return a
	}
	for _, a := range n.cat.Authorities { // it may have ended while the dossier was on its way
		if a.ID == id {
			return a
		}
	}
	return catalogue.Authority{ID: id, Name: id}
}

func (n names) network(id string) string {
	if found, ok := n.cat.Network(id); ok {
		return found.Name
	}
	return id
}

func (n names) carrier(id string) string {
	if found, ok := n.cat.Carrier(id); ok {
		return found.Name
	}
	return id
}

// place is the province of an area, as it stands before the date of a document.
func (n names) place(area string) string {
	for range 5 { // no deeper than units are
		a, ok := n.area(area)
		if !ok {
			break
		}
		if a.Parent == "" {
			return strings.TrimPrefix(strings.TrimPrefix(a.Name, "Thành phố "), "Tỉnh ")
		}
		area = a.Parent
	}
	return wordPlace
}

// area finds an area that is, or was.
func (n names) area(code string) (catalogue.Area, bool) {
	if a, ok := n.cat.Area(code, n.day); ok {
		return a, true
	}
	for _, a := range n.cat.Areas {
		if a.Code == code {
			return a, true
		}
	}
	return catalogue.Area{}, false
}
