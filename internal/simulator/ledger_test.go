package simulator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func ledgerPath(t *testing.T) string { return filepath.Join(t.TempDir(), "ledger.jsonl") }

// reopen opens a ledger and gives what it replayed.
func reopen(t *testing.T, path string) (*Ledger, []Entry, error) {
	t.Helper()
	var got []Entry
	l, err := OpenLedger(path, func(e Entry) error {
		got = append(got, e)
		return nil
	})
	if err == nil {
		t.Cleanup(func() { _ = l.Close() })
	}
	return l, got, err
}

func opened(t *testing.T, path string) (*Ledger, []Entry) {
	t.Helper()
	l, got, err := reopen(t, path)
	require.NoError(t, err)
	return l, got
}

func effect(key string) Entry {
	return Entry{At: time.Date(2025, 2, 5, 9, 30, 0, 0, Zone), Kind: KindEffect, Act: "submit", Key: key, Code: key}
}

func TestLedgerKeepsItsLines(t *testing.T) {
	t.Parallel()
	path := ledgerPath(t)
	l, got := opened(t, path)
	require.Empty(t, got)
	for i := range 3 {
		e, err := l.Append(effect(fmt.Sprint("k", i)))
		require.NoError(t, err)
		require.EqualValues(t, i+1, e.N)
	}
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err := l.Append(effect("late"))
	require.ErrorIs(t, err, ErrLedgerClosed)

	l, got = opened(t, path)
	require.Len(t, got, 3)
	require.Equal(t, "k2", got[2].Key)
	require.True(t, effect("k2").At.Equal(got[2].At))
	e, err := l.Append(effect("k3"))
	require.NoError(t, err)
	require.EqualValues(t, 4, e.N)
	read, err := ReadLedger(path) // while it is held
	require.NoError(t, err)
	require.Len(t, read, 4)
}

func TestLedgerHasOneHolder(t *testing.T) {
	t.Parallel()
	path := ledgerPath(t)
	opened(t, path)
	_, _, err := reopen(t, path)
	require.ErrorContains(t, err, "held by another simulator")
}

// Cut at every byte, the ledger opens with the whole lines before the cut, and
// goes on from there.
func TestLedgerTornAnywhere(t *testing.T) {
	t.Parallel()
	path := ledgerPath(t)
	l, _ := opened(t, path)
	var ends []int
	for i := range 4 {
		_, err := l.Append(effect(fmt.Sprint("k", i)))
		require.NoError(t, err)
		ends = append(ends, int(l.size))
	}
	require.NoError(t, l.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	torn := ledgerPath(t)
	for cut := range len(whole) + 1 {
		want := 0
		for _, end := range ends {
			if cut >= end {
				want++
			}
		}
		for _, tail := range []string{"", strings.Repeat("\x00", 5000), strings.Repeat("\x00", 5000) + "\n"} {
			if tail != "" && cut != ends[2] && cut != ends[2]+5 {
				continue
			}
			require.NoError(t, os.WriteFile(torn, append(append([]byte{}, whole[:cut]...), tail...), 0o600))
			read, err := ReadLedger(torn)
			require.NoError(t, err)
			require.Len(t, read, want, "cut at %d", cut)
			l, got := opened(t, torn)
			require.Len(t, got, want)
			file, err := os.Stat(torn)
			require.NoError(t, err)
			require.Equal(t, l.size, file.Size(), "nothing of the torn line is left")
			e, err := l.Append(effect("next"))
			require.NoError(t, err)
			require.EqualValues(t, want+1, e.N)
			require.NoError(t, l.Close())
			read, err = ReadLedger(torn)
			require.NoError(t, err)
			require.Len(t, read, want+1)
		}
	}
}

// A line broken anywhere but at the end is not ours to repair.
func TestLedgerBrokenInTheMiddle(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"not json":     "{\"n\":1}\n{{{\n{\"n\":3}\n",
		"a gap":        "{\"n\":1}\n{\"n\":3}\n",
		"a repetition": "{\"n\":1}\n{\"n\":1}\n{\"n\":2}\n",
		"empty line":   "{\"n\":1}\n\n{\"n\":2}\n",
	} {
		path := ledgerPath(t)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, _, err := reopen(t, path)
		require.ErrorContains(t, err, "line 2", name)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, content, string(after), "and it is left as it was")
	}
	_, err := ReadLedger(ledgerPath(t))
	require.Error(t, err)
	path := ledgerPath(t)
	require.NoError(t, os.WriteFile(path, []byte("{\"n\":1}\n"), 0o600))
	_, err = OpenLedger(path, func(Entry) error { return errors.New("does not fit") })
	require.ErrorContains(t, err, "line 1: does not fit")
}

func TestCountEffects(t *testing.T) {
	t.Parallel()
	repeat := effect("a")
	repeat.Kind = KindRepeat
	other := effect("a")
	other.Party = "vnpost"
	require.Equal(t, []Effect{{Key: "b", Act: "submit", Code: "b", Count: 1}, {Key: "a", Act: "submit", Code: "a", Count: 2}, {Party: "vnpost", Key: "a", Act: "submit", Code: "a", Count: 1}},
		CountEffects([]Entry{effect("b"), effect("a"), repeat, effect("a"), other}))
	require.Empty(t, CountEffects(nil))
}
