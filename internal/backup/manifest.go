package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hoso/internal/store"
)

// Version is the form of backups that this program writes.
const Version = 1

// The names within a backup.
const (
	ManifestName  = "manifest.json"
	postgresName  = "database.dump"
	sqliteName    = "database.sqlite"
	blobsDir      = "blobs"
	keysDir       = "keys"
	rootsDir      = "roots"
	kindPostgres  = "postgres"
	kindSQLite    = "sqlite"
	privateFolder = 0o700
	privateFile   = 0o600
)

// Manifest says what a backup holds.
type Manifest struct {
	Version    int               `json:"version"`
	At         time.Time         `json:"at"` // the moment as of which the database was read
	Program    string            `json:"program"`
	Database   string            `json:"database"`   // postgres or sqlite
	Migrations []int64           `json:"migrations"` // that were in
	Counts     store.SavedCounts `json:"counts"`
	Files      []File            `json:"files"` // of the backup, by name
	// Damaged are files that the register names and that are missing, or not what
	// their digest says. The backup has what was there.
	Damaged []string `json:"damaged,omitempty"`
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"` // with forward slashes, relative to the backup
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all files together.
func (m Manifest) Bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Bytes
	}
	return n
}

// newest is the newest migration of the backup.
func (m Manifest) newest() int64 { return slices.Max(append(m.Migrations, 0)) }

// write puts the manifest into a folder, last of all: what it names is on the disk
// by then.
func (m Manifest) write(dir string) error {
	raw, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			err = syncDir(path)
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = copyFile(filepath.Join(dir, ManifestName), bytes.NewReader(append(raw, '\n')))
	return errors.Join(err, syncDir(dir))
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Read reads a backup's manifest, and its digest.
func Read(dir string) (Manifest, string, error) {
	var m Manifest
	raw, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return m, "", fmt.Errorf("backup: %s holds no %s: name the folder (or .tar file) that `hoso backup` wrote, whole", dir, ManifestName)
	}
	if err != nil {
		return m, "", err
	}
	if json.Unmarshal(raw, &m) != nil || m.At.IsZero() || len(m.Files) == 0 {
		return m, "", fmt.Errorf("backup: %s is not a manifest of `hoso backup`", ManifestName)
	}
	if m.Version != Version {
		return m, "", fmt.Errorf("backup: it is of form %d and this program reads form %d: restore it with the program that wrote it (%s)", m.Version, Version, m.Program)
	}
	return m, digest(raw), nil
}

// Verify holds every file of a backup against its manifest. The error names the
// first that does not fit.
func (m Manifest) Verify(dir string) error {
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) || path.Clean(f.Name) != f.Name {
			return fmt.Errorf("backup: the manifest names %q, which lies outside the backup", f.Name)
		}
		got, err := measure(filepath.Join(dir, filepath.FromSlash(f.Name)))
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("backup: %s is missing: fetch the backup anew, or take another one", f.Name)
		}
		if err != nil {
			return err
		}
		if got.Bytes != f.Bytes || got.SHA256 != f.SHA256 {
			return fmt.Errorf("backup: %s is not what the manifest says: fetch the backup anew, or take another one", f.Name)
		}
	}
	return nil
}

// in lists the files below a folder of the backup.
func (m Manifest) in(folder string) (names []string) {
	for _, f := range m.Files {
		if strings.HasPrefix(f.Name, folder+"/") {
			names = append(names, f.Name)
		}
	}
	return names
}

// measure reads a file through.
func measure(name string) (File, error) {
	f, err := os.Open(name)
	if err != nil {
		return File{}, err
	}
	defer f.Close() //nolint:errcheck // only read
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	return File{Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

// copyFile copies into a new private file, flushed, and gives what it wrote.
func copyFile(to string, from io.Reader) (File, error) {
	if err := os.MkdirAll(filepath.Dir(to), privateFolder); err != nil {
		return File{}, err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, privateFile)
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), from)
	return File{Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error { return flush(dir) }

// flush has what was written into a file or folder on the disk.
func flush(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
