package program

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"hoso/internal/blob"
	"hoso/internal/catalogue"
	"hoso/internal/printer"
	"hoso/internal/receipt"
	"hoso/internal/relay"
	"hoso/internal/store"
	"hoso/internal/teller"
)

// Main is what the parts of the engine stand on, opened once per process. The
// end-to-end tests use it as the commands do.
type Main struct {
	Config    Config
	Log       *slog.Logger
	Store     *store.Store
	Blobs     *blob.Store
	Calendars *Calendars
	Temporal  client.Client
	Relay     *relay.Relay
	Teller    *teller.Teller
	Printer   *printer.Printer
	Auditor   *Auditor
	// ReceiptKeys verify what the printer signs, and what it signed before.
	ReceiptKeys receipt.Keys

	metrics *metrics
	tracing *tracing
}

// Open opens everything for a checked configuration and refuses a database that
// is unsafe or not migrated. Temporal may be away.
func Open(ctx context.Context, c Config, log *slog.Logger) (*Main, error) {
	s, err := c.OpenSafeRegister(ctx)
	if err != nil {
		return nil, err
	}
	m, err := open(ctx, c, s, log)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return m, nil
}

func open(ctx context.Context, c Config, s *store.Store, log *slog.Logger) (*Main, error) {
	key, public, err := c.receiptKey()
	if err != nil {
		return nil, err
	}
	blobs, err := blob.Open(c.BlobDir())
	if err != nil {
		return nil, err
	}
	ways, err := c.channels()
	if err != nil {
		return nil, errors.Join(err, blobs.Close())
	}
	x, err := newMetrics()
	if err != nil {
		return nil, errors.Join(err, blobs.Close())
	}
	var traced *tracing
	if c.traces {
		if traced, err = startTracing(ctx, c.Service, log); err != nil {
			return nil, errors.Join(err, blobs.Close())
		}
	}
	t, err := c.dialTemporal(log, x.temporal, traced.tracer("temporal"))
	if err != nil {
		traced.stop()
		return nil, errors.Join(err, blobs.Close())
	}
	n := &names{store: s}
	auditor := &Auditor{Store: s, Key: key, Keys: public, Dir: c.RootsDir()}
	return &Main{Config: c, Log: log, Store: s, Blobs: blobs, Calendars: NewCalendars(s), Temporal: t, Relay: relay.New(s, t, n.Of, log),
		Teller: teller.New(s, ways, tidings{n, c.PublicURL}, log), ReceiptKeys: public, Auditor: auditor,
		metrics: x, tracing: traced,
		Printer: printer.New(s, blobs, key, printer.Options{Public: c.PublicURL, Log: log})}, nil
}

// Close lets everything go. The parts have to have ended.
func (m *Main) Close() error {
	m.Temporal.Close()
	m.tracing.stop()
	return errors.Join(m.Blobs.Close(), m.Store.Close())
}

// WithRelay runs a part and, unless HOSO_RELAY is off, the relay, the teller and the
// sampler beside it, and a printer where one is to print ahead. Several processes
// may do so: a row is taken by one of them at a time.
func (m *Main) WithRelay(ctx context.Context, run func(context.Context) error) error {
	if !m.Config.Relay {
		return run(ctx)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return m.Relay.Run(ctx) })
	g.Go(func() error { return m.Teller.Run(ctx) })
	if m.Config.PrintAhead {
		g.Go(func() error { return m.Printer.Run(ctx) })
	}
	g.Go(func() error { return m.sample(ctx) })
	g.Go(func() error { return run(ctx) })
	return g.Wait()
}

// carriers lists the carriers of the catalogue; a new one is served after a restart.
func (m *Main) carriers(ctx context.Context) ([]string, error) {
	cat, err := m.Store.Catalogue(ctx)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	return CarrierIDs(cat), nil
}

// CarrierIDs lists the carriers of a catalogue.
func CarrierIDs(cat *catalogue.Catalogue) []string {
	ids := make([]string, len(cat.Carriers))
	for i, c := range cat.Carriers {
		ids[i] = c.ID
	}
	return ids
}
