package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hoso/internal/benchmark"
	"hoso/internal/stack"
	"hoso/internal/supervise"
)

// benchFlags say how much is measured.
type benchFlags struct {
	dossiers, atOnce, turns int
}

func newBench(set *settings) *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure what a dossier costs, on a stack",
		Long: `Carries dossiers from POST to returned on a stack, and beside them workflows of the
bare shape (five activities with empty bodies, two signals, two timers), in turns
A B A B, and prints what one of each has cost: time, processor by part, commits,
events, state transitions, bytes. Scans are uploaded before.

With --data it measures on the stack that runs on that folder, and leaves its
dossiers there. Otherwise it starts a stack of its own, empty, and clears it away.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.dossiers < 1 || f.atOnce < 1 || f.turns < 1 {
				return errors.New("--dossiers, --at-once and --turns must be positive")
			}
			return set.bench(cmd.Context(), f)
		},
	}
	c.Flags().IntVar(&f.dossiers, "dossiers", 400, "how many are carried in each turn")
	c.Flags().IntVar(&f.atOnce, "at-once", 64, "how many are open at the same time")
	c.Flags().IntVar(&f.turns, "turns", 2, "turns of each shape")
	c.AddCommand(newBenchOpen(set))
	c.AddCommand(&cobra.Command{
		Use: "bare-worker", Short: "Work on the bare shape until the input closes", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return set.bareWorker() },
	})
	return c
}

func (s *settings) bench(ctx context.Context, f benchFlags) error {
	if s.data != "" {
		pid, err := supervise.Holder(s.data)
		if err != nil {
			return err
		}
		return s.measure(ctx, f, pid)
	}
	o, err := s.benchStack()
	if err != nil {
		return err
	}
	defer os.RemoveAll(o.Data) //nolint:errcheck // a leftover is seen, and harmless
	con := newConsole(s.out)
	con.Line("starting a stack of its own in %s", o.Data)
	running, err := stack.Start(ctx, o)
	if err != nil {
		return err
	}
	s.data = o.Data
	return errors.Join(s.measure(ctx, f, os.Getpid()), running.Stop(nil))
}

// newBenchOpen measures memory.
func newBenchOpen(set *settings) *cobra.Command {
	var o benchmark.OpenOptions
	c := &cobra.Command{
		Use:   "open",
		Short: "Measure what memory many open dossiers take",
		Long: `Starts a stack of its own whose portal answers no dossier, files dossiers that go as
far as the portal and stay there, and tells now and then what the largest API and
the largest worker hold: all that is resident, and what of it is their own, which
the pages of the program's file are not. At the end it clears the stack away.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Dossiers < 1 || o.AtOnce < 1 || o.Every < 1 {
				return errors.New("--dossiers, --at-once and --every must be positive")
			}
			return set.benchOpen(cmd.Context(), o)
		},
	}
	c.Flags().IntVar(&o.Dossiers, "dossiers", 10_000, "how many are left open")
	c.Flags().IntVar(&o.Every, "every", 1000, "after how many memory is read")
	c.Flags().IntVar(&o.AtOnce, "at-once", 64, "how many are on their way at the same time")
	return c
}

// heldBack are rules of a portal whose officers answer nothing.
const heldBack = `{"rules": [{"script": {"hold": true}}]}`

func (s *settings) benchOpen(ctx context.Context, o benchmark.OpenOptions) error {
	st, err := s.benchStack()
	if err != nil {
		return err
	}
	defer os.RemoveAll(st.Data) //nolint:errcheck // a leftover is seen, and harmless
	if err := os.MkdirAll(st.Data, 0o700); err != nil {
		return err
	}
	st.PortalKnobs = filepath.Join(st.Data, "held-back.json")
	if err := os.WriteFile(st.PortalKnobs, []byte(heldBack), 0o600); err != nil {
		return err
	}
	con := newConsole(s.out)
	con.Line("starting a stack of its own in %s", st.Data)
	running, err := stack.Start(ctx, st)
	if err != nil {
		return err
	}
	s.data = st.Data
	return errors.Join(s.leaveOpen(ctx, o), running.Stop(nil))
}

func (s *settings) leaveOpen(ctx context.Context, o benchmark.OpenOptions) (err error) {
	if o.Config, err = s.config(); err != nil {
		return err
	}
	if o.APIs, err = stack.APIs(s.data); err != nil {
		return err
	}
	o.Stack = os.Getpid()
	con := newConsole(s.out)
	con.Line("%10s %10s %14s %10s %14s %10s %6s", "open", "per second", "API, MB", "its own", "worker, MB", "its own", "load")
	mb := func(bytes int64) float64 { return float64(bytes) / 1e6 }
	o.Told = func(m benchmark.Memory) {
		con.Line("%10d %10.1f %14.1f %10.1f %14.1f %10.1f %6s",
			m.Open, m.PerSecond, mb(m.API.Resident), mb(m.API.Own), mb(m.Worker.Resident), mb(m.Worker.Own), load())
	}
	return benchmark.LeaveOpen(ctx, o)
}

// benchStack is a stack on free ports and an empty folder.
func (s *settings) benchStack() (stack.Options, error) {
	var o stack.Options
	stackFlags(&cobra.Command{}, &o, new(string)) // the defaults
	var ports [7]int
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return o, fmt.Errorf("looking for a free port: %w", err)
		}
		defer l.Close() //nolint:errcheck // only looked
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	at := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", ports[i]) }
	o.PostgresPort, o.TemporalPort, o.UIPort = ports[0], ports[1], ports[2]
	o.APIs, o.PortalAddr, o.CourierAddr = []string{at(3), at(4)}, at(5), at(6)
	err := s.completeStack(&o)
	o.Data = filepath.Join(filepath.Dir(o.Data), fmt.Sprintf("bench-%d", os.Getpid()))
	return o, err
}

// measure measures on the stack in the data folder, whose parts are the children
// of a process.
func (s *settings) measure(ctx context.Context, f benchFlags, parent int) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	admin, err := stack.AdminURL(c.Data, c.DatabaseURL)
	if err != nil {
		return err
	}
	apis, err := stack.APIs(c.Data)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	worker := exec.CommandContext(ctx, self, "bench", "bare-worker", "--data", c.Data)
	worker.Env = s.environ
	con := newConsole(s.out)
	con.Line("measuring with %d dossiers a turn, %d at once; load of the machine %s", f.dossiers, f.atOnce, load())
	whole, bare, err := benchmark.Run(ctx, benchmark.Options{
		Config: c, Stack: parent, AdminURL: admin, APIs: apis, BareWorker: worker, Dossiers: f.dossiers, AtOnce: f.atOnce, Turns: f.turns,
		Told: func(shape string, t benchmark.Turn) {
			con.Line("  %-5s %5d in %6.1f s: %6.2f/s   load %s", shape, t.Dossiers, t.Took.Seconds(), t.PerSecond(), load())
		},
	})
	if err != nil {
		return err
	}
	con.Line("")
	return benchmark.Print(s.out, whole, bare)
}

// load is the machine's load over the last minute, where it tells.
func load() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(raw), " ")
	return first
}

func (s *settings) bareWorker() error {
	c, err := s.config()
	if err != nil {
		return err
	}
	t, _, err := c.Dial(slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer t.Close()
	return benchmark.RunBareWorker(t, s.in, s.out)
}
