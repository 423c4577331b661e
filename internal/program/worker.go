package program

import (
	"context"
	"errors"
	"net/http"
	"time"

	"hoso/activities"
	"hoso/internal/courier"
	"hoso/internal/downstream"
	"hoso/internal/portal"
	"hoso/internal/register"
	"hoso/internal/silence"
	"hoso/worker"
)

// callTimeout bounds one call to the portal or a carrier; it lies below the
// activities' own limit, so that we, not Temporal, say how a call ended.
const callTimeout = 25 * time.Second

// scheduleWithin is how long a starting worker tries to make its schedule.
const scheduleWithin = 10 * time.Second

// callsAtOnce is how many connections to one outside party are kept open.
const callsAtOnce = 32

// RunWorker polls for work until the context ends, which is its good end, or
// until Temporal says something after which polling makes no sense. Where
// Temporal is away it waits.
func (m *Main) RunWorker(ctx context.Context, ready func()) error {
	acts, err := m.activities(ctx)
	if err != nil {
		return err
	}
	w, err := m.startWorker(ctx, acts)
	if w == nil {
		return err
	}
	defer w.Stop()
	m.Log.InfoContext(ctx, "worker polls", "temporal", m.Config.temporalAddress(), "namespace", m.Config.temporalNamespace(), "versioning", m.Config.versioning())
	m.warnOfSilence(ctx)
	if ready != nil {
		ready()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-w.Fatal():
		return err
	}
}

// startWorker waits for Temporal and begins to poll. Temporal may go away again
// between its first answer and the pollers' start: that is waiting on, not an
// error. No worker and no error means that the context ended first.
func (m *Main) startWorker(ctx context.Context, acts *activities.Activities) (*worker.Worker, error) {
	for {
		err := AwaitTemporal(ctx, m.Temporal, m.Config.temporalNamespace(), func(err error) {
			m.Log.WarnContext(ctx, "waiting for Temporal", "address", m.Config.temporalAddress(), "error", err)
		})
		if err != nil {
			return nil, nil //nolint:nilerr,nilnil // only the context's end is an error here
		}
		if err = m.checkAttributes(ctx); err != nil {
			return nil, err
		}
		w := worker.New(m.Temporal, acts, worker.Version{Deployment: m.Config.Deployment, Build: m.Config.BuildID})
		switch err = w.Start(); {
		case err == nil:
			m.schedule(ctx)
			return w, nil
		case ctx.Err() == nil && !temporalAway(err):
			return nil, err
		}
		m.Log.WarnContext(ctx, "Temporal went away while the worker started", "error", err)
	}
}

// checkAttributes refuses a namespace without our search attributes: each dossier
// would get stuck at its first step. Where they cannot be listed, which is not
// everybody's right, dossiers are left to try.
func (m *Main) checkAttributes(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, doctorWithin)
	defer cancel()
	missing, err := MissingAttributes(within, m.Temporal, m.Config.temporalNamespace())
	var wrong *AttributeError
	switch {
	case errors.As(err, &wrong):
		return err
	case err != nil:
		m.Log.WarnContext(ctx, "search attributes could not be checked", "error", Short(err))
		return nil
	}
	return lacks(m.Config.temporalNamespace(), missing)
}

// schedule sees to the schedules. That it cannot be made stops no dossier:
// the next start of a worker tries again, and so does `hoso migrate`.
func (m *Main) schedule(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, scheduleWithin)
	defer cancel()
	if _, err := Schedule(within, m.Temporal); err != nil {
		m.Log.WarnContext(ctx, "daily lists and nightly proofs are not scheduled", "error", err)
	}
}

func (m *Main) activities(ctx context.Context) (*activities.Activities, error) {
	if !m.Config.reachesOut() {
		return nil, errors.New("configuration: a worker needs HOSO_PORTAL_URL and HOSO_COURIER_URL (try `hoso portal-sim` and `hoso courier-sim`)")
	}
	connector, carriers, err := m.outside(ctx)
	if err != nil {
		return nil, err
	}
	return &activities.Activities{Store: m.Store, Blobs: m.Blobs, Portal: connector, Carriers: carriers, Calendars: m.Calendars.Book,
		Ledgers: m.Auditor, Compares: m.reconciler(connector, carriers)}, nil
}

// reachesOut says whether the addresses of portal and carriers are known.
func (c *Config) reachesOut() bool { return c.PortalURL != "" && c.CourierURL != "" }

// outside gives the ways to the portal and to the carriers.
func (m *Main) outside(ctx context.Context) (portal.Connector, map[string]courier.Carrier, error) {
	c := m.Config
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = callsAtOnce
	transport.DialContext = silence.Dialer().DialContext // a call that was given up must not arrive when the cut is mended
	caller := &http.Client{Transport: transport, Timeout: callTimeout}
	connector, err := portal.NewHTTPClient(c.PortalURL, string(c.PortalToken), caller)
	if err != nil {
		return nil, nil, err
	}
	ids, err := m.carriers(ctx)
	if err != nil {
		return nil, nil, err
	}
	carriers := map[string]courier.Carrier{}
	for _, id := range ids {
		if carriers[id], err = courier.NewHTTPClient(c.CourierURL, id, string(c.CourierToken), caller); err != nil {
			return nil, nil, err
		}
	}
	downstream.Expect(append(ids, "portal")...)
	downstream.ExpectRepeats("submit", "supplement", "payment", "withdraw", "book_"+string(register.LegOut), "book_"+string(register.LegHome))
	return connector, carriers, nil
}
