package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/calendar"
)

func TestOfficeTime(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, to string
		want     time.Duration
	}{
		{"2025-02-05 09:00", "2025-02-05 11:30", 150 * time.Minute},
		{"2025-02-05 11:30", "2025-02-05 13:30", time.Hour},
		{"2025-02-07 16:00", "2025-02-10 09:00", 2 * time.Hour},
		{"2025-02-08 09:00", "2025-02-09 20:00", 0},
		{"2025-02-10 09:00", "2025-02-07 16:00", -2 * time.Hour},
		{"2025-04-25 17:00", "2025-05-05 08:00", 3 * 8 * time.Hour},
	} {
		got, err := calendar.Default().OfficeTime(at(t, tt.from), at(t, tt.to))
		require.NoError(t, err)
		require.Equal(t, tt.want, got, "%s to %s", tt.from, tt.to)
	}
	_, err := calendar.Default().OfficeTime(at(t, "2024-12-31 09:00"), at(t, "2025-01-02 09:00"))
	require.ErrorIs(t, err, calendar.ErrOutOfReach)
	_, err = calendar.Default().OfficeTime(at(t, "2025-01-02 09:00"), at(t, "2199-01-02 09:00"))
	require.ErrorIs(t, err, calendar.ErrOutOfReach)
}

func TestFraction(t *testing.T) {
	t.Parallel()
	c := calendar.Default()
	for _, tt := range []struct {
		from, to string
		percent  int
		want     string
	}{
		{"2025-02-05 08:00", "2025-02-06 17:00", 50, "2025-02-05 17:00"},
		{"2025-02-05 08:00", "2025-02-07 17:00", 80, "2025-02-07 11:12"},
		{"2025-02-05 09:30", "2025-02-10 17:00", 0, "2025-02-05 09:30"},
		{"2025-02-05 09:30", "2025-02-10 17:00", 100, "2025-02-10 17:00"},
		{"2025-02-08 09:30", "2025-02-09 17:00", 80, "2025-02-08 09:30"}, // a weekend has no office time
	} {
		got, err := c.Fraction(at(t, tt.from), at(t, tt.to), tt.percent)
		require.NoError(t, err)
		require.Equal(t, tt.want, got.Format("2006-01-02 15:04"))
	}
	for _, percent := range []int{-1, 101} {
		_, err := c.Fraction(at(t, "2025-02-05 08:00"), at(t, "2025-02-06 08:00"), percent)
		require.ErrorContains(t, err, "not a share")
	}
	_, err := c.Fraction(at(t, "2025-02-06 08:00"), at(t, "2025-02-05 08:00"), 50)
	require.ErrorContains(t, err, "not a share")
}

func TestLeft(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ now, due, vi, en string }{
		{"2025-02-05 14:00", "2025-02-07 17:00", "còn 2 ngày 3 giờ", "2 days 3 hours left"},
		{"2025-02-05 08:00", "2025-02-06 17:00", "còn 2 ngày", "2 days left"},
		{"2025-02-05 16:35", "2025-02-05 17:00", "còn 25 phút", "25 minutes left"},
		{"2025-02-05 19:00", "2025-02-06 17:00", "còn 1 ngày", "1 day left"},
		{"2025-02-07 16:00", "2025-02-10 09:00", "còn 2 giờ", "2 hours left"},
		{"2025-02-05 17:00", "2025-02-05 17:00", "đã đến hạn", "due now"},
		{"2025-02-05 20:00", "2025-02-05 17:00", "vừa quá hạn", "just late"},
		{"2025-02-08 10:00", "2025-02-07 17:00", "vừa quá hạn", "just late"},
		{"2025-02-06 09:30", "2025-02-05 17:00", "trễ 1 giờ 30 phút", "1 hour 30 minutes late"},
		{"2025-02-10 08:00", "2025-02-05 17:00", "trễ 2 ngày", "2 days late"},
		{"2026-02-23 11:00", "2026-02-12 17:00", "trễ 1 ngày 3 giờ", "1 day 3 hours late"},
	} {
		left, err := calendar.Default().Left(at(t, tt.now), at(t, tt.due))
		require.NoError(t, err)
		require.Equal(t, tt.vi, left.In(calendar.Vietnamese), "at %s, due %s", tt.now, tt.due)
		require.Equal(t, tt.en, left.In(calendar.English))
	}
	_, err := calendar.Default().Left(at(t, "2025-02-05 14:00"), at(t, "2199-02-07 17:00"))
	require.ErrorIs(t, err, calendar.ErrOutOfReach)
}

func TestHandedOver(t *testing.T) {
	t.Parallel()
	cutoff, err := calendar.ParseClock("15:00")
	require.NoError(t, err)
	for received, want := range map[string]string{
		"2025-02-05 09:30": "2025-02-05 09:30",
		"2025-02-05 07:00": "2025-02-05 08:00",
		"2025-02-05 12:30": "2025-02-05 13:00",
		"2025-02-05 15:00": "2025-02-05 15:00",
		"2025-02-05 15:01": "2025-02-06 08:00",
		"2025-02-07 16:00": "2025-02-10 08:00",
		"2025-02-08 09:00": "2025-02-10 08:00",
		"2026-02-13 15:30": "2026-02-23 08:00",
	} {
		moves, err := calendar.Default().HandedOver(at(t, received), cutoff)
		require.NoError(t, err)
		require.Equal(t, want, moves.Format("2006-01-02 15:04"), received)
	}
	_, err = calendar.Default().HandedOver(at(t, "2199-02-05 09:30"), cutoff)
	require.ErrorIs(t, err, calendar.ErrOutOfReach)
}

// Office time grows with its end, adds up, and every share of it lies in order;
// what is left is never more than the office time there is.
func TestOfficeTimeIsATime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := setup(t)
		mid := b.received.Add(time.Duration(rapid.IntRange(0, 60*96).Draw(t, "mid")) * 15 * time.Minute)
		to := mid.Add(time.Duration(rapid.IntRange(0, 60*96).Draw(t, "to")) * 15 * time.Minute)
		whole, err := b.c.OfficeTime(b.received, to)
		if err != nil {
			return
		}
		one, err := b.c.OfficeTime(b.received, mid)
		require.NoError(t, err)
		two, err := b.c.OfficeTime(mid, to)
		require.NoError(t, err)
		require.Equal(t, whole, one+two)
		require.GreaterOrEqual(t, two, time.Duration(0))

		percent := rapid.IntRange(0, 100).Draw(t, "percent")
		at, err := b.c.Fraction(b.received, to, percent)
		require.NoError(t, err)
		require.False(t, at.Before(b.received) || at.After(to), "%d %% from %v to %v is %v", percent, b.received, to, at)
		passed, err := b.c.OfficeTime(b.received, at)
		require.NoError(t, err)
		require.InDelta(t, float64(whole)*float64(percent)/100, float64(passed), float64(time.Microsecond))

		left, err := b.c.Left(b.received, to)
		if err != nil {
			return // the next opening is out of reach
		}
		late, err := b.c.Left(to, b.received)
		require.NoError(t, err)
		require.Equal(t, left.Late, to.Before(b.received))
		left.Late, late.Late = false, false
		require.Equal(t, left, late)
	})
}
