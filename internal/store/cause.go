package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// Cause says for a log what the database found wrong, without the values that
// were being written: those are personal data.
func Cause(err error) string {
	if p := new(pgconn.PgError); errors.As(err, &p) {
		return fmt.Sprintf("SQLSTATE %s table=%q column=%q constraint=%q", p.Code, p.TableName, p.ColumnName, p.ConstraintName)
	}
	if s := new(sqlite.Error); errors.As(err, &s) {
		return s.Error() // names tables and columns only: the values are parameters
	}
	return fmt.Sprintf("%T", err)
}
