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
	address, err := m.fill(ctx, dir, t)
	if err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	err = out.counted(ctx, address)
	for folder, to := range map[string]string{blobsDir: t.BlobDir, keysDir: t.KeyDir, rootsDir: t.RootsDir} {
		if err == nil {
			err = m.place(dir, folder, to)
		}
	}
	if err == nil {
		err = out.ready(ctx, address, store.Restoration{BackupAt: m.At, Manifest: sum})
	}
	switch {
	case m.Database == kindPostgres && err != nil:
		err = fmt.Errorf("%w: drop the database and create a new one before the next try", err)
	case m.Database == kindSQLite:
		err = m.settle(t, err)
	}
	if err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	return out, nil
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

// empty refuses a target in which something lies already, or on which no register
// may lie.
func (t Target) empty(ctx context.Context, m Manifest) error {
	if file, ok := strings.CutPrefix(t.URL, "sqlite:"); ok {
		if exists(file) {
			return fmt.Errorf("restore: there is a register at %s: a restore goes into an empty place, so move it away or name another folder with --data", file)
		}
		for _, log := range logs(file) {
			if exists(log) {
				return fmt.Errorf("restore: there is %s of another register in %s, which would spoil this one: move it away", filepath.Base(log), filepath.Dir(log))
			}
		}
	} else {
		s, err := store.Open(t.URL, store.Options{MaxOpen: 1})
		if err != nil {
			return err
		}
		untouched, err := s.Untouched(ctx)
		if err == nil {
			err = s.CheckDurable(ctx)
		}
		if err := errors.Join(err, s.Close()); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		if !untouched {
			return errors.New("restore: the database is not empty: create a new one (createdb) and name it in HOSO_DATABASE_URL; a restore mixes with nothing")
		}
	}
	if there, err := os.ReadDir(t.BlobDir); err == nil && len(there) > 0 {
		return fmt.Errorf("restore: there are files in %s: a restore goes into an empty place, so move them away or name another folder with --data", t.BlobDir)
	}
	if there, err := filepath.Glob(filepath.Join(t.RootsDir, "*.json")); err != nil || len(there) > 0 {
		return fmt.Errorf("restore: there are signed roots in %s: move them to where roots are kept, the backup brings its own", t.RootsDir)
	}
	for _, name := range m.in(keysDir) {
		if file := filepath.Join(t.KeyDir, path.Base(name)); exists(file) {
			return fmt.Errorf("restore: %s is there already: move it away, the backup brings its own", file)
		}
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
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

// fill puts the backup's register into the database, where no program takes it yet:
// PostgreSQL's without its list of migrations, SQLite's beside its place. It gives
// the address there.
func (m Manifest) fill(ctx context.Context, dir string, t Target) (string, error) {
	if m.Database == kindPostgres {
		return t.URL, load(ctx, t.URL, filepath.Join(dir, postgresName))
	}
	if err := discard(beside(t)); err != nil { // of a try that died
		return "", err
	}
	source, err := os.Open(filepath.Join(dir, sqliteName))
	if err != nil {
		return "", err
	}
	_, err = copyFile(beside(t), source)
	return "sqlite:" + beside(t), errors.Join(err, source.Close())
}

// beside is where a file's register is made ready.
func beside(t Target) string { return strings.TrimPrefix(t.URL, "sqlite:") + ".restoring" }

// discard removes a register's files.
func discard(file string) (err error) {
	for _, name := range append(logs(file), file) {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// logs are the files that SQLite keeps beside a register. One that belongs to
// another register would be played into ours.
func logs(file string) []string { return []string{file + "-wal", file + "-shm", file + "-journal"} }

// settle moves a file's register to its place, last of all; one that is not ready
// is taken away.
func (m Manifest) settle(t Target, err error) error {
	if err != nil {
		return errors.Join(err, discard(beside(t)))
	}
	file := strings.TrimPrefix(t.URL, "sqlite:")
	return errors.Join(os.Rename(beside(t), file), syncDir(filepath.Dir(file)))
}

// counted holds what came out of the backup against its manifest.
func (l *Loaded) counted(ctx context.Context, address string) error {
	s, err := store.Open(address, store.Options{MaxOpen: 1})
	if err != nil {
		return err
	}
	l.Counts, err = s.Counts(ctx)
	if err == nil && l.Counts != l.Manifest.Counts {
		err = errors.New("what came out of the backup is not what its manifest counts")
	}
	return errors.Join(err, s.Close())
}

// ready lets a restored database go on, and brings it up to this program.
func (l *Loaded) ready(ctx context.Context, address string, r store.Restoration) error {
	s, err := store.Open(address, store.Options{MaxOpen: 2})
	if err != nil {
		return err
	}
	var migrations []int64 // that the database does not know of yet
	if l.Manifest.Database == kindPostgres {
		migrations = l.Manifest.Migrations
	}
	done, err := s.Restored(ctx, r, migrations, skipped)
	if err == nil {
		l.Starts = done.Starts
		err = s.Migrate(ctx)
	}
	return errors.Join(err, s.Close())
}
