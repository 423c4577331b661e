package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"hoso/internal/blob"
	"hoso/internal/store"
)

// Source is what is backed up.
type Source struct {
	Store    *store.Store
	URL      string // of the database
	Blobs    *blob.Store
	KeyDir   string
	RootsDir string
	Program  string // this program's version
}

// Save writes a backup into a folder that is not there yet, or empty. The manifest
// comes last: without it a folder is no backup.
func Save(ctx context.Context, s Source, dir string) (Manifest, error) {
	m := Manifest{Version: Version, Program: s.Program, Database: kindSQLite, At: s.Store.Now()}
	if err := fresh(dir); err != nil {
		return m, err
	}
	database := sqliteName
	if s.Store.Postgres() {
		m.Database, database = kindPostgres, postgresName
	}
	// Before the register: then each root that is here is in it.
	if err := m.folder(dir, rootsDir, s.RootsDir); err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	file := filepath.Join(dir, database)
	if err := os.WriteFile(file, nil, privateFile); err != nil {
		return m, err
	}
	err := s.Store.Save(ctx, file, func(v store.Saved) error {
		m.Migrations, m.Counts = v.Migrations, v.Counts
		if v.Snapshot != "" {
			if err := dump(ctx, s.URL, v.Snapshot, file); err != nil {
				return err
			}
		}
		return v.Files(func(f store.SavedFile) error { return m.blob(s.Blobs, dir, f) })
	})
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	got, err := measure(file)
	if err = errors.Join(err, flush(file)); err != nil { // SQLite does not flush a copy
		return m, err
	}
	got.Name = database
	m.Files = append(m.Files, got)
	if err := m.folder(dir, keysDir, s.KeyDir); err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	return m, m.write(dir)
}

// fresh makes a private folder, or takes one that is empty.
func fresh(dir string) error {
	there, err := os.ReadDir(dir)
	if err == nil && len(there) > 0 {
		return fmt.Errorf("backup: %s is not empty: name a new folder", dir)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, privateFolder); err != nil {
		return err
	}
	return os.Chmod(dir, privateFolder)
}

// blob copies a file of the blob store and holds it against its digest.
func (m *Manifest) blob(from *blob.Store, dir string, f store.SavedFile) error {
	name := path.Join(blobsDir, f.Name[:2], f.Name)
	source, err := from.Get(f.Name)
	if errors.Is(err, fs.ErrNotExist) {
		m.Damaged = append(m.Damaged, f.SHA256)
		return nil
	}
	if err != nil {
		return err
	}
	defer source.Close() //nolint:errcheck // only read
	got, err := copyFile(filepath.Join(dir, filepath.FromSlash(name)), source)
	if err != nil {
		return err
	}
	if got.SHA256 != f.SHA256 {
		m.Damaged = append(m.Damaged, f.SHA256)
	}
	got.Name = name
	m.Files = append(m.Files, got)
	return nil
}

// folder copies the files of a folder; one that is not there has none.
func (m *Manifest) folder(dir, name, from string) error {
	there, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range there {
		if !e.Type().IsRegular() || e.Name()[0] == '.' {
			continue
		}
		source, err := os.Open(filepath.Join(from, e.Name()))
		if err != nil {
			return err
		}
		got, err := copyFile(filepath.Join(dir, name, e.Name()), source)
		if err := errors.Join(err, source.Close()); err != nil {
			return err
		}
		got.Name = path.Join(name, e.Name())
		m.Files = append(m.Files, got)
	}
	return nil
}
