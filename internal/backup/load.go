package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"hoso/internal/store"
)

// Target is where a backup is restored to.
type Target struct {
	URL      string // of the database
	BlobDir  string
	KeyDir   string
	RootsDir string
	Newest   int64 // this program's newest migration
}

// Loaded is what a restore did.
type Loaded struct {
	Manifest Manifest
	Counts   store.SavedCounts // of the register as it is now
	Starts   int64             // workflows to be started anew
}

// skipped is how many of the day's running numbers each office passes over: more
// than one takes in a day.
const skipped = 1000

// Load restores a backup into an empty database and a folder without files. Until
// all is in place no program takes the database for ready. Errors are one line
// that says what to do.
func Load(ctx context.Context, dir string, t Target) (Loaded, error) {
	var out Loaded
	m, sum, err := Read(dir)
	if err != nil {
		return out, err
	}
	out.Manifest = m
	if err := m.fits(t); err != nil {
		return out, err
	}
	if err := t.empty(ctx, m); err != nil {
		return out, err
	}
	if err := m.Verify(dir); err != nil {
		return out, err
	}
	if m.Database == kindPostgres {
		if err := load(ctx, t.URL, filepath.Join(dir, postgresName), dir); err != nil {
			return out, fmt.Errorf("restore: %w", err)
		}
	}
	for folder, to := range map[string]string{blobsDir: t.BlobDir, keysDir: t.KeyDir, rootsDir: t.RootsDir} {
		if err := m.place(dir, folder, to); err != nil {
			return out, fmt.Errorf("restore: %w", err)
		}
	}
	r := store.Restoration{BackupAt: m.At, Manifest: sum}
	if m.Database == kindPostgres {
		return out, out.ready(ctx, t.URL, r, m.Migrations)
	}
	return out, out.sqlite(ctx, dir, t, r)
}

// fits refuses a backup that this program or this database cannot take.
func (m Manifest) fits(t Target) error {
	kind := kindPostgres
	if strings.HasPrefix(t.URL, "sqlite:") {
		kind = kindSQLite
	}
	switch {
	case m.Database != kind:
		return fmt.Errorf("restore: the backup is of a %s register, and HOSO_DATABASE_URL names a %s one: name one of the same kind", m.Database, kind)
	case m.newest() > t.Newest:
		return fmt.Errorf("restore: the backup has migration %d and this program knows %d: restore with the program that wrote it (%s) or a newer one", m.newest(), t.Newest, m.Program)
	}
	return nil
}

// empty refuses a target in which something lies already.
func (t Target) empty(ctx context.Context, m Manifest) error {
	if file, ok := strings.CutPrefix(t.URL, "sqlite:"); ok {
		if _, err := os.Stat(file); err == nil {
			return fmt.Errorf("restore: there is a register at %s: a restore goes into an empty place, so move it away or name another folder with --data", file)
		}
	} else {
		s, err := store.Open(t.URL, store.Options{MaxOpen: 1})
		if err != nil {
			return err
		}
		untouched, err := s.Untouched(ctx)
		if err := errors.Join(err, s.Close()); err != nil {
			return err
		}
		if !untouched {
			return errors.New("restore: the database is not empty: create a new one (createdb) and name it in HOSO_DATABASE_URL; a restore mixes with nothing")
		}
	}
	if there, err := os.ReadDir(t.BlobDir); err == nil && len(there) > 0 {
		return fmt.Errorf("restore: there are files in %s: a restore goes into an empty place, so move them away or name another folder with --data", t.BlobDir)
	}
	for _, name := range m.in(keysDir) {
		file := filepath.Join(t.KeyDir, path.Base(name))
		if _, err := os.Stat(file); err == nil {
			return fmt.Errorf("restore: %s is there already: move it away, the backup brings its own", file)
		}
	}
	return nil
}

// place copies a folder of the backup to where it lies in an installation.
func (m Manifest) place(dir, folder, to string) error {
	for _, name := range m.in(folder) {
		source, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		target := filepath.Join(to, filepath.FromSlash(strings.TrimPrefix(name, folder+"/")))
		_, err = copyFile(target, source)
		if err := errors.Join(err, source.Close()); err != nil {
			return err
		}
		if err := syncDir(filepath.Dir(target)); err != nil {
			return err
		}
	}
	return nil
}

// sqlite makes the register ready beside its place and moves it there last.
func (l *Loaded) sqlite(ctx context.Context, dir string, t Target, r store.Restoration) error {
	file := strings.TrimPrefix(t.URL, "sqlite:")
	beside := file + ".restoring"
	for _, left := range []string{beside, beside + "-wal", beside + "-shm"} { // of a try that died
		if err := os.RemoveAll(left); err != nil {
			return err
		}
	}
	source, err := os.Open(filepath.Join(dir, sqliteName))
	if err != nil {
		return err
	}
	_, err = copyFile(beside, source)
	if err := errors.Join(err, source.Close()); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := l.ready(ctx, "sqlite:"+beside, r, nil); err != nil {
		return err
	}
	return errors.Join(os.Rename(beside, file), syncDir(filepath.Dir(file)))
}

// ready brings a restored database up to this program, holds it against the
// manifest and lets it go on.
func (l *Loaded) ready(ctx context.Context, address string, r store.Restoration, migrations []int64) error {
	s, err := store.Open(address, store.Options{MaxOpen: 2})
	if err != nil {
		return err
	}
	err = func() error {
		now, err := s.Counts(ctx)
		if err != nil {
			return err
		}
		if now != l.Manifest.Counts {
			return errors.New("what came out of the backup is not what its manifest counts")
		}
		done, err := s.Restored(ctx, r, migrations, skipped)
		if err != nil {
			return err
		}
		l.Counts, l.Starts = now, done.Starts
		return s.Migrate(ctx)
	}()
	if err = errors.Join(err, s.Close()); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}
