package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// passing are PostgreSQL's codes, or beginnings of them, of what may be over soon.
var passing = []string{
	"08",    // connection
	"53",    // disk full, out of memory, too many connections
	"57P",   // shut down, crashed, starting
	"58",    // input and output on the server
	"25006", // read-only: the server has just become a standby, or the address leads to one
	"40001", "40P01",
}

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
		return slices.ContainsFunc(passing, func(code string) bool { return strings.HasPrefix(p.Code, code) })
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
