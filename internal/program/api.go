package program

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"hoso/api"
	"hoso/internal/identity"
	"hoso/internal/scan"
)

// Build says which program this is, and which version of the API it speaks.
func Build() (api.Build, string) { return api.BuildInfo(), api.Version }

// drainWithin is how long requests may take to finish once we stop.
const drainWithin = 15 * time.Second

// RunAPI serves until the context ends; then requests under way finish. ready is
// told the address in use.
func (m *Main) RunAPI(ctx context.Context, ready func(address string)) error {
	verifier, err := m.verifier()
	if err != nil {
		return err
	}
	var stopping departure
	handler, err := m.handler(ctx, verifier, &stopping)
	if err != nil {
		return err
	}
	l, err := listen("API", m.Config.Addr)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return m.reloadKeys(ctx, verifier) })
	g.Go(func() error {
		return serve(ctx, api.HTTPServer(l.Addr().String(), stopping.lastAnswers(handler)), l, func() { m.linger(ctx, &stopping) })
	})
	m.Log.InfoContext(ctx, "API listens", "address", l.Addr().String())
	if ready != nil {
		ready(l.Addr().String())
	}
	return g.Wait()
}

// serve answers on the listener until the context ends, lingers as it is told to,
// and then drains.
func serve(ctx context.Context, s *http.Server, l net.Listener, linger func()) error {
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	linger()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
	defer cancel()
	if err := s.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("drain: %w", err), s.Close())
	}
	return nil
}

func (m *Main) handler(ctx context.Context, auth api.Authenticator, stopping *departure) (http.Handler, error) {
	ids, err := m.carriers(ctx)
	if err != nil {
		return nil, err
	}
	hooks, err := m.Config.Webhooks(ids)
	if err != nil {
		return nil, err
	}
	files, codes, err := m.readers(ctx)
	if err != nil {
		return nil, err
	}
	x := newRequests()
	return api.New(api.Deps{
		Auth: auth, Log: m.Log, Checks: append(m.checks(), stopping.check()), Metrics: m.metrics.handler(parts{m}, newStanding(m), newAudited(m), x), Observe: x.observe, Tracer: m.tracing.tracer("hoso/api"), TrustedProxies: m.Config.TrustedProxies,
		Store: m.Store, Blobs: m.Blobs, Relay: m.Relay, Scan: scan.DefaultProfile(), Checker: files, Codes: codes,
		PortalSecrets: hooks.portalSecrets(), CarrierSecrets: hooks.carrierSecrets(), Now: time.Now,
		Calendars: m.Calendars.Book, Printer: m.Printer, ReceiptKeys: m.ReceiptKeys,
	})
}

// checks are what /readyz and /metrics ask. Temporal is not required: with it
// away filings are still acknowledged, and start when it is back.
func (m *Main) checks() []api.Check {
	return []api.Check{
		{Name: "database", Required: true, Run: m.Store.Ping},
		{Name: "migrations", Required: true, Run: m.Store.CheckMigrated},
		{Name: "temporal", Run: func(ctx context.Context) error {
			return temporalAnswers(ctx, m.Temporal, m.Config.temporalNamespace())
		}},
	}
}

// verifier reads the issuer's keys. The development key stands in only beside
// the embedded register, or where it is named on purpose.
func (m *Main) verifier() (*identity.Verifier, error) {
	c := m.Config
	if c.embeddedKeys && !c.Embedded() && !c.AllowDevKey {
		return nil, errors.New("configuration: HOSO_AUTH_KEYS must name the token issuer's JWK set file")
	}
	v, err := identity.NewVerifier(identity.Config{KeysFile: c.AuthKeys, Directory: directory{m.Store}})
	if errors.Is(err, fs.ErrNotExist) && c.embeddedKeys {
		return nil, fmt.Errorf("configuration: no token keys: set HOSO_AUTH_KEYS, or run `hoso token` once to make a development key in %s", c.KeyDir())
	}
	return v, err
}

// reloadKeys reads the issuer's keys again on SIGHUP.
func (m *Main) reloadKeys(ctx context.Context, v *identity.Verifier) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangups:
			if err := v.Reload(); err != nil {
				m.Log.ErrorContext(ctx, "token keys not reloaded, the old ones stay in force", "error", err)
				continue
			}
			m.Log.InfoContext(ctx, "token keys reloaded")
		}
	}
}

// cause takes the system's own words out of a network error, whose address our
// own line has already.
func cause(err error) error {
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		return sys.Err
	}
	return err
}
