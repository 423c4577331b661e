package program

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	couriersim "hoso/internal/courier/sim"
	smssim "hoso/internal/notify/sim"
	portalsim "hoso/internal/portal/sim"
	"hoso/internal/simulator"
)

// Simulator says how one of the simulators is run.
type Simulator struct {
	Addr     string // where it listens
	Ledger   string // file; empty means one in the data folder
	Callback string // the API's address, e.g. http://127.0.0.1:8080
	Knobs    []byte // JSON; empty means none
	Log      *slog.Logger
	// Ready is told the address in use.
	Ready func(address string)
}

// The simulators' default addresses.
const (
	PortalSimAddr  = "127.0.0.1:8091"
	CourierSimAddr = "127.0.0.1:8092"
	SMSSimAddr     = "127.0.0.1:8093"
)

// RunPortalSim plays the portal until the context ends.
func (c *Config) RunPortalSim(ctx context.Context, s Simulator) error {
	w, err := c.Webhooks(simulatedCarriers)
	if err != nil {
		return err
	}
	knobs, err := portalsim.ParseKnobs(s.Knobs)
	if err != nil {
		return err
	}
	if len(w.Portal) == 0 {
		return fmt.Errorf("webhook secrets: %s has none for the portal", c.WebhookSecrets)
	}
	return c.simulate(ctx, s, "portal-sim", func(ledger string) (simulator.Simulator, error) {
		return portalsim.New(portalsim.Config{LedgerPath: ledger, Token: string(c.PortalToken), CallbackURL: s.Callback + "/v1/webhooks/portal",
			WebhookSecret: []byte(w.Portal[0]), Knobs: knobs, Log: s.Log})
	})
}

// simulatedCarriers are those that the courier simulator plays.
var simulatedCarriers = []string{"vnpost", "viettelpost"}

// RunCourierSim plays the carriers until the context ends.
func (c *Config) RunCourierSim(ctx context.Context, s Simulator) error {
	w, err := c.Webhooks(simulatedCarriers)
	if err != nil {
		return err
	}
	knobs, err := couriersim.ParseKnobs(s.Knobs)
	if err != nil {
		return err
	}
	secrets := map[string][]byte{}
	for carrier, all := range w.Couriers {
		if len(all) > 0 {
			secrets[carrier] = []byte(all[0])
		}
	}
	return c.simulate(ctx, s, "courier-sim", func(ledger string) (simulator.Simulator, error) {
		return couriersim.New(couriersim.Config{LedgerPath: ledger, Token: string(c.CourierToken), CallbackBase: s.Callback,
			WebhookSecrets: secrets, Knobs: knobs, Log: s.Log})
	})
}

// RunSMSSim plays a text gateway until the context ends.
func (c *Config) RunSMSSim(ctx context.Context, s Simulator) error {
	knobs, err := smssim.ParseKnobs(s.Knobs)
	if err != nil {
		return err
	}
	return c.simulate(ctx, s, "sms-sim", func(ledger string) (simulator.Simulator, error) {
		return smssim.New(smssim.Config{LedgerPath: ledger, Token: string(c.SMSToken), Knobs: knobs, Log: s.Log})
	})
}

func (c *Config) simulate(ctx context.Context, s Simulator, name string, open func(ledger string) (simulator.Simulator, error)) error {
	ledger := cmp.Or(s.Ledger, filepath.Join(c.Data, name, "ledger.jsonl"))
	if err := os.MkdirAll(filepath.Dir(ledger), 0o700); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	l, err := listen(name, s.Addr)
	if err != nil {
		return err
	}
	sim, err := open(ledger)
	if err != nil {
		l.Close() //nolint:errcheck // the first error is the one to tell
		return err
	}
	if s.Ready != nil {
		s.Ready(URLOf(l.Addr().String()))
	}
	return simulator.Serve(ctx, l, sim)
}

// listen takes an address, and says in words that it is taken.
func listen(what, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot listen on %s: %w", what, addr, cause(err))
	}
	return l, nil
}
