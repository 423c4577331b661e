package stack

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"

	"hoso/internal/embedded"
	"hoso/internal/program"
)

// Options say what to start.
type Options struct {
	// Data is the folder of everything that lies in files, the databases too.
	Data string
	// Environ is what the parts inherit; what the stack decides is taken out of it.
	Environ []string
	// Hoso is the program whose commands are the parts.
	Hoso string
	// Temporal is the server to start.
	Temporal embedded.Program

	APIs    []string // host:port each
	Workers int
	// WorkerMetrics is where each worker serves its metrics, host:port; none: nowhere.
	WorkerMetrics           []string
	PortalAddr, CourierAddr string // of the simulators
	PortalKnobs             string // file, "" for none
	CourierKnobs            string // file, "" for none
	PostgresPort            int
	TemporalPort, UIPort    int
	// Split runs Temporal's four roles as four processes.
	Split bool
	// Shards are the history shards of new databases; 0 leaves it to Temporal.
	Shards int

	// Told hears, in a few words, what is being done.
	Told func(step string)
}

// host is where everything listens that has no login: this machine only.
const host = "127.0.0.1"

// Check refuses what cannot be meant.
func (o *Options) Check() error {
	if len(o.APIs) == 0 {
		return errors.New("--api: at least one address is needed")
	}
	if o.Workers < 1 {
		return errors.New("--workers: at least one is needed")
	}
	if o.Shards < 0 {
		return errors.New("--history-shards: at least 1")
	}
	if n := len(o.WorkerMetrics); n != 0 && n != o.Workers {
		return fmt.Errorf("--worker-metrics: %d addresses for %d workers: name one for each, or none", n, o.Workers)
	}
	for name, all := range map[string][]string{"--api": o.APIs, "--worker-metrics": o.WorkerMetrics, "--portal-sim-addr": {o.PortalAddr}, "--courier-sim-addr": {o.CourierAddr}} {
		for _, address := range all {
			if err := checkAddress(name, address); err != nil {
				return err
			}
		}
	}
	for name, port := range map[string]int{"--postgres-port": o.PostgresPort, "--temporal-port": o.TemporalPort, "--ui-port": o.UIPort} {
		if port < 1 || port > 65535 {
			return fmt.Errorf("%s: a port from 1 to 65535 is needed", name)
		}
	}
	taken := o.addresses()
	for i, a := range taken {
		if slices.ContainsFunc(taken[:i], func(b address) bool { return a.at == b.at }) {
			return fmt.Errorf("%s is to serve two parts: give each its own port", a.at)
		}
	}
	var err error
	o.Data, err = filepath.Abs(o.Data) // each part has a folder of its own to be in
	return err
}

// checkAddress refuses an address that is none, that others than this machine could
// reach (a development key signs the tokens here), or that nobody could find.
func checkAddress(name, at string) error {
	if err := program.CheckAddress(name, at, true); err != nil {
		return err
	}
	if program.CheckAddress(name, at, false) != nil {
		return fmt.Errorf("%s %s: a stack is for this machine only: name a port of 127.0.0.1", name, at)
	}
	if _, port, _ := net.SplitHostPort(at); port == "0" {
		return fmt.Errorf("%s %s: a port from 1 to 65535 is needed", name, at)
	}
	return nil
}

// address is where a part listens, and the flag that says so.
type address struct{ name, at, flag string }

func (o *Options) addresses() []address {
	all := []address{
		{"PostgreSQL", local(o.PostgresPort), "--postgres-port"}, {"Temporal", local(o.TemporalPort), "--temporal-port"},
		{"Temporal's page", local(o.UIPort), "--ui-port"}, {"portal-sim", o.PortalAddr, "--portal-sim-addr"}, {"courier-sim", o.CourierAddr, "--courier-sim-addr"},
	}
	for i, at := range o.APIs {
		all = append(all, address{numbered("API", i), at, "--api"})
	}
	for i, at := range o.WorkerMetrics {
		all = append(all, address{numbered("worker", i), at, "--worker-metrics"})
	}
	return all
}

func local(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

func numbered(name string, i int) string { return name + " " + strconv.Itoa(i+1) }

// The folders.
func (o *Options) postgresDir() string { return filepath.Join(o.Data, "postgres") }
func (o *Options) clusterDir() string  { return filepath.Join(o.postgresDir(), "data") }
func (o *Options) secretDir() string   { return filepath.Join(o.Data, "secrets") }
func (o *Options) logDir() string      { return filepath.Join(o.Data, "log") }
func (o *Options) keyDir() string      { return filepath.Join(o.Data, "keys") }
