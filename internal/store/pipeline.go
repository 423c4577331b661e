package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// pipeline is a transaction of PostgreSQL as gorm sees it (a gorm.ConnPool). What
// is written with later waits and travels with the next write, at the latest with
// the commit: going to the database and back costs more than most statements.
// A read goes ahead of what waits, unless that is for a table it names.
type pipeline struct {
	conn  *sql.Conn
	ctx   context.Context
	queue []write
	err   error // the first that a waiting write met with
}

// write is a statement that waits.
type write struct {
	sql   string
	args  []any
	table string
}

// laterKey marks the context of a write that may wait.
type laterKey struct{}

// later is for a write of which nobody looks at the rows affected. Its error, if
// it has one, is that of the statement that it travels with, or of the
// transaction. On SQLite, where there is no way to go, it is carried out at once.
func later(tx *gorm.DB) *gorm.DB {
	return tx.WithContext(context.WithValue(tx.Statement.Context, laterKey{}, true))
}

// pipelined runs fn in a transaction on one of PostgreSQL's connections.
func (s *Store) pipelined(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return onLiving(func() (begun bool, err error) { return s.pipe(ctx, fn) })
}

// onLiving tries again where a connection was found dead before the transaction
// had begun, as the pool does by itself elsewhere.
func onLiving(try func() (begun bool, err error)) (err error) {
	for range 3 {
		var begun bool
		begun, err = try()
		if begun || !pgconn.SafeToRetry(err) && !errors.Is(err, driver.ErrBadConn) {
			break
		}
	}
	return err
}

func (s *Store) pipe(ctx context.Context, fn func(tx *gorm.DB) error) (begun bool, err error) {
	pool, err := s.db.DB()
	if err != nil {
		return false, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close() //nolint:errcheck // gives it back to the pool
	if _, err := conn.ExecContext(ctx, "begin"); err != nil {
		return false, err
	}
	p := &pipeline{conn: conn, ctx: ctx}
	committed := false
	defer func() {
		if !committed { // also after a panic; if it cannot be said, the pool throws the connection away
			_, _ = conn.ExecContext(ctx, "rollback")
		}
	}()
	tx := s.db.Session(&gorm.Session{NewDB: true, Context: ctx}) // with a context it is a copy
	tx.Statement.ConnPool = p
	if err := fn(tx); err != nil {
		return true, err
	}
	if p.err == nil {
		_, p.err = p.send(write{sql: "commit"})
	}
	committed = p.err == nil
	return true, s.translated(p.err)
}

// translated gives an error the words in which gorm tells of it.
func (s *Store) translated(err error) error {
	if t, ok := s.db.Dialector.(gorm.ErrorTranslator); ok && err != nil {
		return t.Translate(err)
	}
	return err
}

// ExecContext carries a write out, or lets it wait.
func (p *pipeline) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	w := write{sql: query, args: make([]any, len(args)), table: tableOf(query)}
	for i, a := range args {
		var err error
		if w.args[i], err = driver.DefaultParameterConverter.ConvertValue(a); err != nil {
			return nil, err
		}
	}
	if ctx.Value(laterKey{}) != nil && w.table != "" {
		p.queue = append(p.queue, w)
		return driver.RowsAffected(0), nil
	}
	return p.send(w)
}

// QueryContext reads.
func (p *pipeline) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.ahead(query); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(ctx, query, args...)
}

// QueryRowContext reads one row. That what waited has failed shows in it, since
// the transaction is over then.
func (p *pipeline) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = p.ahead(query) // kept for the commit
	return p.conn.QueryRowContext(ctx, query, args...)
}

// PrepareContext is for gorm's own keeping of statements, which is not used.
func (p *pipeline) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.conn.PrepareContext(ctx, query)
}

// ahead sends what waits if a statement names one of its tables.
func (p *pipeline) ahead(query string) error {
	for _, w := range p.queue {
		if strings.Contains(query, w.table) {
			_, err := p.send()
			return err
		}
	}
	return nil
}

// send carries out what waits and some more, in that order and in one trip, and
// gives the result of the last.
func (p *pipeline) send(more ...write) (sql.Result, error) {
	queue := append(p.queue, more...)
	p.queue = nil
	var batch pgx.Batch
	for _, w := range queue {
		batch.Queue(w.sql, w.args...)
	}
	var last pgconn.CommandTag
	err := p.conn.Raw(func(c any) error {
		results := c.(*stdlib.Conn).Conn().SendBatch(p.ctx, &batch)
		for range queue {
			var err error
			if last, err = results.Exec(); err != nil {
				_ = results.Close() // it says the same
				return err
			}
		}
		return results.Close()
	})
	if err != nil && p.err == nil {
		p.err = err
	}
	return driver.RowsAffected(last.RowsAffected()), err
}

// tableOf is the table that a write goes to: the first name in quotes, as gorm
// writes them; "" where there is none.
func tableOf(query string) string {
	_, rest, _ := strings.Cut(query, `"`)
	name, _, found := strings.Cut(rest, `"`)
	if !found {
		return ""
	}
	return name
}
