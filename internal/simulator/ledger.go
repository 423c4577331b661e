package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
)

// ErrLedgerClosed is what writing to a closed ledger gives.
var ErrLedgerClosed = errors.New("simulator: ledger is closed")

// Ledger is an append-only file of JSON lines. Append puts a line into the
// file; Sync returns when every line so far would survive a power cut. Calls
// that wait in Sync at the same time share one fsync.
type Ledger struct {
	mu      sync.Mutex
	idle    *sync.Cond // of mu: no fsync is running
	f       file
	n       int64 // lines in the file
	size    int64
	synced  int64 // lines that are on disk
	syncing bool
	failed  error         // for good: what is on disk is no longer known
	broken  chan struct{} // closed with failed
}

// file is what a ledger needs of its file; tests put a failing disk there.
type file interface {
	io.WriteSeeker
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// OpenLedger opens or creates the ledger at the path, cuts off a torn last line
// and calls replay for each whole one. Only one simulator may hold a ledger.
func OpenLedger(path string, replay func(Entry) error) (_ *Ledger, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	if err := lock(f); err != nil {
		return nil, fmt.Errorf("ledger %s is held by another simulator: %w", path, err)
	}
	l := &Ledger{f: f, broken: make(chan struct{})}
	l.idle = sync.NewCond(&l.mu)
	l.size, err = scan(f, func(e Entry) error {
		l.n = e.N
		return replay(e)
	})
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(l.size); err != nil {
		return nil, fmt.Errorf("cut torn ledger line: %w", err)
	}
	if _, err := f.Seek(l.size, io.SeekStart); err != nil {
		return nil, fmt.Errorf("seek ledger: %w", err)
	}
	// What was replayed may still be in memory only, left there by a kill.
	if err := errors.Join(f.Sync(), syncDir(filepath.Dir(path))); err != nil {
		return nil, fmt.Errorf("sync ledger: %w", err)
	}
	l.synced = l.n
	return l, nil
}

// syncDir makes the file's name itself durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Append writes a line and numbers it. If it fails the file is as before.
func (l *Ledger) Append(e Entry) (Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return e, l.failed
	}
	e.N = l.n + 1
	line, err := json.Marshal(e)
	if err != nil {
		return e, fmt.Errorf("encode ledger line: %w", err)
	}
	line = append(line, '\n')
	if _, err := l.f.Write(line); err != nil {
		return e, l.undo(fmt.Errorf("write ledger: %w", err))
	}
	l.n++
	l.size += int64(len(line))
	return e, nil
}

// undo takes back a line written in part (a full disk, mostly).
func (l *Ledger) undo(cause error) error {
	_, seekErr := l.f.Seek(l.size, io.SeekStart)
	if err := errors.Join(l.f.Truncate(l.size), seekErr); err != nil {
		return l.fail(errors.Join(cause, err))
	}
	return cause
}

func (l *Ledger) fail(err error) error {
	if l.failed == nil {
		l.failed = err
		close(l.broken)
	}
	return l.failed
}

// Sync waits until all lines appended so far are on disk. An fsync that failed
// once is never believed again: the ledger is broken from there on.
func (l *Ledger) Sync() error { return l.SyncTo(math.MaxInt64) }

// SyncTo waits until all lines appended so far are on disk, or at least those up
// to the n-th. Who needs no more than those is not held up by what came after.
func (l *Ledger) SyncTo(n int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for want := min(n, l.n); l.synced < want; {
		if l.failed != nil {
			return l.failed
		}
		if l.syncing {
			l.idle.Wait()
			continue
		}
		l.syncing = true
		upTo := l.n
		l.mu.Unlock()
		err := l.f.Sync()
		l.mu.Lock()
		l.syncing = false
		l.idle.Broadcast()
		if err != nil {
			return l.fail(fmt.Errorf("sync ledger: %w", err))
		}
		l.synced = upTo
	}
	return nil
}

// Lines is how many lines have been appended.
func (l *Ledger) Lines() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// Broken is closed when the ledger can no longer be trusted to keep anything.
func (l *Ledger) Broken() <-chan struct{} { return l.broken }

// Err says why the ledger is broken or closed, nil while it is neither.
func (l *Ledger) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// Close syncs and closes the ledger; closing twice is harmless.
func (l *Ledger) Close() error {
	syncErr := l.Sync()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.syncing {
		l.idle.Wait()
	}
	if errors.Is(l.failed, ErrLedgerClosed) {
		return nil
	}
	_ = l.fail(ErrLedgerClosed)
	l.failed = ErrLedgerClosed
	return errors.Join(syncErr, l.f.Close())
}
