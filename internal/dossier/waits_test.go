package dossier_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

// TestEveryWaitHasALimit: nothing may be waited for without an end, but nothing.
func TestEveryWaitHasALimit(t *testing.T) {
	t.Parallel()
	for _, word := range declared(t, "What") {
		limit, ok := dossier.Waits.Limit(dossier.What(word))
		if word == string(dossier.WhatNothing) {
			require.False(t, ok, "a closed dossier waits for nothing")
			continue
		}
		require.True(t, ok, "no limit for %s", word)
		requireLimit(t, limit)
	}
	_, ok := dossier.Waits.Limit("")
	require.False(t, ok)
}

func requireLimit(t *testing.T, l dossier.Limit) {
	t.Helper()
	require.Positive(t, l.N)
	require.Contains(t, []string{"hour", "working_day", "day", "month"}, l.Unit)
}

func TestRemindersGoOnForEver(t *testing.T) {
	t.Parallel()
	reminders := dossier.Waits.Reminders
	for i, l := range reminders {
		requireLimit(t, l)
		require.Equal(t, l, dossier.Waits.Reminder(i+1))
	}
	last := reminders[len(reminders)-1]
	require.Equal(t, last, dossier.Waits.Reminder(len(reminders)+1))
	require.Equal(t, last, dossier.Waits.Reminder(1_000_000))
	require.Equal(t, reminders[0], dossier.Waits.Reminder(0))
	require.Equal(t, reminders[0], dossier.Waits.Reminder(-5))
}

func TestWaitsSayWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	require.NotEmpty(t, dossier.Waits.Version)
	require.NotEmpty(t, dossier.Waits.Source)
	require.Equal(t, 30*time.Minute, dossier.Waits.CatchUp)
	require.Equal(t, 4*time.Hour, dossier.Waits.CatchUpAtMost)
	require.Equal(t, time.Minute, dossier.Waits.EarlyReport)
}
