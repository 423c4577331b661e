package scanstudy

import (
	"bufio"
	"context"
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
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, os.MkdirAll(filepath.Dir(path), 0o755)
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
		share, err := Read(ctx, c)
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
