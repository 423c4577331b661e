package program

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hoso/internal/audit"
	"hoso/internal/dossier"
	"hoso/internal/receipt"
	"hoso/internal/store"
)

// Auditor makes roots over the register's ledgers and proves these. Roots are
// signed with the key of slips and receipts.
type Auditor struct {
	Store *store.Store
	Key   *receipt.Key // nil where nothing is to be signed
	Keys  receipt.Keys // that verify roots
	Dir   string       // where roots are written, to be given out
}

// RootsDir is where roots are written, to be given out.
func (c *Config) RootsDir() string { return filepath.Join(c.Data, "audit", "roots") }

// Auditor gives the installation's own.
func (c *Config) Auditor(s *store.Store) (*Auditor, error) {
	key, public, err := c.receiptKey()
	return &Auditor{Store: s, Key: key, Keys: public, Dir: c.RootsDir()}, err
}

// Root makes a root and writes it, and all that have no file yet, into the folder.
// beat is told of progress; it may be nil.
func (a *Auditor) Root(ctx context.Context, beat func()) (store.AuditRoot, error) {
	made, err := a.Store.MakeRoot(ctx, a.Key, beat)
	if err != nil {
		return made, err
	}
	if err := os.MkdirAll(a.Dir, 0o700); err != nil {
		return made, fmt.Errorf("audit roots: %w", err)
	}
	for after := int64(0); ; {
		rows, err := a.Store.AuditRoots(ctx, after, 500)
		if err != nil || len(rows) == 0 {
			return made, err
		}
		for _, row := range rows {
			if err := a.write(ctx, row); err != nil {
				return made, fmt.Errorf("audit roots: %w", err)
			}
			after = row.N
		}
	}
}

// rootFile is the name of a root's file: its day and its number.
func rootFile(row store.AuditRoot) (string, error) {
	r, err := audit.ReadRoot([]byte(row.File))
	return fmt.Sprintf("%s-%06d.json", dossier.LocalDay(r.At), row.N), err
}

// File is where a root lies, or is to lie. One of the same day and number may have
// been given out before: the register lost it when it was restored.
func (a *Auditor) File(row store.AuditRoot) (string, error) {
	name, err := rootFile(row)
	if err != nil {
		return "", err
	}
	file := filepath.Join(a.Dir, name)
	if raw, err := os.ReadFile(file); err == nil && string(raw) != row.File {
		return filepath.Join(a.Dir, strings.TrimSuffix(name, ".json")+"-"+audit.HashRoot([]byte(row.File))[:8]+".json"), nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return file, nil
}

// listOf is the name of the list of heads that belongs to a root's file.
func listOf(file string) string { return file[:len(file)-len(".json")] + ".heads" }

// write puts a root's list and then the root into the folder, unless it is there.
func (a *Auditor) write(ctx context.Context, row store.AuditRoot) error {
	if _, err := audit.ReadRoot([]byte(row.File)); err != nil {
		return nil //nolint:nilerr // a root that was tampered with is given out to nobody; the proof tells
	}
	name, err := a.File(row)
	if err != nil {
		return err
	}
	if _, err := os.Stat(name); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err = writeWhole(listOf(name), func(w io.Writer) error {
		return a.Store.Heads(ctx, row.N, func(h audit.Head) error { _, err := io.WriteString(w, h.Line()); return err })
	})
	if err != nil {
		return err
	}
	return writeWhole(name, func(w io.Writer) error { _, err := io.WriteString(w, row.File); return err })
}

// writeWhole writes a file beside its place and moves it there flushed, so that it
// is whole or not there. Only its owner may read it.
func writeWhole(name string, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone after the rename
	defer f.Close()           //nolint:errcheck // closed below where it counts
	w := bufio.NewWriter(f)
	if err := fill(w); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// Prove holds the ledgers against the register and against the roots that lie in
// the folder.
func (a *Auditor) Prove(ctx context.Context, since time.Time, beat func()) (store.AuditProof, error) {
	given, err := ReadRoots(a.Dir)
	if err != nil {
		return store.AuditProof{}, err
	}
	return a.Store.ProveAudit(ctx, store.AuditCheck{Keys: a.Keys, Given: given, Since: since, Beat: beat})
}

// ReadRoots reads the roots that lie in a folder; one that is not there has none.
func ReadRoots(dir string) ([]audit.Given, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("audit roots: %w", err)
	}
	given := make([]audit.Given, len(names))
	for i, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("audit roots: %w", err)
		}
		given[i] = audit.Given{Name: filepath.Base(name), File: raw}
		if list := listOf(name); exists(list) {
			given[i].List = func() (io.ReadCloser, error) { return os.Open(list) }
		}
	}
	return given, nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
