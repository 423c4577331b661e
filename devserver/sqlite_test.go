package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	persistencesql "go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/resolver"
)

// openAsTemporal goes the way the server goes: through its SQLite plugin.
func openAsTemporal(conf *config.SQL) (sqlplugin.AdminDB, error) {
	return persistencesql.NewSQLAdminDB(sqlplugin.DbKindMain, conf,
		resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
}

// newFile is a prepared database with a name that must be escaped in a URI.
func newFile(t *testing.T) options {
	t.Helper()
	o := mustParse(t, "--db-filename", filepath.Join(t.TempDir(), "a ?b#c%20.db"))
	err := createFile(o.database)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTemporalsOwnConnectionIsDurable(t *testing.T) {
	t.Parallel()
	o := newFile(t)
	conf := databaseConfig(o)
	db, err := openAsTemporal(conf)
	if err != nil {
		t.Fatal(err)
	}
	// The plugin lets nobody read through its connection, but it executes: so
	// that very connection writes down what is in force on it.
	err = db.Exec(`CREATE TABLE seen AS SELECT journal_mode, synchronous FROM pragma_journal_mode, pragma_synchronous`)
	if err != nil {
		t.Fatal(err)
	}
	own, err := openDatabase(conf)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = own.Close() }()
	var journal string
	var synchronous int
	err = own.QueryRowContext(context.Background(), `SELECT journal_mode, synchronous FROM seen`).Scan(&journal, &synchronous)
	if err != nil {
		t.Fatal(err)
	}
	const full = 2
	if journal != "wal" || synchronous != full {
		t.Errorf("Temporal's connection: journal_mode=%s synchronous=%d, want wal and %d", journal, synchronous, full)
	}
	// And it is the file that was named, whatever its name.
	err = own.QueryRowContext(context.Background(), `SELECT file FROM pragma_database_list WHERE name='main'`).Scan(&journal)
	if err != nil || journal != o.database {
		t.Errorf("file is %q (%v), want %q", journal, err, o.database)
	}
}

func TestUnsafeConnectionIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(map[string]string){
		"NORMAL":                   func(a map[string]string) { a["synchronous"] = "NORMAL" },
		"OFF":                      func(a map[string]string) { a["synchronous"] = "OFF" },
		"no write-ahead log":       func(a map[string]string) { a["journal_mode"] = "DELETE" },
		"pragma nobody recognises": func(a map[string]string) { delete(a, "journal_mode"); a["_journal_mode"] = "WAL" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf := databaseConfig(newFile(t))
			spoil(conf.ConnectAttributes)
			_, err := openAsTemporal(conf)
			if err == nil || !strings.Contains(err.Error(), "unsafe database connection") {
				t.Errorf("opened with %v: %v, want a refusal", conf.ConnectAttributes, err)
			}
		})
	}
}

func TestMemoryNeedsNoDurability(t *testing.T) {
	t.Parallel()
	db, err := openAsTemporal(databaseConfig(mustParse(t)))
	if err != nil {
		t.Fatal(err)
	}
	tables, err := db.ListTables("")
	if err != nil || len(tables) == 0 {
		t.Errorf("tables in memory: %v, %v", tables, err)
	}
}

// execute runs statements on the file, as some other program would have.
func execute(t *testing.T, o options, statements ...string) {
	t.Helper()
	db, err := openDatabase(databaseConfig(o))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		_, err = db.ExecContext(context.Background(), statement)
		if err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func TestSchemaIsCreatedOnceAndRecognised(t *testing.T) {
	t.Parallel()
	o := newFile(t)
	for range 2 {
		err := prepareDatabase(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
	}
	// What another version added does no harm.
	execute(t, o, `CREATE TABLE later (x INT)`, `ALTER TABLE executions ADD COLUMN later INT`)
	err := prepareDatabase(context.Background(), o)
	if err != nil {
		t.Errorf("a database with more than we need: %v", err)
	}
}

func TestForeignDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"table missing":  `DROP TABLE current_chasm_executions`,
		"column missing": `ALTER TABLE shards DROP COLUMN data_encoding`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newFile(t)
			err := prepareDatabase(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			execute(t, o, statement)
			err = prepareDatabase(context.Background(), o)
			if err == nil || !strings.Contains(err.Error(), "is missing") {
				t.Errorf("after %q: %v, want a refusal", statement, err)
			}
		})
	}
}

func TestSchemaIsAllOrNothing(t *testing.T) {
	t.Parallel()
	o := newFile(t)
	db, err := openDatabase(databaseConfig(o))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	// A name of the last table's makes the last statements fail.
	_, err = db.ExecContext(context.Background(), `CREATE VIEW executions_visibility AS SELECT 1`)
	if err != nil {
		t.Fatal(err)
	}
	err = createSchema(context.Background(), db)
	if err == nil {
		t.Fatal("creation did not fail")
	}
	have, err := columns(context.Background(), db)
	if err != nil || len(have) != 0 {
		t.Errorf("a failed creation left %d columns (%v), want none", len(have), err)
	}
}

func TestDatabaseAtRestIsOneFile(t *testing.T) {
	t.Parallel()
	o := newFile(t)
	server, err := openAsTemporal(databaseConfig(o)) // stays open, as in the server
	if err != nil {
		t.Fatal(err)
	}
	err = server.Exec(`CREATE TABLE kept (x INT)`)
	if err != nil {
		t.Fatal(err)
	}
	err = foldJournal(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}

	content, err := os.ReadFile(o.database)
	if err != nil {
		t.Fatal(err)
	}
	copied := newFile(t)
	err = os.WriteFile(copied.database, content, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, copied, `SELECT x FROM kept`)
}
