package program

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hoso/internal/catalogue"
	"hoso/internal/store"
)

// OpenRegister opens the database without judging what is in it.
func (c *Config) OpenRegister() (*store.Store, error) {
	if file, ok := strings.CutPrefix(c.DatabaseURL, "sqlite:"); ok {
		if err := makePrivate(file); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
	}
	return store.Open(c.DatabaseURL, store.Options{})
}

// makePrivate makes the database's file before SQLite does: people stand in it,
// and SQLite would let others read it.
func makePrivate(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// OpenSafeRegister opens the database and refuses one that could lose what it
// acknowledged, or whose migrations do not fit.
func (c *Config) OpenSafeRegister(ctx context.Context) (*store.Store, error) {
	if err := c.registerExists(); err != nil {
		return nil, err
	}
	s, err := c.OpenRegister()
	if err != nil {
		return nil, err
	}
	if err = s.CheckDurable(ctx); err == nil {
		err = s.CheckMigrated(ctx)
	}
	if err != nil {
		s.Close() //nolint:errcheck // the first error is the one to tell
		return nil, err
	}
	return s, nil
}

// registerExists keeps a mistyped --data from making an empty register.
func (c *Config) registerExists() error {
	file, ok := strings.CutPrefix(c.DatabaseURL, "sqlite:")
	if !ok {
		return nil
	}
	if _, err := os.Stat(file); os.IsNotExist(err) {
		return fmt.Errorf("there is no register at %s: run `hoso migrate` or `hoso up` first, or name the folder with --data", file)
	}
	return nil
}

// Migrated is what Migrate did.
type Migrated struct {
	// Loaded is how many entries of the built-in catalogue were loaded; 0 when
	// the register had a catalogue.
	Loaded int
}

// Migrate brings the database up to this program, and gives an empty one the
// built-in catalogue.
func Migrate(ctx context.Context, s *store.Store) (Migrated, error) {
	var m Migrated
	if err := s.CheckDurable(ctx); err != nil {
		return m, err
	}
	if err := s.Migrate(ctx); err != nil {
		return m, err
	}
	if err := s.CheckMigrated(ctx); err != nil { // another release's, or nobody's
		return m, err
	}
	stamp, err := s.CatalogueStamp(ctx)
	if err != nil || stamp != "" {
		return m, err
	}
	built, err := catalogue.Default()
	if err != nil {
		return m, err
	}
	m.Loaded, err = s.LoadCatalogue(ctx, built)
	return m, err
}
