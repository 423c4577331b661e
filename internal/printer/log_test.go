package printer_test

import (
	"bytes"
	"log/slog"
	"sync"
)

// safeLog is a log that several may write and one reads.
type safeLog struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *safeLog) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(l, nil)) }
