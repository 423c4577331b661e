package api

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	reg "hoso/internal/register"
)

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestTracking(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on)
		d := h.filed()
		h.withAuthority(d.Code)
		byTail := h.get("", "/v1/track/"+strings.ToLower(d.Code)+"?tail=0123")
		v := read[Progress](t, byTail, http.StatusOK)
		require.Equal(t, d.Code, v.Code)
		require.Equal(t, "Chờ giải quyết", v.StageLabel)
		require.Equal(t, "cơ quan giải quyết: tiếp nhận hồ sơ", v.WaitingFor)
		var states []string
		for _, step := range v.Steps {
			states = append(states, step.State)
		}
		require.Equal(t, []string{"done", "done", "done", "current", "ahead"}, states)
		require.Equal(t, byTail.Body.String(), h.get("", "/v1/track?t="+d.TrackingToken).Body.String())
		noCanary(t, byTail.Body.String())
		noCanary(t, h.log.String())
		require.NotContains(t, h.log.String(), d.TrackingToken)
	})
}

// Where there is no phone the tail is the identity number's; where there is
// neither, only the token opens.
func TestTrackingTails(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	noPhone := h.file("clerk", onPaper().with("/applicant/phone", nil))
	require.Equal(t, http.StatusOK, h.get("", "/v1/track/"+noPhone.Code+"?tail=0001").Code)
	require.Equal(t, http.StatusNotFound, h.get("", "/v1/track/"+noPhone.Code+"?tail=0123").Code)
	organisation := h.file("clerk", onPaper().with("/applicant", body{"kind": "organisation", "full_name": "Canary"}))
	require.Equal(t, http.StatusNotFound, h.get("", "/v1/track/"+organisation.Code+"?tail=0000").Code)
	require.Equal(t, http.StatusOK, h.get("", "/v1/track?t="+organisation.TrackingToken).Code)
}

// A wrong tail, a code that does not exist and one that never could are answered
// alike.
func TestTrackingGivesNothingAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	absent := "VNPHKI-250205-0099-" + string(dossier.CheckCharacter("VNPHKI2502050099"))
	var answers []string
	for _, path := range []string{d.Code + "?tail=9999", absent + "?tail=0123", "VNPHKI-250205-0001-X?tail=0123", "canary?tail=0123"} {
		w := h.do(ask{method: "GET", path: "/v1/track/" + path, header: map[string]string{"X-Request-Id": "request-1"}})
		require.Equal(t, http.StatusNotFound, w.Code)
		answers = append(answers, w.Body.String())
	}
	w := h.do(ask{method: "GET", path: "/v1/track?t=canary", header: map[string]string{"X-Request-Id": "request-1"}})
	for _, a := range append(answers, w.Body.String()) {
		require.Equal(t, answers[0], a)
	}
	for _, query := range []string{"", "?tail=", "?tail=12", "?tail=12345", "?tail=abcd"} {
		h.refused(h.get("", "/v1/track/"+d.Code+query), 400)
	}
}

// Whoever guesses soon has to wait: by code, from wherever; by address, whatever
// the code.
func TestTrackingIsLimited(t *testing.T) {
	t.Parallel()
	c := &clock{now: noon}
	h := newHouse(t, onSQLite, func(d *Deps) { d.Now, d.TrustedProxies = c.Now, []string{"192.0.2.0/24"} })
	d := h.filed()
	from := func(address, path string) int {
		t.Helper()
		w := h.do(ask{method: "GET", path: path, header: map[string]string{"X-Forwarded-For": address}})
		if w.Code == http.StatusTooManyRequests {
			require.NotEmpty(t, w.Header().Get("Retry-After"))
		}
		return w.Code
	}
	addresses := []string{"203.0.113.1", "203.0.113.2", "203.0.113.3"}
	wrong := "/v1/track/" + d.Code + "?tail=9999"
	for i := range 20 {
		require.Equal(t, http.StatusNotFound, from(addresses[i%3], wrong))
	}
	require.Equal(t, http.StatusTooManyRequests, from(addresses[0], wrong))
	require.Equal(t, http.StatusTooManyRequests, from(addresses[1], "/v1/track/"+d.Code+"?tail=0123"), "even the right tail")
	require.Equal(t, http.StatusOK, from(addresses[1], "/v1/track?t="+d.TrackingToken), "the slip still opens")
	c.forward(5 * time.Minute)
	require.Equal(t, http.StatusOK, from(addresses[1], "/v1/track/"+d.Code+"?tail=0123"))

	absent := "VNPHKI-250205-0099-" + string(dossier.CheckCharacter("VNPHKI2502050099"))
	for range 20 {
		require.Equal(t, http.StatusNotFound, from(addresses[2], "/v1/track/"+absent+"?tail=0123"))
	}
	require.Equal(t, http.StatusTooManyRequests, from(addresses[2], "/v1/track/"+absent+"?tail=0123"), "absent codes are limited alike")

	for range 60 {
		require.Equal(t, http.StatusNotFound, from("203.0.113.9", "/v1/track?t=guess"))
	}
	require.Equal(t, http.StatusTooManyRequests, from("203.0.113.9", "/v1/track?t=guess"))
	require.Equal(t, http.StatusTooManyRequests, from("203.0.113.9", "/v1/track?t="+d.TrackingToken))
	require.Equal(t, http.StatusOK, from("203.0.113.8", "/v1/track?t="+d.TrackingToken))
}

// The steps of dossiers that ended: all of them, or those they came to.
func TestStepsOfClosedDossiers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	d := h.filed()
	h.bring(d.Code, "closed", func(t *reg.Transition) {
		t.After.Stage, t.After.Status, t.After.Route = dossier.StageClosed, dossier.Withdrawn, dossier.RouteOnline
	})
	v := read[Progress](t, h.get("", "/v1/track?t="+d.TrackingToken), http.StatusOK)
	var states []string
	for _, step := range v.Steps {
		states = append(states, step.State)
	}
	require.Equal(t, []string{"done", "done", "skipped", "skipped", "skipped"}, states)
}
