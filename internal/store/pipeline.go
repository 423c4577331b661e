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
// waits in it travels with the next statement that somebody wants the answer of,
// at the latest with the commit: going to the database and back costs more than
// most statements. Begin travels with the first of them. A read of gorm's goes
// ahead of what waits, unless that writes a table it names.
type pipeline struct {
	conn  *sql.Conn
	ctx   context.Context
	alone bool // no transaction of its own: what is sent together is one
	begun bool
	queue []statement
	err   error // the first that a waiting statement met with
}

// statement is one of a transaction. read takes its rows, did how many rows it
// met, where somebody wants to know.
type statement struct {
	sql   string
	args  []any
	table string // that it writes; "" for a read, or where that is not known
	read  func(rows) error
	did   func(int64)
}

// rows are what both databases' rows have in common.
type rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
}

// laterKey marks the context of a write that may wait.
type laterKey struct{}

// later is for a write of which nobody looks at the rows affected. Its error, if
// it has one, is that of the statement that it travels with, or of the
// transaction. On SQLite, where there is no way to go, it is carried out at once.
func later(tx *gorm.DB) *gorm.DB {
	return tx.WithContext(context.WithValue(tx.Statement.Context, laterKey{}, true))
}

// pipelined runs fn in a transaction on one of PostgreSQL's connections. Where a
// connection is found dead before the transaction has begun, fn runs again on
// another, as the pool does by itself elsewhere.
func (s *Store) pipelined(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return onLiving(func() (begun bool, err error) {
		return s.onPipeline(ctx, false, func(p *pipeline) error {
			tx := s.db.Session(&gorm.Session{NewDB: true, Context: ctx}) // with a context it is a copy
			tx.Statement.ConnPool = p
			if err := fn(tx); err != nil {
				return err
			}
			if p.err == nil {
				_, p.err = p.send(statement{sql: "commit"})
			}
			return s.translated(p.err)
		})
	})
}

// onLiving tries again as long as nothing has begun on a connection that is dead.
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

// onPipeline lends fn a connection. What fn leaves open is given up, also after a
// panic; if that cannot be said, the pool throws the connection away.
func (s *Store) onPipeline(ctx context.Context, alone bool, fn func(p *pipeline) error) (begun bool, err error) {
	pool, err := s.db.DB()
	if err != nil {
		return false, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close() //nolint:errcheck // gives it back to the pool
	p := &pipeline{conn: conn, ctx: ctx, alone: alone}
	done := false
	defer func() {
		if !done && p.begun {
			_, _ = conn.ExecContext(ctx, "rollback")
		}
	}()
	err = fn(p)
	done = err == nil
	return p.begun, err
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
	w := statement{sql: query, args: make([]any, len(args)), table: tableOf(query)}
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
// the transaction is over then; so does a connection that could not begin one.
func (p *pipeline) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = p.ahead(query)
	return p.conn.QueryRowContext(ctx, query, args...)
}

// PrepareContext is for gorm's own keeping of statements, which is not used.
func (p *pipeline) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.conn.PrepareContext(ctx, query)
}

// ahead makes the transaction begin, and sends what waits if a statement names one
// of its tables, or if nobody knows what it writes.
func (p *pipeline) ahead(query string) error {
	for _, w := range p.queue {
		if w.read == nil && (w.table == "" || strings.Contains(query, w.table)) {
			_, err := p.send()
			return err
		}
	}
	if p.begun {
		return nil
	}
	_, err := p.conn.ExecContext(p.ctx, "begin")
	p.begun = err == nil
	return err
}

// send carries out what waits and some more, in that order and in one trip, and
// gives the result of the last.
func (p *pipeline) send(more ...statement) (sql.Result, error) {
	queue := append(p.queue, more...)
	p.queue = nil
	if len(queue) == 0 {
		return driver.RowsAffected(0), nil
	}
	if !p.begun && !p.alone {
		queue = append([]statement{{sql: "begin"}}, queue...)
	}
	var out pgx.Batch
	for _, st := range queue {
		out.Queue(st.sql, st.args...)
	}
	var last int64
	err := p.conn.Raw(func(c any) (err error) {
		results := c.(*stdlib.Conn).Conn().SendBatch(p.ctx, &out)
		last, err = p.take(results, queue)
		if closing := results.Close(); err == nil { // else it says the same
			err = closing
		}
		return err
	})
	if err != nil && p.err == nil {
		p.err = err
	}
	return driver.RowsAffected(last), err
}

// take gives each statement what became of it.
func (p *pipeline) take(results pgx.BatchResults, queue []statement) (last int64, err error) {
	for _, st := range queue {
		if st.read != nil {
			err = readAll(results, st.read)
		} else {
			var tag pgconn.CommandTag
			tag, err = results.Exec()
			last = tag.RowsAffected()
		}
		if err != nil {
			return last, err
		}
		p.begun = true
		if st.did != nil {
			st.did(last)
		}
	}
	return last, nil
}

func readAll(results pgx.BatchResults, read func(rows) error) error {
	r, err := results.Query()
	if err != nil {
		return err
	}
	err = read(r)
	r.Close()
	if err == nil {
		err = r.Err()
	}
	return err
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
