package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Unavailable says whether an error means that the database cannot serve now
// and may serve later, so that the caller should be told to come back.
func Unavailable(err error) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return true
	}
	if c := new(pgconn.ConnectError); errors.As(err, &c) {
		return true
	}
	if p := new(pgconn.PgError); errors.As(err, &p) {
		return strings.HasPrefix(p.Code, "08") || strings.HasPrefix(p.Code, "53") || strings.HasPrefix(p.Code, "57P") || p.Code == "40001" || p.Code == "40P01"
	}
	var n net.Error
	if errors.As(err, &n) {
		return true
	}
	text := err.Error()
	for _, sign := range []string{"database is locked", "SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "disk I/O error", "database or disk is full", "unable to open database file", "unexpected EOF", "conn closed", "sql: database is closed", "broken pipe", "connection reset"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}
