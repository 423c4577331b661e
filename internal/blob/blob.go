// Package blob keeps the bytes of files on disk, named by content. A file is
// written beside its place, flushed, renamed into it and the folder flushed, so
// that a name either stands for whole bytes or does not stand at all.
package blob

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"regexp"
)

// ErrTooLarge is returned by Put for more bytes than the limit.
var ErrTooLarge = errors.New("blob: larger than the limit")

// Stored names what Put kept.
type Stored struct {
	SHA256 string // hex digest of the bytes
	// Name is where the bytes lie. It equals the digest today; callers keep it
	// apart, because an encrypted file will be named otherwise.
	Name  string
	Bytes int64
}

// Store is a folder of files. It never leaves its root, whatever names it is given.
type Store struct{ root *os.Root }

// Open makes the folder if need be.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("blob: making folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: opening folder: %w", err)
	}
	return &Store{root: root}, nil
}

// Close lets the folder go.
func (s *Store) Close() error { return s.root.Close() }

// Put keeps the reader's bytes, at most limit of them. The same bytes twice are
// kept once.
func (s *Store) Put(r io.Reader, limit int64) (Stored, error) {
	tmp := "tmp-" + rand.Text()
	f, err := s.root.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Stored{}, fmt.Errorf("blob: creating: %w", err)
	}
	defer s.root.Remove(tmp) //nolint:errcheck // gone after the rename
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, digest), io.LimitReader(r, min(limit, math.MaxInt64-1)+1))
	if err == nil && n > limit {
		err = ErrTooLarge
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return Stored{}, fmt.Errorf("blob: writing: %w", err)
	}
	sum := hex.EncodeToString(digest.Sum(nil))
	return Stored{SHA256: sum, Name: sum, Bytes: n}, s.place(tmp, sum)
}

// place moves a finished file to its name and makes the move durable. The root
// is flushed even where the folder was there: another Put may have made it a
// moment ago and not have come to flush it.
func (s *Store) place(tmp, name string) error {
	dir := path.Dir(where(name))
	if err := s.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("blob: making folder: %w", err)
	}
	if err := s.root.Rename(tmp, where(name)); err != nil {
		return fmt.Errorf("blob: renaming: %w", err)
	}
	if err := s.flush(dir); err != nil {
		return err
	}
	return s.flush(".")
}

func (s *Store) flush(dir string) error {
	d, err := s.root.Open(dir)
	if err != nil {
		return fmt.Errorf("blob: opening folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("blob: flushing folder: %w", err)
	}
	return nil
}

// namePattern is what a storage name looks like: no dots and no slashes, so that
// no name leads to a folder, to a half-written file or out of the root.
var namePattern = regexp.MustCompile(`^[0-9a-z]{8,}$`)

// Get opens a file by its storage name. fs.ErrNotExist when there is none.
func (s *Store) Get(name string) (*os.File, error) {
	if !namePattern.MatchString(name) {
		return nil, fs.ErrNotExist
	}
	f, err := s.root.Open(where(name))
	if err != nil {
		return nil, fmt.Errorf("blob: opening: %w", err)
	}
	return f, nil
}

// where spreads files over 256 folders.
func where(name string) string { return path.Join(name[:2], name) }
