package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// batch is a transaction whose statements go to the database together: on
// PostgreSQL in one round trip, since going there and back costs more than the
// writing; on SQLite, which lives in this process, one by one. Begin travels
// with the first statements and commit with the last.
type batch struct {
	ctx   context.Context
	store *Store
	conn  *pgx.Conn // on PostgreSQL
	tx    *gorm.DB  // on SQLite
	begun bool
	queue []statement
	err   error // the first that went wrong while statements were made
}

// statement is one of a batch; read takes its rows, where it has some.
type statement struct {
	sql  string
	args []any
	read func(rows) error
}

// rows are what both databases' rows have in common.
type rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
}

// batched runs fn in a transaction and commits with what fn has left in the
// batch; an error or a panic leaves nothing.
func (s *Store) batched(ctx context.Context, fn func(b *batch) error) error {
	if !s.postgres {
		return s.tx(ctx, func(tx *gorm.DB) error {
			b := &batch{ctx: ctx, store: s, tx: tx}
			if err := fn(b); err != nil {
				return err
			}
			return b.send()
		})
	}
	return onLiving(func() (begun bool, err error) {
		b, err := s.pinned(ctx, fn)
		return b == nil || b.begun, err
	})
}

// pinned runs fn in a transaction on one of PostgreSQL's connections. A panic
// makes the pool throw the connection away, and with it the transaction.
func (s *Store) pinned(ctx context.Context, fn func(b *batch) error) (b *batch, err error) {
	pool, err := s.db.DB()
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // gives it back to the pool
	err = conn.Raw(func(c any) error {
		b = &batch{ctx: ctx, store: s, conn: c.(*stdlib.Conn).Conn()}
		err := fn(b)
		if err == nil {
			b.add("commit", nil, nil)
			err = b.send()
		}
		if err != nil {
			b.rollback()
		}
		return err
	})
	return b, err
}

// rollback gives the transaction up. When that cannot be said any more, the pool
// throws the connection away for its open transaction.
func (b *batch) rollback() {
	if b.begun && !b.conn.IsClosed() {
		_, _ = b.conn.Exec(b.ctx, "rollback")
	}
}

// add puts a statement into the batch; ? stands for an argument.
func (b *batch) add(sql string, args []any, read func(rows) error) {
	b.queue = append(b.queue, statement{sql: sql, args: args, read: read})
}

// send carries the statements out in their order, up to the first that fails.
func (b *batch) send() error {
	queue := b.queue
	b.queue = nil
	switch {
	case b.err != nil:
		return b.err
	case b.conn != nil:
		return b.atOnce(queue)
	}
	for _, st := range queue {
		if err := b.alone(st); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) alone(st statement) error {
	if st.read == nil {
		return b.tx.Exec(st.sql, st.args...).Error
	}
	r, err := b.tx.Raw(st.sql, st.args...).Rows()
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // the reading tells
	return errors.Join(st.read(r), r.Err())
}

func (b *batch) atOnce(queue []statement) error {
	var out pgx.Batch
	if !b.begun {
		out.Queue("begin")
	}
	for _, st := range queue {
		out.Queue(b.store.dollars(st.sql), st.args...)
	}
	results := b.conn.SendBatch(b.ctx, &out)
	err := b.take(results, queue)
	if closing := results.Close(); err == nil {
		err = closing
	}
	return err
}

func (b *batch) take(results pgx.BatchResults, queue []statement) error {
	if !b.begun {
		if _, err := results.Exec(); err != nil {
			return err
		}
		b.begun = true
	}
	for _, st := range queue {
		r, err := results.Query()
		if err != nil {
			return err
		}
		if st.read != nil {
			err = st.read(r)
		}
		r.Close()
		if err = errors.Join(err, r.Err()); err != nil {
			return err
		}
	}
	return nil
}

// dollars writes PostgreSQL's $1, $2, … for each ?, once for each statement. There
// are no texts in them that could hold another ?.
func (s *Store) dollars(sql string) string {
	if made, ok := s.made.Load(sql); ok {
		return made.(string)
	}
	var out strings.Builder
	n := 0
	for part := range strings.SplitSeq(sql, "?") {
		if n > 0 {
			fmt.Fprintf(&out, "$%d", n)
		}
		out.WriteString(part)
		n++
	}
	s.made.Store(sql, out.String())
	return out.String()
}
