package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
)

// ErrPublished means that a loaded catalogue would change a published version of
// a procedure or a clock, which is forbidden: a dossier keeps the version of its day.
var ErrPublished = errors.New("store: a published version cannot change")

// CatalogueEntry is one entry of the catalogue in one validity.
type CatalogueEntry struct {
	Kind      string `gorm:"primaryKey"`
	Code      string `gorm:"primaryKey"`
	ValidFrom string `gorm:"primaryKey"`
	ValidTo   string
	Version   string
	Body      string // JSON
	LoadedAt  time.Time
}

// LoadCatalogue brings a checked catalogue into the register, all of it or
// nothing: new entries are added, known ones updated. A published procedure
// version may only be ended. It answers how many entries are new or changed.
func (s *Store) LoadCatalogue(ctx context.Context, c *catalogue.Catalogue) (changed int, err error) {
	entries, err := entriesOf(c)
	if err != nil {
		return 0, err
	}
	err = s.tx(ctx, func(tx *gorm.DB) error {
		var known []CatalogueEntry
		if err := tx.Find(&known).Error; err != nil {
			return err
		}
		index := map[[3]string]CatalogueEntry{}
		now := s.now()
		for _, k := range known {
			index[[3]string{k.Kind, k.Code, k.ValidFrom}] = k
			if !k.LoadedAt.Before(now) { // loaded by a machine whose clock is ahead; the stamp must change all the same
				now = k.LoadedAt.Add(time.Microsecond)
			}
		}
		for _, e := range entries {
			old, exists := index[[3]string{e.Kind, e.Code, e.ValidFrom}]
			if exists && old.Body == e.Body {
				continue
			}
			if exists && published[e.Kind] && !endedOnly(old.Body, e.Body) {
				return fmt.Errorf("%w: %s %s of %s: give the new text a new version and validity", ErrPublished, e.Kind, e.Code, e.ValidFrom)
			}
			e.LoadedAt = now
			key := []clause.Column{{Name: "kind"}, {Name: "code"}, {Name: "valid_from"}}
			if err := tx.Clauses(clause.OnConflict{Columns: key, UpdateAll: true}).Create(&e).Error; err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	s.entries.forget()
	return changed, err
}

// Catalogue reads the whole catalogue back.
func (s *Store) Catalogue(ctx context.Context) (*catalogue.Catalogue, error) {
	var rows []CatalogueEntry
	if err := s.with(ctx).Order("kind, code, valid_from").Find(&rows).Error; err != nil {
		return nil, err
	}
	c := &catalogue.Catalogue{}
	for _, r := range rows {
		if err := readEntry(c, r); err != nil {
			return nil, fmt.Errorf("store: catalogue entry %s %s: %w", r.Kind, r.Code, err)
		}
	}
	return c, nil
}

// CatalogueStamp changes whenever the catalogue does, so that readers can keep
// what they have read.
func (s *Store) CatalogueStamp(ctx context.Context) (string, error) {
	var n int64
	var newest time.Time
	err := s.together(ctx, func(b *batch) {
		b.add("SELECT COUNT(*) FROM catalogue_entries", nil, one(&n))
		b.add("SELECT loaded_at FROM catalogue_entries ORDER BY loaded_at DESC LIMIT 1", nil, one(&newest))
	})
	if err != nil || n == 0 {
		return "", err
	}
	return fmt.Sprintf("%d/%d", n, newest.UnixMicro()), nil
}

// entries are catalogue entries that have been read, for as long as the stamp
// stays. It is safe for concurrent use.
type entries struct {
	mu    sync.Mutex
	stamp string
	asked time.Time
	kept  map[string]any
}

const (
	entriesAge  = time.Second // how long the stamp is believed; as long as the calendars'
	entriesMost = 4096        // they are kept by day, and the days go on
)

// current asks for the stamp when that is due, and forgets what is of another.
func (e *entries) current(ctx context.Context, s *Store) error {
	e.mu.Lock()
	fresh := e.kept != nil && time.Since(e.asked) < entriesAge
	e.mu.Unlock()
	if fresh {
		return nil
	}
	at := time.Now()
	stamp, err := s.CatalogueStamp(ctx)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.kept == nil || e.stamp != stamp {
		e.kept = map[string]any{}
	}
	e.stamp, e.asked = stamp, at
	return nil
}

func (e *entries) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = nil
}

func (e *entries) find(key string) (any, string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	item, there := e.kept[key]
	return item, e.stamp, there
}

// keep keeps what was read while a stamp was in force.
func (e *entries) keep(key, stamp string, item any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.kept == nil || e.stamp != stamp {
		return
	}
	if len(e.kept) == entriesMost {
		clear(e.kept)
	}
	e.kept[key] = item
}

// entryWhere reads the entry that a condition names, once for each stamp. Whoever
// gets it changes nothing in it.
func entryWhere[T any](ctx context.Context, s *Store, where string, args ...string) (T, error) {
	var item T
	if err := s.entries.current(ctx, s); err != nil {
		return item, err
	}
	key := where + "\x00" + strings.Join(args, "\x00")
	known, stamp, there := s.entries.find(key)
	if there {
		return known.(T), nil
	}
	var row CatalogueEntry
	err := s.together(ctx, func(b *batch) { take(b, &row, &there, "WHERE "+where, anys(args)...) })
	if err = foundIf(there, err); err != nil {
		return item, err
	}
	if err := json.Unmarshal([]byte(row.Body), &item); err != nil {
		return item, fmt.Errorf("store: catalogue entry %s %s of %s: %w", row.Kind, row.Code, row.ValidFrom, err)
	}
	s.entries.keep(key, stamp, item)
	return item, nil
}

// Procedure reads one version of a procedure, by the day it became valid.
func (s *Store) Procedure(ctx context.Context, code, from string) (catalogue.Procedure, error) {
	return entryWhere[catalogue.Procedure](ctx, s, "kind = ? AND code = ? AND valid_from = ?", kindProcedure, code, from)
}

// ProcedureOn reads the version of a procedure that is valid on a day.
func (s *Store) ProcedureOn(ctx context.Context, code, day string) (catalogue.Procedure, error) {
	return entryOn[catalogue.Procedure](ctx, s, kindProcedure, code, day)
}

// Clock reads the version of a clock that is valid on a day.
func (s *Store) Clock(ctx context.Context, id, day string) (catalogue.Clock, error) {
	return entryOn[catalogue.Clock](ctx, s, kindClock, id, day)
}

// Office reads an office as it is on a day.
func (s *Store) Office(ctx context.Context, id, day string) (catalogue.Office, error) {
	return entryOn[catalogue.Office](ctx, s, "office", id, day)
}

// Authority reads an authority as it is on a day.
func (s *Store) Authority(ctx context.Context, id, day string) (catalogue.Authority, error) {
	return entryOn[catalogue.Authority](ctx, s, "authority", id, day)
}

func entryOn[T any](ctx context.Context, s *Store, kind, code, day string) (T, error) {
	return entryWhere[T](ctx, s, "kind = ? AND code = ? AND valid_from <= ? AND (valid_to = '' OR valid_to > ?)", kind, code, day, day)
}

// Wanted gives a case's checklist as the domain reads it, conditions and all.
func Wanted(c catalogue.Case) []dossier.Wanted {
	out := make([]dossier.Wanted, len(c.Components))
	for i, k := range c.Components {
		out[i] = dossier.Wanted{Code: k.Code, Required: k.Required, PaperDemanded: k.PaperDemanded, When: k.When, RequiredWhen: k.RequiredWhen, Forms: formsOf(k.Forms)}
		if k.Reusable {
			out[i].Forms = append(out[i].Forms, dossier.FormReused)
		}
		for _, sub := range k.Substitutes {
			out[i].Substitutes = append(out[i].Substitutes, dossier.Wanted{Code: sub.Code, Forms: formsOf(sub.Forms)})
		}
	}
	return out
}

func formsOf(words []string) (out []dossier.Form) {
	for _, f := range words {
		out = append(out, dossier.Form(f))
	}
	return out
}

const (
	kindProcedure = "procedure"
	kindClock     = "clock"
)

// published are the kinds whose versions never change.
var published = map[string]bool{kindProcedure: true, kindClock: true}

// endedOnly says whether two bodies of a version differ in nothing but the day it
// ends, and what was only added to a component: conditions and substitutes, which
// versions written before there were any do not have. A dossier's checklist is
// held against its filing once, so that what is under way stays as it is.
func endedOnly(before, after string) bool {
	var a, b map[string]any
	if json.Unmarshal([]byte(before), &a) != nil || json.Unmarshal([]byte(after), &b) != nil {
		return false
	}
	for _, body := range []map[string]any{a, b} {
		if v, ok := body["validity"].(map[string]any); ok {
			delete(v, "to")
		}
	}
	unrefine(a, b)
	return reflect.DeepEqual(a, b)
}

// refinements are the fields of a component that may be added to a published
// version, each once.
var refinements = []string{"when", "required_when", "reusable", "substitutes"}

// unrefine takes out of b, where it has the same component as a in the same
// place, the refinements that a does not have.
func unrefine(a, b any) {
	switch b := b.(type) {
	case map[string]any:
		old, _ := a.(map[string]any)
		if old == nil {
			return
		}
		if _, component := old["forms"]; component {
			for _, name := range refinements {
				if _, had := old[name]; !had {
					delete(b, name)
				}
			}
		}
		for name := range b {
			unrefine(old[name], b[name])
		}
	case []any:
		old, _ := a.([]any)
		for i := range min(len(old), len(b)) {
			unrefine(old[i], b[i])
		}
	}
}

func entriesOf(c *catalogue.Catalogue) ([]CatalogueEntry, error) {
	var out []CatalogueEntry
	add := func(kind, code, version string, v catalogue.Validity, body any) error {
		raw, err := json.Marshal(body)
		out = append(out, CatalogueEntry{Kind: kind, Code: code, ValidFrom: v.From, ValidTo: v.To, Version: version, Body: string(raw)})
		return err
	}
	var errs []error
	for _, p := range c.Procedures {
		errs = append(errs, add(kindProcedure, p.Code, p.Version, p.Validity, p))
	}
	for _, n := range c.Networks {
		errs = append(errs, add("network", n.ID, "", catalogue.Validity{}, n))
	}
	for _, k := range c.Carriers {
		errs = append(errs, add("carrier", k.ID, "", catalogue.Validity{}, k))
	}
	for _, o := range c.Offices {
		errs = append(errs, add("office", o.ID, "", o.Validity, o))
	}
	for _, a := range c.Authorities {
		errs = append(errs, add("authority", a.ID, "", a.Validity, a))
	}
	for _, a := range c.Areas {
		errs = append(errs, add("area", a.Code, "", a.Validity, a))
	}
	for _, c := range c.Clocks {
		errs = append(errs, add(kindClock, c.ID, c.Version, c.Validity, c))
	}
	return out, errors.Join(errs...)
}

func readEntry(c *catalogue.Catalogue, r CatalogueEntry) error {
	switch r.Kind {
	case kindProcedure:
		return readInto(&c.Procedures, r.Body)
	case "network":
		return readInto(&c.Networks, r.Body)
	case "carrier":
		return readInto(&c.Carriers, r.Body)
	case "office":
		return readInto(&c.Offices, r.Body)
	case "authority":
		return readInto(&c.Authorities, r.Body)
	case "area":
		return readInto(&c.Areas, r.Body)
	case kindClock:
		return readInto(&c.Clocks, r.Body)
	default:
		return nil // written by a newer program
	}
}

func readInto[T any](list *[]T, body string) error {
	var item T
	if err := json.Unmarshal([]byte(body), &item); err != nil {
		return err
	}
	*list = append(*list, item)
	return nil
}
