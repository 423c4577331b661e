package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/notice"
	"hoso/internal/store"
)

func TestNotifications(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		path := "/v1/dossiers/" + d.Code + "/notifications"
		first := read[List[Notification]](t, h.get("clerk", path), http.StatusOK).Items
		require.Len(t, first, 1)
		require.Equal(t, Notification{Seq: 1, Event: "registered", Label: "Mới đăng ký", Channel: notice.BySMS, State: "pending", StateLabel: "đang gửi",
			Version: first[0].Version, Language: "vi", CreatedAt: first[0].CreatedAt, Tries: []NotificationTry{}}, first[0])

		rows, began, err := h.store.TakeNotifications(t.Context(), notice.BySMS, 1, time.Minute)
		require.NoError(t, err)
		_, err = h.store.EndTries(t.Context(), began, []store.Ending{{Notification: rows[0], State: store.NotificationFailed, Outcome: "refused", Cause: "invalid_number", Then: notice.ByEmail}})
		require.NoError(t, err)
		w := h.do(ask{method: "GET", path: path, token: "supervisor", lang: "en"})
		told := read[List[Notification]](t, w, http.StatusOK).Items
		require.Len(t, told, 2)
		require.Equal(t, []string{"Registered", "could not be sent", "invalid_number"}, []string{told[0].Label, told[0].StateLabel, told[0].Cause})
		require.Equal(t, 1, told[0].Attempts)
		require.NotNil(t, told[0].FinishedAt)
		require.Len(t, told[0].Tries, 1)
		require.Equal(t, []string{"refused", "invalid_number"}, []string{told[0].Tries[0].Outcome, told[0].Tries[0].Cause})
		require.True(t, told[0].Tries[0].At.Equal(noon))
		require.Equal(t, notice.ByEmail, told[1].Channel)
		noCanary(t, w.Body.String())
		require.NotContains(t, w.Body.String(), "@")
	})
}

func TestNotificationsAreScoped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	path := "/v1/dossiers/" + d.Code + "/notifications"
	for _, who := range []string{"supervisor-fpt", "clerk-tayho", "centre-city"} {
		require.Equal(t, http.StatusNotFound, h.get(who, path).Code, who)
	}
	require.Equal(t, http.StatusForbidden, h.get("courier-vnpost", path).Code)
	require.Equal(t, http.StatusUnauthorized, h.get("", path).Code)
	require.Equal(t, http.StatusNotFound, h.get("manager", "/v1/dossiers/VNPHKI-250205-9999-X/notifications").Code)
}

func TestEverythingToldIsWorded(t *testing.T) {
	t.Parallel()
	for _, b := range notice.Books {
		for e := range b.Words {
			for _, l := range []lang{vi, en} {
				require.NotEqual(t, string(e), l.told(e), "%s", e)
			}
		}
	}
	require.Len(t, notificationWords, 6)
	require.Equal(t, "of_tomorrow", vi.told("of_tomorrow"))
}
