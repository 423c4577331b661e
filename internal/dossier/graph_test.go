package dossier_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

// movers are the sides that may move a dossier.
var movers = []dossier.Mover{dossier.ByAuthority, dossier.ByCitizen, dossier.ByDelivery, dossier.ByManager}

// statuses are the ten numbers of the national list.
func statuses() []dossier.Status {
	all := make([]dossier.Status, 10)
	for i := range all {
		all[i] = dossier.Status(i + 1)
	}
	return all
}

func TestStatusesAreTheNationalListOfTen(t *testing.T) {
	t.Parallel()
	list := []struct {
		status dossier.Status
		name   string
		label  string
	}{
		{dossier.Registered, "registered", "Mới đăng ký"},
		{dossier.Accepted, "accepted", "Được tiếp nhận"},
		{dossier.Refused, "refused", "Không được tiếp nhận"},
		{dossier.Processing, "processing", "Đang xử lý"},
		{dossier.SupplementRequired, "supplement_required", "Yêu cầu bổ sung giấy tờ"},
		{dossier.PaymentRequired, "payment_required", "Yêu cầu thực hiện nghĩa vụ tài chính"},
		{dossier.Withdrawn, "withdrawn", "Công dân yêu cầu rút hồ sơ"},
		{dossier.Stopped, "stopped", "Dừng xử lý"},
		{dossier.Resolved, "resolved", "Đã xử lý xong"},
		{dossier.Returned, "returned", "Đã trả kết quả"},
	}
	for i, s := range list {
		require.EqualValues(t, i+1, s.status)
		require.Equal(t, s.name, s.status.Name())
		require.Equal(t, s.label, s.status.Label())
		require.NotEmpty(t, s.status.LabelEN())
		require.True(t, s.status.Valid())
		require.Equal(t, strconv.Itoa(i+1)+" "+s.name, s.status.String())

		for _, text := range []string{s.name, strconv.Itoa(i + 1)} {
			parsed, ok := dossier.ParseStatus(text)
			require.True(t, ok, text)
			require.Equal(t, s.status, parsed)
		}
	}
}

func TestNumbersOffTheListAreNoStatus(t *testing.T) {
	t.Parallel()
	for _, s := range []dossier.Status{-1, 0, 11, 100} {
		require.False(t, s.Valid())
		require.False(t, s.Final(), "an unknown status has no way on, yet it is no end")
		require.Equal(t, "unknown", s.Name())
		require.Equal(t, "Không rõ", s.Label())
		require.Equal(t, "Unknown", s.LabelEN())
		require.Equal(t, "status "+strconv.Itoa(int(s)), s.String())
		require.Empty(t, dossier.Next(s, dossier.ByAuthority))
	}
	for _, text := range []string{"", "0", "11", "unknown", "Accepted", " accepted", "02"} {
		_, ok := dossier.ParseStatus(text)
		require.False(t, ok, text)
	}
}

func TestEveryEdgeIsReachedFromRegistered(t *testing.T) {
	t.Parallel()
	reached := map[dossier.Status]bool{dossier.Registered: true}
	for queue := []dossier.Status{dossier.Registered}; len(queue) > 0; queue = queue[1:] {
		for _, e := range dossier.Edges() {
			if e.From == queue[0] && !reached[e.To] {
				reached[e.To] = true
				queue = append(queue, e.To)
			}
		}
	}
	require.Len(t, reached, 10)
	for _, e := range dossier.Edges() {
		require.True(t, reached[e.From], "nothing leads to the start of %s -> %s", e.From, e.To)
	}
}

