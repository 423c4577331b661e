package store

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// insert puts the writing of rows of one table into a batch: the statement that
// gorm would make, from the same models, without making it anew each time.
func insert[M any](b *batch, rows ...M) {
	if len(rows) == 0 || b.err != nil {
		return
	}
	table, err := b.store.table(new(M))
	if err != nil {
		b.err = err
		return
	}
	args := make([]any, 0, len(rows)*len(table.DBNames))
	for i := range rows {
		row := reflect.ValueOf(&rows[i]).Elem()
		for _, name := range table.DBNames {
			value, _ := table.FieldsByDBName[name].ValueOf(b.ctx, row)
			if value, err = driver.DefaultParameterConverter.ConvertValue(value); err != nil {
				b.err = fmt.Errorf("store: %s.%s: %w", table.Table, name, err)
				return
			}
			args = append(args, value)
		}
	}
	b.add(b.store.insertInto(table, len(rows)), args, nil)
}

// table is what gorm knows about a model; it keeps it.
func (s *Store) table(model any) (*schema.Schema, error) {
	st := gorm.Statement{DB: s.db}
	err := st.Parse(model)
	return st.Schema, err
}

// insertInto is the statement for n rows, made once.
func (s *Store) insertInto(t *schema.Schema, n int) string {
	type key struct {
		table string
		n     int
	}
	k := key{t.Table, n}
	if made, ok := s.made.Load(k); ok {
		return made.(string)
	}
	marks := "(?" + strings.Repeat(",?", len(t.DBNames)-1) + ")"
	made := `INSERT INTO "` + t.Table + `" ("` + strings.Join(t.DBNames, `","`) + `") VALUES ` + marks + strings.Repeat(","+marks, n-1)
	s.made.Store(k, made)
	return made
}
