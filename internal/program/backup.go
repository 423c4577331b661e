package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hoso/internal/backup"
	"hoso/internal/blob"
	"hoso/internal/receipt"
	"hoso/internal/store"
)

// inOneFile says whether a backup is to be one file.
func inOneFile(path string) bool { return strings.HasSuffix(path, ".tar") }

// Backup writes register, files, keys and signed roots into a new folder, or into
// one new file where the name ends with .tar.
func Backup(ctx context.Context, c Config, to string) (backup.Manifest, error) {
	var m backup.Manifest
	if exists(to) && inOneFile(to) {
		return m, fmt.Errorf("backup: %s is there already: name a new file", to)
	}
	s, err := c.OpenSafeRegister(ctx)
	if err != nil {
		return m, err
	}
	defer s.Close() //nolint:errcheck // only read
	blobs, err := blob.Open(c.BlobDir())
	if err != nil {
		return m, err
	}
	defer blobs.Close() //nolint:errcheck // only read
	build, _ := Build()
	source := backup.Source{Store: s, URL: c.DatabaseURL, Blobs: blobs, KeyDir: c.KeyDir(), RootsDir: c.RootsDir(), Program: strings.TrimSpace(build.Version + " " + build.Revision)}
	if !inOneFile(to) {
		return backup.Save(ctx, source, to)
	}
	dir := to + ".partial"
	if err := os.RemoveAll(dir); err != nil { // of a backup that died
		return m, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it has been packed
	if m, err = backup.Save(ctx, source, dir); err != nil {
		return m, err
	}
	return m, backup.Pack(dir, to)
}

// Elsewhere are the keys and secrets of the installation that a backup does not
// hold, because they were named and lie elsewhere.
func (c *Config) Elsewhere() (names []string) {
	for _, f := range []struct {
		own      bool
		variable string
	}{{c.embeddedKeys, "HOSO_AUTH_KEYS"}, {c.embeddedWebhooks, "HOSO_WEBHOOK_SECRETS"}, {c.ownReceiptKeys, "HOSO_RECEIPT_KEYS"}} {
		if !f.own {
			names = append(names, f.variable)
		}
	}
	return names
}

// Restored is what Restore did.
type Restored struct {
	backup.Loaded
	// Root is the number of the root that was signed with word of the restore.
	Root int64
}

// Restore puts a backup into an empty database and a data folder without register
// and files, signs a root that says so, and leaves every open dossier to be started
// anew.
func Restore(ctx context.Context, c Config, from string) (Restored, error) {
	var out Restored
	newest, err := store.Newest()
	if err != nil {
		return out, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return out, fmt.Errorf("data folder: %w", err)
	}
	dir := from
	if inOneFile(from) {
		dir = filepath.Join(c.Data, ".restoring")
		if err := errors.Join(os.RemoveAll(dir), backup.Unpack(from, dir)); err != nil {
			return out, err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // it has been put in place
	}
	target := backup.Target{URL: c.DatabaseURL, BlobDir: c.BlobDir(), KeyDir: c.KeyDir(), RootsDir: c.RootsDir(), Newest: newest}
	if out.Loaded, err = backup.Load(ctx, dir, target); err != nil {
		return out, err
	}
	out.Root, err = c.rootOfRestore(ctx)
	return out, err
}

// rootOfRestore signs a root after a restore. Where the key lies elsewhere and is
// not there yet, the first night does it.
func (c *Config) rootOfRestore(ctx context.Context) (int64, error) {
	if !exists(filepath.Join(c.ReceiptKeys, receipt.PrivateName)) {
		return 0, nil
	}
	s, err := c.OpenSafeRegister(ctx)
	if err != nil {
		return 0, err
	}
	defer s.Close() //nolint:errcheck // committed
	a, err := c.Auditor(s)
	if err != nil {
		return 0, err
	}
	row, err := a.Root(ctx, nil)
	return row.N, err
}
