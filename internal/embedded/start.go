package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"go.temporal.io/sdk/client"

	"hoso/internal/program"
	"hoso/internal/supervise"
)

// takeData makes the data folder ours alone: from other users and from another
// engine.
func (u *Up) takeData() error {
	dir := u.o.Config.Data
	for _, d := range []string{dir, filepath.Join(dir, "temporal"), u.o.Config.KeyDir()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	var err error
	u.unlock, err = supervise.LockData(dir)
	return err
}

// log opens a part's own log file.
func (u *Up) log(name string) (*slog.Logger, error) {
	f, err := program.OpenLogFile(u.o.Config.LogDir(), name)
	if err != nil {
		return nil, err
	}
	u.logs = append(u.logs, f)
	return program.NewLog(u.o.Config.Log, f)
}

func (u *Up) startTemporal(ctx context.Context) error {
	u.o.Told("starting Temporal")
	for name, port := range map[string]int{"Temporal": u.o.TemporalPort, "Temporal's page": u.o.UIPort} {
		address := net.JoinHostPort(host, strconv.Itoa(port))
		if err := supervise.AwaitPort(ctx, name, address, "--temporal-port, --ui-port", supervise.OrphanWithin, func() { u.o.Told(fmt.Sprintf("waiting for port %d", port)) }); err != nil {
			return err
		}
	}
	output, err := program.OpenLogFile(u.o.Config.LogDir(), "temporal.log")
	if err != nil {
		return err
	}
	u.logs = append(u.logs, output)
	log, err := program.NewLog("info", output)
	if err != nil {
		return err
	}
	args := temporalArguments(u.o.TemporalPort, u.o.UIPort, filepath.Join(u.o.Config.Data, "temporal"), u.o.Temporal.Extra)
	c := &supervise.Child{Name: "Temporal", Path: u.o.Temporal.Path, Args: args, Output: output, Log: log}
	u.parts.Start(ctx, "Temporal", c.Run)
	u.Temporal = fmt.Sprintf("%s:%d", host, u.o.TemporalPort)
	u.TemporalUI = fmt.Sprintf("http://%s:%d", host, u.o.UIPort)
	u.o.Config.Temporal = client.Options{HostPort: u.Temporal, Namespace: client.DefaultNamespace}
	return nil
}

// openRegister migrates the register while Temporal is starting.
func (u *Up) openRegister(ctx context.Context) error {
	u.o.Told("opening the register")
	c := &u.o.Config
	c.AllowDevKey = true
	c.Deployment = "" // nobody promotes here, and a version that is not current gets no work
	var err error
	if u.Key, err = c.DevKey(); err != nil && c.OwnKeys() {
		return err
	}
	if c.PortalToken, err = SimulatorToken(*c); err != nil {
		return err
	}
	c.CourierToken = c.PortalToken
	c.PortalURL, c.CourierURL = program.URLOf(u.o.PortalAddr), program.URLOf(u.o.CourierAddr)
	log, err := u.log("hoso.log")
	if err != nil {
		return err
	}
	slog.SetDefault(log)
	s, err := c.OpenRegister()
	if err != nil {
		return err
	}
	migrated, err := program.Migrate(ctx, s)
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	u.Loaded = migrated.Loaded
	if u.Main, err = program.Open(ctx, *c, log); err != nil {
		return err
	}
	log.InfoContext(ctx, "starting", "configuration", *c)
	u.parts.Start(ctx, "register", func(ctx context.Context) error {
		<-ctx.Done()
		return u.Main.Close()
	})
	return nil
}

func (u *Up) startSimulators(ctx context.Context) error {
	for _, sim := range []struct {
		name, addr string
		knobs      []byte
		url        *string
		run        func(context.Context, program.Simulator) error
	}{
		{"portal-sim", u.o.PortalAddr, u.o.PortalKnobs, &u.Portal, u.o.Config.RunPortalSim},
		{"courier-sim", u.o.CourierAddr, u.o.CourierKnobs, &u.Courier, u.o.Config.RunCourierSim},
	} {
		log, err := u.log(sim.name + ".log")
		if err != nil {
			return err
		}
		err = u.await(ctx, sim.url, u.begin(ctx, sim.name, func(ctx context.Context, ready func(string)) error {
			return sim.run(ctx, program.Simulator{Addr: sim.addr, Callback: program.URLOf(u.o.Config.Addr), Knobs: sim.knobs, Log: log, Ready: ready})
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// startWorker starts the worker, which waits for Temporal by itself. It stands
// below the API, so that it still answers while the API drains.
func (u *Up) startWorker(ctx context.Context) (ready <-chan string) {
	return u.begin(ctx, "worker", u.work)
}

func (u *Up) startAPI(ctx context.Context) error {
	u.o.Told("starting the API")
	var address string
	err := u.await(ctx, &address, u.begin(ctx, "API", func(ctx context.Context, ready func(string)) error {
		return u.Main.WithRelay(ctx, func(ctx context.Context) error { return u.Main.RunAPI(ctx, ready) })
	}))
	u.API = program.URLOf(address)
	return err
}

// begin starts a part that says by which address it answers.
func (u *Up) begin(ctx context.Context, name string, run func(context.Context, func(string)) error) <-chan string {
	ready := make(chan string, 1)
	u.parts.Start(ctx, name, func(ctx context.Context) error {
		return run(ctx, func(a string) {
			select {
			case ready <- a:
			default: // it has said so before
			}
		})
	})
	return ready
}

// await waits until a part says that it answers.
func (u *Up) await(ctx context.Context, address *string, ready <-chan string) error {
	said, err := supervise.Await(ctx, u.parts, ready)
	if err == nil {
		*address = said
	}
	return err
}

// work polls, and polls anew when Temporal has said something after which a
// worker of its own would have to end: here the server is ours and comes back.
func (u *Up) work(ctx context.Context, ready func(string)) error {
	namespace := u.o.Config.Temporal.Namespace
	if err := program.AwaitTemporal(ctx, u.Main.Temporal, namespace, nil); err != nil {
		return nil //nolint:nilerr // only the context's end is an error here
	}
	if _, err := program.RegisterAttributes(ctx, u.Main.Temporal, namespace); err != nil {
		return err
	}
	for {
		err := u.Main.RunWorker(ctx, func() { ready("") })
		if ctx.Err() != nil {
			return nil
		}
		u.Main.Log.WarnContext(ctx, "worker ended, starting it again", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}
