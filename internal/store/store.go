// Package store keeps the register: gorm over PostgreSQL, or over SQLite in the
// embedded mode, behind one set of functions and one suite of tests.
//
// One file per noun. Every function that changes a dossier does so in one short
// transaction together with its audit entry. Queries for people take a Scope;
// there is no unscoped read of a dossier but for the workflow's own activities.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver under gorm's sqlite dialect
)

// Errors that callers tell apart.
var (
	// ErrNotFound means that there is no such row, or none within the scope.
	ErrNotFound = errors.New("store: not found")
	// ErrKeyReused means that an idempotency key came with another request.
	ErrKeyReused = errors.New("store: idempotency key reused with another request")
	// ErrEventChanged means that a known event id came with another body.
	ErrEventChanged = errors.New("store: event id known with another body")
	// ErrDocumentUsed means that a document belongs to another dossier by now.
	ErrDocumentUsed = errors.New("store: document belongs to another dossier")
)

// Store is the register. It is safe for concurrent use.
type Store struct {
	db       *gorm.DB
	now      func() time.Time
	postgres bool
	// turn lets one transaction at a time begin on SQLite, first come, first
	// served. SQLite itself has one writer, too, but whoever waits for it tries
	// again after pauses of its own and may be overtaken until its patience ends.
	turn    chan struct{}
	entries entries

	restored struct {
		sync.Mutex
		known bool
		at    time.Time
	}
}

// Options tune a Store; the zero value is right for production.
type Options struct {
	Now     func() time.Time // the clock; time.Now by default
	MaxOpen int              // connections; 12 by default, 8 on SQLite
}

// Open connects to "postgres://…" or "sqlite:<file>". It does not migrate.
func Open(url string, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	config := &gorm.Config{
		SkipDefaultTransaction: true, // we open our own where there is more than one statement
		TranslateError:         true,
		QueryFields:            true, // a column that a newer release adds disturbs no prepared statement
		Logger:                 quiet{},
		NowFunc:                func() time.Time { return micros(o.Now()) },
	}
	s := &Store{now: func() time.Time { return micros(o.Now()) }}
	var err error
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		s.postgres = true // pgx keeps prepared statements by itself, and without a trip more for each transaction
		s.db, err = openPostgres(url, config)
	case strings.HasPrefix(url, "sqlite:"):
		s.turn = make(chan struct{}, 1)
		s.db, err = openSQLite(sqliteDSN(strings.TrimPrefix(url, "sqlite:")), config)
	default:
		return nil, errors.New("store: database address must begin with postgres:// or sqlite:")
	}
	if err != nil {
		return nil, fmt.Errorf("store: connecting: %w", err)
	}
	pool, err := s.db.DB()
	if err != nil {
		return nil, fmt.Errorf("store: connecting: %w", err)
	}
	open := o.MaxOpen
	if open == 0 {
		open = 12 // each keeps its own prepared statements and plans: many cost the server more than waiting costs us
		if !s.postgres {
			open = 8
		}
	}
	pool.SetMaxOpenConns(open)
	pool.SetMaxIdleConns(open)
	return s, nil
}

// openSQLite opens a file that another process may be opening for the first time,
// too: while the file is turned to WAL SQLite refuses the others at once, without
// the patience that it has for every other lock.
func openSQLite(dsn string, config *gorm.Config) (db *gorm.DB, err error) {
	for deadline := time.Now().Add(sqlitePatience); ; time.Sleep(sqlitePause) {
		db, err = gorm.Open(sqlite.New(sqlite.Config{DriverName: "sqlite", DSN: dsn}), config)
		if err == nil || !strings.Contains(err.Error(), "SQLITE_BUSY") || time.Now().After(deadline) {
			return db, err
		}
	}
}

const (
	sqlitePatience = 10 * time.Second // as long as for any other lock
	sqlitePause    = 10 * time.Millisecond
)

// sqliteDSN asks for the only safe way of writing: WAL with synchronous=FULL,
// transactions that take the write lock at once, and patience for the lock.
// Times are text, so only those of one zone compare.
func sqliteDSN(file string) string {
	file = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(file)
	return "file:" + file + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite&_timezone=UTC"
}

// Close lets the connections go.
func (s *Store) Close() error {
	pool, err := s.db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	pool, err := s.db.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
}

// Postgres says which of the two databases it is.
func (s *Store) Postgres() bool { return s.postgres }

// Pool gives the connections, for statistics.
func (s *Store) Pool() (*sql.DB, error) { return s.db.DB() }

// Now is the store's clock: UTC, in the microseconds that both databases keep.
func (s *Store) Now() time.Time { return s.now() }

func micros(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := micros(*t)
	return &u
}

func (s *Store) with(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }

func (s *Store) tx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if s.turn == nil {
		return s.pipelined(ctx, fn)
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
		return s.with(ctx).Transaction(fn)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// newID is a time-ordered id that says nothing about anybody.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// foundIf is ErrNotFound where a read went well and found nothing.
func foundIf(there bool, err error) error {
	if err == nil && !there {
		return ErrNotFound
	}
	return err
}

func found(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return ErrNotFound
	}
	return err
}

// quiet is gorm's logger without the statements, whose values are personal data.
type quiet struct{}

func (quiet) LogMode(logger.LogLevel) logger.Interface                        { return quiet{} }
func (quiet) Info(context.Context, string, ...any)                            {}
func (quiet) Warn(context.Context, string, ...any)                            {}
func (quiet) Error(ctx context.Context, _ string, _ ...any)                   { slog.ErrorContext(ctx, "database error") }
func (quiet) Trace(context.Context, time.Time, func() (string, int64), error) {}
