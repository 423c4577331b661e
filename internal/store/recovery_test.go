package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/pgtest"
	"hoso/internal/store"
)

// TestNothingAcknowledgedIsLostWithAnArchive: a base backup, then dossiers are filed
// and go on, then the machine with all its data is gone. From base backup and
// archived log PostgreSQL comes to where it was: every dossier, every entry, every
// running number.
func TestNothingAcknowledgedIsLostWithAnArchive(t *testing.T) {
	t.Parallel()
	c := pgtest.Start(t)
	c.Archive(t)
	open := func() *fixture {
		f := &fixture{t: t, url: c.URL(), clock: newClock()}
		s, err := store.Open(c.URL(), store.Options{Now: f.clock.Now, MaxOpen: 4})
		require.NoError(t, err)
		f.Store = s
		return f
	}
	f := open()
	require.NoError(t, f.Migrate(t.Context()))
	codes := []string{f.file(filing()).Code}
	require.NoError(t, f.Close())
	c.BaseBackup(t)

	f = open()
	for range 5 {
		codes = append(codes, f.file(filing()).Code)
	}
	f.record(codes[0], "status", nil)
	f.root()
	var last string
	require.NoError(t, f.Gorm().Raw("SELECT pg_walfile_name(pg_switch_wal())").Scan(&last).Error)
	require.NoError(t, eventually(time.Minute, func() error {
		var archived string
		err := f.Gorm().Raw("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver").Scan(&archived).Error
		if err == nil && archived < last {
			err = errors.New("the log is not in the archive yet")
		}
		return err
	}))
	require.NoError(t, f.Close())
	c.Kill(t)
	c.Recover(t)

	f = open()
	defer f.Close() //nolint:errcheck // the cluster goes with the test
	for _, code := range codes {
		require.NoError(t, f.VerifyAudit(t.Context(), code), "what was acknowledged is there")
	}
	p := f.audit()
	require.Empty(t, p.Faults)
	require.EqualValues(t, 1, p.Roots)
	require.NotContains(t, codes, f.file(filing()).Code, "no number is given twice")
}

// eventually repeats a check until it passes or the time is over.
func eventually(within time.Duration, check func() error) error {
	for deadline := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		if err := check(); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}
