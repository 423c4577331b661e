package backup

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Pack writes a backup's folder into one new file.
func Pack(dir, file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, privateFile)
	if err != nil {
		return err
	}
	w := tar.NewWriter(f)
	if err := errors.Join(w.AddFS(os.DirFS(dir)), w.Close(), f.Sync(), f.Close(), syncDir(filepath.Dir(file))); err != nil {
		return errors.Join(err, os.Remove(file)) // half of it is no backup
	}
	return nil
}

// Unpack takes a backup's files out into a new private folder.
func Unpack(file, dir string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	if err := os.MkdirAll(dir, privateFolder); err != nil {
		return err
	}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || !filepath.IsLocal(h.Name) {
			return fmt.Errorf("backup: %s is not a tar file that `hoso backup` wrote", file)
		}
		if h.FileInfo().IsDir() {
			continue
		}
		if h.Typeflag != tar.TypeReg {
			return fmt.Errorf("backup: %s is not a tar file that `hoso backup` wrote", file)
		}
		if _, err := copyFile(filepath.Join(dir, filepath.FromSlash(h.Name)), r); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}
