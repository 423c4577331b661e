package store

import (
	"context"
	"io/fs"

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
