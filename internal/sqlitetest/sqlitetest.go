// Package sqlitetest gives tests a SQLite database without the cost of its
// migrations: a template is migrated once in a process, each test gets a copy.
package sqlitetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"hoso/internal/store"
)

// URL gives the address of a fresh, migrated database. It goes with the test.
var URL = Template(func(context.Context, *store.Store) error { return nil })

// Template gives what URL is, for databases that are filled besides: once, when
// the first test asks for one.
func Template(fill func(context.Context, *store.Store) error) func(testing.TB) string {
	made := sync.OnceValues(func() ([]byte, error) {
		dir, err := os.MkdirTemp("", "hoso-sqlitetest-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
		file := filepath.Join(dir, "hoso.db")
		s, err := store.Open("sqlite:"+file, store.Options{})
		if err != nil {
			return nil, err
		}
		if err = s.Migrate(context.Background()); err == nil {
			err = fill(context.Background(), s)
		}
		if err := errors.Join(err, s.Close()); err != nil { // closing writes the log back into the file
			return nil, err
		}
		return os.ReadFile(file)
	})
	return func(t testing.TB) string {
		t.Helper()
		raw, err := made()
		file := filepath.Join(t.TempDir(), "hoso.db")
		if err := errors.Join(err, os.WriteFile(file, raw, 0o600)); err != nil {
			t.Fatalf("sqlitetest: %v", err)
		}
		return "sqlite:" + file
	}
}
