package store

import (
	"context"
	"io/fs"
	"reflect"

	"gorm.io/gorm"
)

// What the tests need to see of the inside.

// RelayDelay is how long a row is left to whoever wrote it.
const RelayDelay = relayDelay

// MigrationFiles gives the migrations as a database gets them.
func MigrationFiles(postgres bool) (fs.FS, error) { return migrations(postgres) }

// Gorm gives the mapper, for statements that no function of the store makes.
func (s *Store) Gorm() *gorm.DB { return s.db }

// Models lists every table's model.
func Models() []any {
	return []any{&Subject{}, &CatalogueEntry{}, &Dossier{}, &Person{}, &Document{}, &Component{}, &Text{}, &AuditEntry{},
		&Operation{}, &Outbox{}, &Inbox{}, &Effect{}, &Shipment{}, &ParcelEvent{}, &Paper{}, &Payment{}, &Result{}, &Task{},
		&Notification{}, &NotificationTry{}, &DueDate{}, &ClockPause{}, &DailyList{}, &Form{}, &RouteDecision{}, &PortalState{}, &RouteRefusal{},
		&CustodyEntry{}, &Bag{}, &BagPaper{}, &BagStep{}, &custodyProof{}, &AuditRoot{}, &AuditHead{}, &auditProof{}, &Correction{}, &Look{}, &Walk{}, &Restoration{}, &SkippedNumbers{},
		&PagePrint{}, &PageBand{}, &PageMatch{}}
}

// Tell tells of a change that has been recorded, once more.
func (s *Store) Tell(ctx context.Context, before, after Dossier, kind string, data map[string]string) error {
	return s.tx(ctx, func(tx *gorm.DB) error { return s.tell(tx, before, after, kind, data) })
}

// BandsOf cuts a hash into parts.
var BandsOf = bandsOf

// Tx runs a transaction as every function of the store does.
func (s *Store) Tx(ctx context.Context, fn func(tx *gorm.DB) error) error { return s.tx(ctx, fn) }

// Later is for a write that may wait.
var Later = later

// InsertByHand writes a row as what every dossier does is written.
func (s *Store) InsertByHand(ctx context.Context, row any) error {
	return s.batched(ctx, func(b *batch) error {
		switch row := row.(type) {
		case Dossier:
			insert(b, row)
		case Notification:
			insert(b, row)
		}
		return b.leave()
	})
}

// SaveByHand writes a dossier's whole row.
func (s *Store) SaveByHand(ctx context.Context, d Dossier) error {
	return s.batched(ctx, func(b *batch) error {
		save(b, &d)
		return b.leave()
	})
}

// EntriesMost is how many catalogue entries are kept.
const EntriesMost = entriesMost

// EntriesKept counts those that are.
func (s *Store) EntriesKept() int {
	s.entries.mu.Lock()
	defer s.entries.mu.Unlock()
	return len(s.entries.kept)
}

// Fields gives a model's table, and the types of the fields by column; those that
// are kept as JSON are left out.
func (s *Store) Fields(model any) (string, map[string]reflect.Type) {
	st := gorm.Statement{DB: s.db}
	if err := st.Parse(model); err != nil {
		panic(err)
	}
	out := map[string]reflect.Type{}
	for name, f := range st.Schema.FieldsByDBName {
		if f.Serializer == nil {
			out[name] = f.FieldType
		}
	}
	return st.Schema.Table, out
}
