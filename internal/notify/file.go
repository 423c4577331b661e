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
// written.
type File struct {
	path string
	now  func() time.Time

	mu sync.Mutex // one line at a time
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
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.write(append(raw, '\n')); err != nil {
		return Receipt{}, outcome.Unsure("file_unwritable", err) // part of the line may stand there
	}
	return receiptOf(l), nil
}

// write appends a whole line. One that was torn by a power cut is closed first,
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
	f.mu.Lock()
	defer f.mu.Unlock()
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
