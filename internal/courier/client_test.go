package courier_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/courier"
	"hoso/internal/outcome"
)

// saying is a carrier that gives one answer to everything, and notes what was asked.
func saying(t *testing.T, status int, body string) (*courier.HTTPClient, *[]string) {
	t.Helper()
	asked := new([]string)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.Method+" "+r.URL.EscapedPath())
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	c, err := courier.NewHTTPClient(srv.URL+"/base/", "vnpost", "token", nil)
	require.NoError(t, err)
	return c, asked
}

const key = "C/courier/home/1"

func TestConfirmationsThatAreNone(t *testing.T) {
	t.Parallel()
	c, asked := saying(t, 201, fmt.Sprintf(`{"key":%q,"tracking_number":"CH1","booked_at":"2025-02-05T09:30:00+07:00"}`, key))
	b, err := c.Book(t.Context(), courier.Booking{Key: key})
	require.NoError(t, err)
	require.Equal(t, "CH1", b.TrackingNumber)
	require.NoError(t, c.Cancel(t.Context(), key))
	_, err = c.Lookup(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, []string{"POST /base/v1/vnpost/bookings", "POST /base/v1/vnpost/cancellations", "GET /base/v1/vnpost/bookings/C%2Fcourier%2Fhome%2F1"}, *asked)

	for _, body := range []string{
		`{"key":"another","tracking_number":"CH1","booked_at":"2025-02-05T09:30:00+07:00"}`,
		`{"tracking_number":"CH1","booked_at":"2025-02-05T09:30:00+07:00"}`, `{}`, `null`, ``, `<html>`,
	} {
		c, _ := saying(t, 200, body)
		_, err := c.Book(t.Context(), courier.Booking{Key: key})
		require.Equal(t, outcome.Unknown, outcome.KindOf(err), body)
		_, err = c.Lookup(t.Context(), key)
		require.EqualError(t, err, "unknown: garbled_answer", body)
		require.EqualError(t, c.Cancel(t.Context(), key), "unknown: garbled_answer", body)
	}
}

func TestEventsThatAreNone(t *testing.T) {
	t.Parallel()
	good := fmt.Sprintf(`{"event_id":"CH1-1","key":%q,"type":"booked","occurred_at":"2025-02-05T09:30:00+07:00"}`, key)
	c, _ := saying(t, 200, `{"events":[`+good+`]}`)
	events, err := c.Events(t.Context(), key)
	require.NoError(t, err)
	require.Len(t, events, 1)
	for _, body := range []string{
		`{"events":[` + good + `,{"event_id":"CH2-1","key":"another","type":"delivered"}]}`,
		fmt.Sprintf(`{"events":[{"key":%q,"type":"booked"}]}`, key),
		fmt.Sprintf(`{"events":[{"event_id":"CH1-1","key":%q}]}`, key),
		`{"events":null}`, `{}`,
	} {
		c, _ := saying(t, 200, body)
		_, err := c.Events(t.Context(), key)
		require.EqualError(t, err, "unknown: garbled_answer", body)
	}
}

// A bare 404 is a wrong address or a proxy's word, not "never booked".
func TestOnlyTheCarrierCanSayNever(t *testing.T) {
	t.Parallel()
	c, _ := saying(t, 404, "404 page not found")
	_, err := c.Lookup(t.Context(), key)
	require.EqualError(t, err, "unknown: question_refused")
	c, _ = saying(t, 404, `{"code":"no_such_key"}`)
	_, err = c.Lookup(t.Context(), key)
	require.ErrorIs(t, err, courier.ErrNoSuchKey)
}

func TestBadClients(t *testing.T) {
	t.Parallel()
	_, err := courier.NewHTTPClient("nowhere", "vnpost", "", nil)
	require.Error(t, err)
	_, err = courier.NewHTTPClient("http://127.0.0.1", "", "", nil)
	require.Error(t, err)
}