func TestEdgesAreWellFormed(t *testing.T) {
	t.Parallel()
	seen := map[[2]dossier.Status]bool{}
	for _, e := range dossier.Edges() {
		require.False(t, seen[[2]dossier.Status{e.From, e.To}], "%s -> %s is there twice", e.From, e.To)
		seen[[2]dossier.Status{e.From, e.To}] = true
		require.NotEqual(t, e.From, e.To)
		require.NotEmpty(t, e.By, "nobody may go %s -> %s", e.From, e.To)
		for _, by := range e.By {
			require.Contains(t, movers, by)
		}
		require.Equal(t, e.To == dossier.Withdrawn, slices.Contains(e.By, dossier.ByCitizen), "only the citizen withdraws, and does nothing else: %s -> %s", e.From, e.To)
		require.Equal(t, slices.Contains(e.By, dossier.ByAuthority), slices.Contains(e.By, dossier.ByManager), "a manager may set what the authority may say: %s -> %s", e.From, e.To)
		require.Equal(t, e.To == dossier.Returned, slices.Contains(e.By, dossier.ByDelivery), "only a delivery returns, and does nothing else: %s -> %s", e.From, e.To)
	}
}

func TestFinalStatuses(t *testing.T) {
	t.Parallel()
	for _, s := range statuses() {
		final := slices.Contains([]dossier.Status{dossier.Refused, dossier.Withdrawn, dossier.Stopped, dossier.Returned}, s)
		require.Equal(t, final, s.Final(), s)
		ways := 0
		for _, by := range movers {
			ways += len(dossier.Next(s, by))
		}
		require.Equal(t, !final, ways > 0, "a status has a way on exactly when it is not final: %s", s)
	}
}

func TestEveryOpenStatusCanStillBeReturned(t *testing.T) {
	t.Parallel()
	ends := map[dossier.Status]bool{dossier.Returned: true}
	for range dossier.Edges() { // going backwards, as often as the longest way is long
		for _, e := range dossier.Edges() {
			ends[e.From] = ends[e.From] || ends[e.To]
		}
	}
	for _, s := range statuses() {
		require.Equal(t, !s.Final() || s == dossier.Returned, ends[s], s)
	}
}

func TestNoWithdrawalOnceDecided(t *testing.T) {
	t.Parallel()
	decided := []dossier.Status{dossier.Refused, dossier.Stopped, dossier.Resolved, dossier.Returned}
	for _, s := range statuses() {
		require.Equal(t, slices.Contains(decided, s), s.Decided(), s)
		open := !s.Decided() && s != dossier.Withdrawn
		require.Equal(t, open, dossier.CanMove(s, dossier.Withdrawn, dossier.ByCitizen) == nil, s)
	}
}

func TestCanMoveAgreesWithTheEdges(t *testing.T) {
	t.Parallel()
	for _, by := range movers {
		for _, from := range statuses() {
			for _, to := range statuses() {
				listed := slices.ContainsFunc(dossier.Edges(), func(e dossier.Edge) bool {
					return e.From == from && e.To == to && slices.Contains(e.By, by)
				})
				err := dossier.CanMove(from, to, by)
				require.Equal(t, listed, err == nil, "%s -> %s by %s", from, to, by)
				require.Equal(t, listed, slices.Contains(dossier.Next(from, by), to))
			}
		}
	}
}

func TestRefusedStepSaysWhatWouldBeAllowed(t *testing.T) {
	t.Parallel()
	err := dossier.CanMove(dossier.PaymentRequired, dossier.Resolved, dossier.ByAuthority)
	var refused *dossier.TransitionError
	require.True(t, errors.As(err, &refused))
	require.Equal(t, dossier.PaymentRequired, refused.From)
	require.Equal(t, dossier.Resolved, refused.To)
	require.Equal(t, []dossier.Status{dossier.Accepted, dossier.Processing, dossier.Stopped}, refused.Allowed)
	require.EqualError(t, err, "no step from 6 payment_required to 9 resolved; allowed: accepted, processing, stopped")
}

func TestEdgesGivesACopy(t *testing.T) {
	t.Parallel()
	dossier.Edges()[0] = dossier.Edge{}
	require.NotZero(t, dossier.Edges()[0])
}
