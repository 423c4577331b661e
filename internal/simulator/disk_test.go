package simulator

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

var errDisk = errors.New("no space left")

// disk counts and fails.
type disk struct {
	file
	syncs    atomic.Int64
	syncGate chan struct{} // each sync takes one, if there is a gate
	failSync atomic.Bool
	room     int // bytes that still fit; -1 for plenty
	stuck    bool
}

func (d *disk) Write(p []byte) (int, error) {
	if d.room >= 0 && len(p) > d.room {
		n, _ := d.file.Write(p[:d.room])
		d.room -= n
		return n, errDisk
	}
	return d.file.Write(p)
}

func (d *disk) Truncate(n int64) error {
	if d.stuck {
		return errDisk
	}
	return d.file.Truncate(n)
}

func (d *disk) Sync() error {
	if d.syncGate != nil {
		<-d.syncGate
	}
	d.syncs.Add(1)
	if d.failSync.Load() {
		return errDisk
	}
	return d.file.Sync()
}

func onDisk(t *testing.T) (*Ledger, *disk, string) {
	path := ledgerPath(t)
	l, _ := opened(t, path)
	d := &disk{file: l.f, room: -1}
	l.f = d
	return l, d, path
}

// Who waits for the disk at the same time waits for one fsync, not for many.
func TestSyncIsShared(t *testing.T) {
	t.Parallel()
	l, d, path := onDisk(t)
	d.syncGate = make(chan struct{})
	const many = 50
	var written, done sync.WaitGroup
	written.Add(many)
	for i := range many {
		done.Go(func() {
			_, err := l.Append(effect(fmt.Sprint("k", i)))
			written.Done()
			if err == nil {
				err = l.Sync()
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	written.Wait() // all lines are in the file before any fsync may end
	close(d.syncGate)
	done.Wait()
	require.LessOrEqual(t, d.syncs.Load(), int64(3))
	read, err := ReadLedger(path)
	require.NoError(t, err)
	require.Len(t, read, many)
	require.NoError(t, l.Sync())
	require.LessOrEqual(t, d.syncs.Load(), int64(3), "nothing new, nothing to sync")
	before := d.syncs.Load()
	_, err = l.Append(effect("later"))
	require.NoError(t, err)
	require.NoError(t, l.SyncTo(many))
	require.Equal(t, before, d.syncs.Load(), "what came after holds up nobody")
	require.NoError(t, l.SyncTo(many+1))
	require.Equal(t, before+1, d.syncs.Load())
}

func TestSyncThatFailedIsNeverBelievedAgain(t *testing.T) {
	t.Parallel()
	l, d, _ := onDisk(t)
	_, err := l.Append(effect("k1"))
	require.NoError(t, err)
	d.failSync.Store(true)
	require.ErrorIs(t, l.Sync(), errDisk)
	d.failSync.Store(false)
	require.ErrorIs(t, l.Sync(), errDisk)
	_, err = l.Append(effect("k2"))
	require.ErrorIs(t, err, errDisk)
	<-l.Broken()
	require.ErrorIs(t, l.Err(), errDisk)
}

func TestFullDiskLeavesNoHalfLine(t *testing.T) {
	t.Parallel()
	l, d, path := onDisk(t)
	_, err := l.Append(effect("k1"))
	require.NoError(t, err)
	d.room = 10
	_, err = l.Append(effect("k2"))
	require.ErrorIs(t, err, errDisk)
	require.NoError(t, l.Err(), "there may be room again")
	d.room = -1
	e, err := l.Append(effect("k3"))
	require.NoError(t, err)
	require.EqualValues(t, 2, e.N)
	read, err := ReadLedger(path)
	require.NoError(t, err)
	require.Len(t, read, 2)
	require.Equal(t, "k3", read[1].Key)

	d.room, d.stuck = 10, true
	_, err = l.Append(effect("k4"))
	require.ErrorIs(t, err, errDisk)
	require.ErrorIs(t, l.Err(), errDisk, "half a line that cannot be taken back is the end")
}
