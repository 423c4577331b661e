package notify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"hoso/internal/outcome"
)

// File is a Channel that tells nobody: it appends messages to a file, one JSON
// line each, flushed to the disk, and marks its receipts as not told. It is for
// trying hoso without a mail server or a gateway. Whom a message is for is not
// written. Messages that come at the same time share one flush.
type File struct {
	path string
	now  func() time.Time

	turn    sync.Mutex // whoever writes, or reads
	mu      sync.Mutex // of waiting
	waiting []*entry
}

// entry is a line on its way to the file.
type entry struct {
	raw     []byte
	written bool
	err     error
}

var _ Channel = (*File)(nil)

// NewFile writes to a path whose folder exists.
func NewFile(path string) *File { return &File{path: path, now: time.Now} }

// line is a message as it is put away.
type line struct {
	At      time.Time `json:"at"`
	Key     string    `json:"key"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text"`
}

// Send implements Channel.
func (f *File) Send(ctx context.Context, m Message) (Receipt, error) {
	if err := ctx.Err(); err != nil {
		return Receipt{}, outcome.Retry("called_off", 0, err)
	}
	l := line{At: f.now().UTC().Truncate(time.Microsecond), Key: m.Key, Subject: m.Subject, Text: m.Text}
	raw, err := json.Marshal(l)
	if err != nil {
		return Receipt{}, outcome.Retry("file_unwritable", 0, err)
	}
	if err := f.put(append(raw, '\n')); err != nil {
		return Receipt{}, outcome.Unsure("file_unwritable", err) // part of the line may stand there
	}
	return receiptOf(l), nil
}

// put has a line written, by whoever comes to write next, with all that wait.
func (f *File) put(raw []byte) error {
	e := &entry{raw: raw}
	f.mu.Lock()
	f.waiting = append(f.waiting, e)
	f.mu.Unlock()

	f.turn.Lock()
	defer f.turn.Unlock()
	if e.written {
		return e.err
	}
	f.mu.Lock()
	all := f.waiting
	f.waiting = nil
	f.mu.Unlock()
	var lines []byte
	for _, e := range all {
		lines = append(lines, e.raw...)
	}
	err := f.write(lines)
	for _, e := range all {
		e.written, e.err = true, err
	}
	return err
}

// write appends whole lines. One that was torn by a power cut is closed first,
// so that it spoils no other.
func (f *File) write(raw []byte) (err error) {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if torn(file) {
		raw = append([]byte{'\n'}, raw...)
	}
	if _, err := file.Write(raw); err != nil {
		return err
	}
	return file.Sync()
}

func torn(file *os.File) bool {
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil || end == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, end-1)
	return err == nil && last[0] != '\n'
}

// Lookup implements Channel. It reads the file from its beginning, which is
// done only after a crash.
func (f *File) Lookup(_ context.Context, key string) (Receipt, error) {
	f.turn.Lock()
	defer f.turn.Unlock()
	file, err := os.Open(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return Receipt{}, ErrNoSuchKey
	} else if err != nil {
		return Receipt{}, outcome.Retry("file_unreadable", 0, err)
	}
	defer file.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l line
		if json.Unmarshal(lines.Bytes(), &l) == nil && l.Key == key {
			return receiptOf(l), nil
		}
	}
	if err := lines.Err(); err != nil {
		return Receipt{}, outcome.Retry("file_unreadable", 0, fmt.Errorf("read messages: %w", err))
	}
	return Receipt{}, ErrNoSuchKey
}

func receiptOf(l line) Receipt {
	return Receipt{Key: l.Key, Reference: "file", DoneAt: l.At, NotTold: true}
}
