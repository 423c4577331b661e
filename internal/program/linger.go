package program

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"hoso/api"
)

// departure is an API on its way out. It answers everything as before, but
// /readyz says no, and each answer is the last on its connection: whoever
// balances requests looks elsewhere before the door is shut.
type departure struct{ begun atomic.Bool }

var errDeparting = errors.New("this process is stopping")

// check makes /readyz answer 503 from the first moment of the stop.
func (d *departure) check() api.Check {
	return api.Check{Name: "open", Required: true, Run: func(context.Context) error {
		if d.begun.Load() {
			return errDeparting
		}
		return nil
	}}
}

// lastAnswers has connections closed after an answer. Those that are idle are
// left open until then: to close them now would cross with requests on their way.
func (d *departure) lastAnswers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.begun.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// linger goes on taking requests for HOSO_DRAIN after the stop was asked for.
func (m *Main) linger(ctx context.Context, d *departure) {
	d.begun.Store(true)
	if m.Config.Drain == 0 {
		return
	}
	m.Log.InfoContext(ctx, "stopping: not ready any more, requests are taken for a while", "drain", time.Duration(m.Config.Drain).String())
	time.Sleep(time.Duration(m.Config.Drain))
}
