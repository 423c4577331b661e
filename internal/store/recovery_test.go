package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/pgtest"
	"hoso/internal/register"
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

// TestARepetitionWaitsForTheReceiverToo: no commit is acknowledged before the log is
// received elsewhere. Where somebody gives that waiting up, PostgreSQL has committed
// here all the same, and everybody sees it; so who asks or reports once more must
// not hear yes before the receiver is back.
func TestARepetitionWaitsForTheReceiverToo(t *testing.T) {
	t.Parallel()
	c := pgtest.Start(t)
	c.Receive(t)
	f := &fixture{t: t, url: c.URL(), clock: newClock()}
	s, err := store.Open(c.URL(), store.Options{Now: f.clock.Now, MaxOpen: 4})
	require.NoError(t, err)
	defer s.Close() //nolint:errcheck // the cluster goes with the test
	f.Store = s
	require.NoError(t, f.Migrate(t.Context()))
	d := f.file(filing())

	filed, asked, n, e := request("file"), request("decision"), filing(), arrival("portal")
	for name, ask := range map[string]func(context.Context) error{
		"a filing": func(ctx context.Context) error {
			_, err := f.File(ctx, filed, n, render)
			return err
		},
		"a filing that was looked for": func(ctx context.Context) error {
			_, known, err := f.Recall(ctx, filed)
			if err == nil && !known {
				_, err = f.File(ctx, filed, n, render)
			}
			return err
		},
		"a command": func(ctx context.Context) error {
			_, err := f.Begin(ctx, asked, store.Ask{Code: d.Code})
			return err
		},
		"a report": func(ctx context.Context) error {
			_, _, err := f.AcceptReport(ctx, e, d.Code, register.PortalReport{Status: dossier.Accepted}, nil)
			return err
		},
	} {
		for _, r := range []*store.Request{&filed, &asked} {
			*r = request(r.Kind)
		}
		rows := func() (n int64) {
			require.NoError(t, f.Gorm().Raw("SELECT (SELECT COUNT(*) FROM operations) + (SELECT COUNT(*) FROM inbox)").Scan(&n).Error)
			return n
		}
		before, hear := rows(), c.Deafen(t)
		unheard := func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := ask(ctx)
			require.True(t, store.Unavailable(err), "%s: %v", name, err)
		}
		require.NoError(t, eventually(time.Minute, func() error {
			if unheard(); rows() == before {
				return errors.New("nothing is committed, here either")
			}
			return nil
		}), name)
		unheard()
		hear(t)
		require.NoError(t, ask(t.Context()), name)
		require.Equal(t, before+1, rows(), "%s is there once", name)
	}
}

// TestAllThatIsOpenIsStartedAnew: every dossier and bag that is open gets an order,
// whatever came of an earlier one, and one only; it waits from now.
func TestAllThatIsOpenIsStartedAnew(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		codes := []string{f.goingOut().Code, f.goingOut().Code, f.goingOut().Code}
		bag := f.seal(codes[0])
		require.NoError(t, f.Started(t.Context(), store.KindStart, codes...))
		require.NoError(t, f.Started(t.Context(), store.KindBag, bag))
		f.record(codes[2], "status", func(tr *register.Transition) {
			tr.After.Stage, tr.After.Status = dossier.StageClosed, dossier.Withdrawn
		})
		f.exec("DELETE FROM outbox WHERE dossier_code = ?", codes[1])
		f.clock.add(20 * 24 * time.Hour)
		for range 2 {
			n, err := f.StartAnew(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 3, n, "two dossiers and a bag")
			queues, err := f.Queues(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 3, queues[0].Rows, queues[0].Kind)
			require.WithinDuration(t, f.Now(), *queues[0].Oldest, time.Second)
		}
		var ordered []string
		rows, err := f.LeaseStarts(t.Context(), 10, time.Minute)
		require.NoError(t, err)
		for _, r := range rows {
			ordered = append(ordered, r.DossierCode)
		}
		require.ElementsMatch(t, []string{codes[0], codes[1], bag}, ordered)
	})
}

// eventually repeats a check until it passes or the time is over.
func eventually(within time.Duration, check func() error) error {
	for deadline := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		if err := check(); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}
