package scanstudy

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Labels are what Tesseract could read of pages, kept in a file to which each
// outcome is added at once: a run that was stopped goes on where it was.
type Labels struct {
	path string
	read map[string]float64
}

// OpenLabels reads what an earlier run left.
func OpenLabels(path string) (*Labels, error) {
	l := &Labels{path: path, read: map[string]float64{}}
	if err := os.MkdirAll(filepath.Join(filepath.Dir(path), "pages"), 0o755); err != nil {
		return nil, fmt.Errorf("scanstudy: %w", err)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("scanstudy: opening labels: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	for s := bufio.NewScanner(f); s.Scan(); {
		var share float64
		key, value, _ := strings.Cut(s.Text(), ",")
		if _, err := fmt.Sscan(value, &share); err == nil { // the last line may be cut short
			l.read[key] = share
		}
	}
	return l, nil
}

// key names a case by all it is drawn from, so that a changed generator's pages
// are not taken for the old ones.
func (c Case) key() string {
	o := c.Options
	photo := ""
	if o.Photo != nil {
		photo = fmt.Sprintf("%+v", *o.Photo)
		o.Photo = nil
	}
	return strings.ReplaceAll(fmt.Sprintf("%s %d %d %+v %s", c.Set, c.N, c.Quality, o, photo), ",", " ")
}

// Of gives a page's label, if it has been read.
func (l *Labels) Of(c Case) (float64, bool) {
	share, ok := l.read[c.key()]
	return share, ok
}

// Read reads the pages that have no label yet.
func (l *Labels) Read(ctx context.Context, cases []Case, done func(n int)) error {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("scanstudy: opening labels: %w", err)
	}
	defer f.Close() //nolint:errcheck // each line was checked
	for i, c := range cases {
		done(i)
		if _, ok := l.Of(c); ok {
			continue
		}
		share, err := l.look(ctx, c)
		if err != nil {
			return err
		}
		l.read[c.key()] = share
		if _, err := fmt.Fprintf(f, "%s,%.4f\n", c.key(), share); err != nil {
			return fmt.Errorf("scanstudy: writing label: %w", err)
		}
	}
	return nil
}

// look draws a page, keeps its file for whoever judges it, and reads it.
func (l *Labels) look(ctx context.Context, c Case) (float64, error) {
	file, corners, err := c.Draw()
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(l.pageAt(c), file, 0o644); err != nil {
		return 0, fmt.Errorf("scanstudy: keeping page: %w", err)
	}
	return read(ctx, c, file, corners)
}

// File is a page's file, drawn anew where it was not kept.
func (l *Labels) File(c Case) ([]byte, error) {
	if file, err := os.ReadFile(l.pageAt(c)); err == nil {
		return file, nil
	}
	file, _, err := c.Draw()
	if err != nil {
		return nil, err
	}
	return file, os.WriteFile(l.pageAt(c), file, 0o644)
}

func (l *Labels) pageAt(c Case) string {
	sum := sha256.Sum256([]byte(c.key()))
	return filepath.Join(filepath.Dir(l.path), "pages", hex.EncodeToString(sum[:8])+".jpg")
}
