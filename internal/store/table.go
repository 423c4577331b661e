package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

// table is a model's table as statements written by hand know it: the names that
// gorm gives, its columns in their order, and texts that are made once.
type table struct {
	schema  *schema.Schema
	columns []column
	selects string // SELECT all columns FROM the table
	update  string // UPDATE the table SET all columns but the key WHERE the key
	inserts sync.Map
}

// column is a column and the field of the model that it is.
type column struct {
	*schema.Field
	index []int
	list  bool // kept as JSON
}

// tables are the tables by model, and gorm's knowledge of them.
var tables, schemas sync.Map

func tableOfModel[M any]() *table {
	model := reflect.TypeFor[M]()
	if t, ok := tables.Load(model); ok {
		return t.(*table)
	}
	s, err := schema.Parse(new(M), &schemas, schema.NamingStrategy{})
	if err != nil {
		panic("store: " + err.Error()) // a model that is none
	}
	t := &table{schema: s}
	var names, sets, keys []string
	for _, name := range s.DBNames {
		f := s.FieldsByDBName[name]
		t.columns = append(t.columns, column{f, f.StructField.Index, f.Serializer != nil})
		names = append(names, `"`+s.Table+`"."`+name+`"`)
		if f.PrimaryKey {
			keys = append(keys, `"`+name+`" = ?`)
		} else {
			sets = append(sets, `"`+name+`" = ?`)
		}
	}
	t.selects = "SELECT " + strings.Join(names, ",") + ` FROM "` + s.Table + `" `
	t.update = `UPDATE "` + s.Table + `" SET ` + strings.Join(sets, ",") + " WHERE " + strings.Join(keys, " AND ")
	kept, _ := tables.LoadOrStore(model, t)
	return kept.(*table)
}

// find adds the reading of rows; rest follows FROM and the table's name.
func find[M any](b *batch, into *[]M, rest string, args ...any) {
	b.add(tableOfModel[M]().selects+rest, args, all(b.ctx, into))
}

// all reads rows of all columns.
func all[M any](ctx context.Context, into *[]M) func(rows) error {
	t := tableOfModel[M]()
	return func(r rows) error {
		*into = nil
		for r.Next() {
			*into = append(*into, *new(M))
			if err := t.scan(ctx, r, reflect.ValueOf(&(*into)[len(*into)-1]).Elem()); err != nil {
				return err
			}
		}
		return nil
	}
}

// take adds the reading of one row, the first; there says whether there is one.
func take[M any](b *batch, into *M, there *bool, rest string, args ...any) {
	t := tableOfModel[M]()
	b.add(t.selects+rest, args, func(r rows) error {
		*into = *new(M)
		if *there = r.Next(); !*there {
			return nil
		}
		err := t.scan(b.ctx, r, reflect.ValueOf(into).Elem())
		for r.Next() { // the others are not wanted
		}
		return err
	})
}

// one reads the first column of the first row.
func one(into any) func(rows) error {
	return func(r rows) error {
		var err error
		if r.Next() {
			err = r.Scan(into)
		}
		for r.Next() { // the others are not wanted
		}
		return err
	}
}

// scan reads one row into a model.
func (t *table) scan(ctx context.Context, r rows, row reflect.Value) error {
	into := make([]any, len(t.columns))
	for i, c := range t.columns {
		if c.list {
			into[i] = new(sql.NullString)
			continue
		}
		into[i] = row.FieldByIndex(c.index).Addr().Interface()
	}
	if err := r.Scan(into...); err != nil {
		return fmt.Errorf("store: reading %s: %w", t.schema.Table, err)
	}
	for i, c := range t.columns {
		if text, ok := into[i].(*sql.NullString); ok && c.list && text.Valid {
			if err := c.Serializer.Scan(ctx, c.Field, row, text.String); err != nil {
				return fmt.Errorf("store: reading %s.%s: %w", t.schema.Table, c.DBName, err)
			}
		}
	}
	return nil
}

// value is a column's value as both databases take it.
func (t *table) value(ctx context.Context, c column, row reflect.Value) (any, error) {
	var v any
	if c.list {
		v, _ = c.ValueOf(ctx, row)
	} else {
		v = row.FieldByIndex(c.index).Interface()
	}
	out, err := driver.DefaultParameterConverter.ConvertValue(v)
	if err != nil {
		return nil, fmt.Errorf("store: %s.%s: %w", t.schema.Table, c.DBName, err)
	}
	return out, nil
}

// insert adds the writing of rows of one table.
func insert[M any](b *batch, rows ...M) { insertRows(b, nil, "", rows) }

// insertNew is insert that leaves a row alone which is there already; did, where
// it is set, is told how many are new.
func insertNew[M any](b *batch, did func(int64), row M) {
	insertRows(b, did, " ON CONFLICT DO NOTHING", []M{row})
}

// insertNewBut is insertNew with an expression for the value of one column.
func insertNewBut[M any](b *batch, did func(int64), row M, column, expression string, args ...any) {
	t := tableOfModel[M]()
	v := reflect.ValueOf(&row).Elem()
	var places []string
	var values []any
	for _, c := range t.columns {
		if c.DBName == column {
			places, values = append(places, expression), append(values, args...)
			continue
		}
		value, err := t.value(b.ctx, c, v)
		if err != nil && b.err == nil {
			b.err = err
		}
		places, values = append(places, "?"), append(values, value)
	}
	b.count(did, t.intoColumns()+"("+strings.Join(places, ",")+") ON CONFLICT DO NOTHING", values...)
}

func insertRows[M any](b *batch, did func(int64), unless string, rows []M) {
	if len(rows) == 0 || b.err != nil {
		return
	}
	t := tableOfModel[M]()
	args := make([]any, 0, len(rows)*len(t.columns))
	for i := range rows {
		row := reflect.ValueOf(&rows[i]).Elem()
		for _, c := range t.columns {
			v, err := t.value(b.ctx, c, row)
			if err != nil {
				b.err = err
				return
			}
			args = append(args, v)
		}
	}
	b.count(did, t.insertInto(len(rows))+unless, args...)
}

// save adds the writing of a whole row that is there.
func save[M any](b *batch, model *M) {
	if b.err != nil {
		return
	}
	t := tableOfModel[M]()
	row := reflect.ValueOf(model).Elem()
	args := make([]any, 0, len(t.columns))
	var keys []any
	for _, c := range t.columns {
		v, err := t.value(b.ctx, c, row)
		if err != nil {
			b.err = err
			return
		}
		if c.PrimaryKey {
			keys = append(keys, v)
		} else {
			args = append(args, v)
		}
	}
	b.write(t.update, append(args, keys...)...)
}

// insertInto is the statement for n rows, made once.
func (t *table) insertInto(n int) string {
	if made, ok := t.inserts.Load(n); ok {
		return made.(string)
	}
	one := "(" + marks(len(t.columns)) + ")"
	made := t.intoColumns() + one + strings.Repeat(","+one, n-1)
	t.inserts.Store(n, made)
	return made
}

func (t *table) intoColumns() string {
	return `INSERT INTO "` + t.schema.Table + `" ("` + strings.Join(t.schema.DBNames, `","`) + `") VALUES `
}
