package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	sqliteschema "go.temporal.io/server/schema/sqlite"
)

// prepareDatabase makes sure the file, which is there, holds Temporal's
// tables. Afterwards the server only opens it.
func prepareDatabase(ctx context.Context, o options) (err error) {
	db, err := openDatabase(databaseConfig(o))
	if err != nil {
		return fmt.Errorf("open database %s: %w", o.database, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	have, err := columns(ctx, db)
	if err != nil {
		return fmt.Errorf("read database %s: %w", o.database, err)
	}
	if len(have) == 0 {
		return createSchema(ctx, db)
	}
	return compareSchema(ctx, have, o.database)
}

// createFile makes the directory and an empty file only their owner reads.
// Both are flushed to the disk: the file's content is SQLite's business, but
// that it has a name is ours.
func createFile(path string) error {
	directory := filepath.Dir(path)
	err := os.MkdirAll(directory, 0o700)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), syncDirectory(directory), syncDirectory(filepath.Dir(directory)))
}

func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// createSchema makes every table in one transaction. Upstream commits each
// statement by itself, so a process killed at the wrong moment leaves a
// database that is neither empty nor usable.
func createSchema(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("create tables: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // without effect once committed
	err = sqliteschema.SetupSchemaOnDB(schemaTarget{execer: tx})
	if err != nil {
		return fmt.Errorf("create tables: %w", err)
	}
	err = tx.Commit()
	if err != nil {
		return fmt.Errorf("create tables: %w", err)
	}
	return nil
}

// schemaTarget lends a transaction the shape upstream's set-up wants. It uses
// Exec only; any other method of the embedded nil would panic, in the tests.
type schemaTarget struct {
	sqlplugin.AdminDB
	execer interface {
		Exec(query string, args ...any) (sql.Result, error)
	}
}

func (t schemaTarget) Exec(statement string, args ...any) error {
	_, err := t.execer.Exec(statement, args...)
	return err
}

// compareSchema refuses a database that lacks a table or column this server
// uses. Upstream has no migrations for SQLite and would start all the same, to
// fail on the first dossier that needs what is missing.
func compareSchema(ctx context.Context, have map[string]bool, path string) (err error) {
	scratch, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	scratch.SetMaxOpenConns(1) // a second connection would be a second, empty database
	err = sqliteschema.SetupSchemaOnDB(schemaTarget{execer: scratch})
	if err != nil {
		return err
	}
	want, err := columns(ctx, scratch)
	if err != nil {
		return err
	}
	for _, column := range slices.Sorted(maps.Keys(want)) {
		if !have[column] {
			return fmt.Errorf("database %s: %s is missing; another version of Temporal made it, or it is something else: name another file", path, column)
		}
	}
	return nil
}

// columns lists every column as "table.column", generated ones included.
func columns(ctx context.Context, db *sql.DB) (map[string]bool, error) {
	rows, err := db.QueryContext(ctx, `
		SELECT t.name || '.' || c.name
		FROM sqlite_master t, pragma_table_xinfo(t.name) c
		WHERE t.type = 'table'`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	found := map[string]bool{}
	for rows.Next() {
		var column string
		err = rows.Scan(&column)
		if err != nil {
			return nil, err
		}
		found[column] = true
	}
	return found, rows.Err()
}

// foldJournal moves what the write-ahead log holds into the database file, so
// that a server at rest is one file that can be copied. Nothing depends on it:
// the next start reads the log too.
func foldJournal(ctx context.Context, o options) error {
	db, err := openDatabase(databaseConfig(o))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return errors.Join(err, db.Close())
}
