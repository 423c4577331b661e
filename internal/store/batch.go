package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"gorm.io/gorm"
)

// batch is statements written by hand that go to the database together, within a
// transaction that gorm works in as well: on PostgreSQL they wait until send, or
// until the transaction ends; on SQLite, which lives in this process, each is
// carried out when it is added. An error on the way is that of send and leave.
//
// It is for what every dossier does. gorm makes each statement and reads each row
// anew by reflection, and goes to the database for each.
type batch struct {
	ctx  context.Context
	tx   *gorm.DB
	pipe *pipeline // on PostgreSQL
	err  error     // the first that went wrong while statements were made
}

// byHand gives the batch of a transaction that Store.tx has begun. What waits in
// the transaction goes before what is added.
func byHand(tx *gorm.DB) *batch {
	b := &batch{ctx: tx.Statement.Context, tx: tx}
	b.pipe, _ = tx.Statement.ConnPool.(*pipeline)
	return b
}

// batched runs fn in a transaction and commits with what fn has left in the batch.
func (s *Store) batched(ctx context.Context, fn func(b *batch) error) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		b := byHand(tx)
		if err := fn(b); err != nil {
			return err
		}
		return b.leave()
	})
}

// together carries out what fn adds, in one trip and without a transaction around
// it: reads, each of its own moment, and at most one write. (On PostgreSQL several
// would be written as a whole, on SQLite one by one.)
func (s *Store) together(ctx context.Context, fn func(b *batch)) error {
	if !s.postgres {
		b := &batch{ctx: ctx, tx: s.with(ctx)}
		fn(b)
		return b.err
	}
	return onLiving(func() (begun bool, err error) {
		return s.onPipeline(ctx, true, func(p *pipeline) error {
			b := &batch{ctx: ctx, pipe: p}
			fn(b)
			return s.translated(b.send())
		})
	})
}

// atOneMoment reads what fn adds in one trip, all as of the same moment.
func (s *Store) atOneMoment(ctx context.Context, fn func(b *batch)) error {
	if !s.postgres {
		return s.batched(ctx, func(b *batch) error {
			fn(b)
			return nil
		})
	}
	return s.together(ctx, func(b *batch) {
		b.add("begin isolation level repeatable read read only", nil, nil)
		fn(b)
		b.add("commit", nil, nil)
	})
}

// add puts a statement into the batch; ? stands for an argument. A write names its
// table in quotes. read takes the rows, where there are some.
func (b *batch) add(sql string, args []any, read func(rows) error) {
	b.put(statement{sql: sql, args: args, read: read})
}

// write adds a write.
func (b *batch) write(sql string, args ...any) { b.put(statement{sql: sql, args: args}) }

// count adds a write and tells how many rows it met.
func (b *batch) count(did func(int64), sql string, args ...any) {
	b.put(statement{sql: sql, args: args, did: did})
}

func (b *batch) put(st statement) {
	switch {
	case b.err != nil:
	case b.pipe != nil:
		st.sql = dollars(st.sql)
		if st.read == nil {
			st.table = tableOf(st.sql)
		}
		b.pipe.queue = append(b.pipe.queue, st)
	default:
		b.err = b.alone(st)
	}
}

// forUpdate locks the rows of a read until the transaction ends. On SQLite the
// transaction itself holds the write lock.
func (b *batch) forUpdate() string {
	if b.pipe == nil {
		return ""
	}
	return " FOR UPDATE"
}

// among is the condition that a column is one of a list's texts, and its one
// argument: the statement is the same one whatever the list's length. One text is
// asked for plainly, since PostgreSQL plans anew for every list.
func (b *batch) among(column string, texts []string) (condition string, arg any) {
	switch {
	case len(texts) == 1:
		return column + " = ?", texts[0]
	case b.pipe != nil:
		return column + " = ANY(?::text[])", append([]string{}, texts...) // an empty list is no NULL
	}
	raw, err := json.Marshal(append([]string{}, texts...))
	if err != nil && b.err == nil {
		b.err = err
	}
	return column + " IN (SELECT value FROM json_each(?))", string(raw)
}

// send carries the statements out in their order, up to the first that fails.
func (b *batch) send() error {
	if b.err == nil && b.pipe != nil {
		_, b.err = b.pipe.send()
	}
	return b.err
}

// leave lets the statements travel with whatever is sent next, at the latest with
// the commit.
func (b *batch) leave() error { return b.err }

func (b *batch) alone(st statement) error {
	if st.read == nil {
		res := b.tx.Exec(st.sql, st.args...)
		if st.did != nil && res.Error == nil {
			st.did(res.RowsAffected)
		}
		return res.Error
	}
	r, err := b.tx.Raw(st.sql, st.args...).Rows()
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // the reading tells
	return errors.Join(st.read(r), r.Err())
}

// texts keeps the texts of statements, so that each is made once.
var texts sync.Map

// dollars writes PostgreSQL's $1, $2, … for each ?, once for each statement. There
// are no texts in them that could hold another ?.
func dollars(sql string) string {
	if made, ok := texts.Load(sql); ok {
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
	texts.Store(sql, out.String())
	return out.String()
}
