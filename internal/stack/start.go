package stack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"hoso/internal/embedded"
	"hoso/internal/identity"
	"hoso/internal/postgres"
	"hoso/internal/program"
	"hoso/internal/supervise"
)

// Stack is a running stack.
type Stack struct {
	// Loaded is how many catalogue entries were loaded into an empty register.
	Loaded int

	o       Options
	install postgres.Installation
	secrets secrets
	config  program.Config
	parts   *supervise.Parts
	running []part
	log     *slog.Logger
	logs    []*os.File
	unlock  func()
}

// part is a running part.
type part struct {
	call
	*supervise.Child
}

// readyWithin is how long all of it may take to answer: it takes seconds, but a
// killed database may have a long journal to replay.
const readyWithin = 3 * time.Minute

// Start starts everything and returns when all of it answers. What was started
// is stopped again on an error. o is checked.
func Start(ctx context.Context, o Options) (*Stack, error) {
	if o.Told == nil {
		o.Told = func(string) {}
	}
	s := &Stack{o: o, parts: supervise.NewParts()}
	if err := s.start(ctx); err != nil {
		s.Stop(nil) //nolint:errcheck // what went wrong first is what to tell
		return nil, err
	}
	return s, nil
}

// Ended gives the error of a part that could not be kept alive.
func (s *Stack) Ended() <-chan error { return s.parts.Ended() }

// Stop stops everything in order: workers finish what they are at, then the APIs,
// then Temporal, PostgreSQL last. stopping hears each part's name.
func (s *Stack) Stop(stopping func(name string)) error {
	err := s.parts.Stop(stopping)
	for _, f := range s.logs {
		f.Close() //nolint:errcheck // nothing more is written
	}
	if s.unlock != nil {
		s.unlock()
	}
	return err
}

// Row is a part as the table shows it.
type Row struct {
	Name    string
	Address string // "" if it serves none
	PID     int    // 0 while it is being started again
}

// Rows are the parts, from the bottom up.
func (s *Stack) Rows() []Row {
	rows := make([]Row, len(s.running))
	for i, p := range s.running {
		rows[i] = Row{Name: p.name, Address: p.at, PID: p.PID()}
	}
	return rows
}

func (s *Stack) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyWithin, fmt.Errorf("not ready after %s; the parts' words are in %s", readyWithin, s.o.logDir()))
	defer cancel()
	for _, step := range []struct {
		told string
		do   func(context.Context) error
	}{
		{"taking the data folder", s.takeData}, {"looking at the ports", s.awaitPorts}, {"starting PostgreSQL", s.startPostgres},
		{"making databases", func(ctx context.Context) error {
			return s.beside(ctx, func(ctx context.Context) error { return s.o.makeDatabases(ctx, s.secrets) })
		}},
		{"starting Temporal", s.startTemporal}, {"migrating the register", func(ctx context.Context) error { return s.beside(ctx, s.migrate) }},
		{"starting the parts", s.startParts}, {"waiting until all of it answers", func(ctx context.Context) error { return s.beside(ctx, s.awaitReady) }},
	} {
		s.o.Told(step.told)
		if err := step.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// beside does something while the parts run, and ends early when one of them
// cannot be kept alive: its words say more than that somebody waited in vain.
func (s *Stack) beside(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- do(ctx) }()
	err, failed := supervise.Await(ctx, s.parts, done)
	return errors.Join(err, failed)
}

// takeData makes the data folder ours alone: from other users, the databases'
// excepted, and from another stack.
func (s *Stack) takeData(context.Context) (err error) {
	if s.install, err = postgres.Find(s.o.clusterDir()); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.o.Data, "hoso.db")); err == nil {
		return fmt.Errorf("%s belongs to hoso up: start that, or name another folder with --data", s.o.Data)
	}
	ours := s.o.ours()
	for _, dir := range []string{s.o.Data, s.o.keyDir(), s.o.logDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	if err := os.Chmod(s.o.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if s.unlock, err = supervise.LockData(s.o.Data); err != nil {
		return err
	}
	for _, dir := range ours {
		if err := s.install.LetIn(dir); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	if err := s.install.Reaches(s.o.Data); err != nil {
		return err
	}
	logFile, err := s.logFile("stack.log")
	if err != nil {
		return err
	}
	if s.log, err = program.NewLog("info", logFile); err != nil {
		return err
	}
	return s.makeSecrets()
}

// ours are the folders on the way to the databases that hoso makes: the data
// folder, ./data around ./data/stack, and what is not there yet.
func (o *Options) ours() []string {
	dirs := []string{o.Data}
	for dir := filepath.Dir(o.Data); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		_, err := os.Stat(dir)
		if missing := errors.Is(err, fs.ErrNotExist); !missing && (dir != filepath.Dir(o.Data) || filepath.Base(dir) != "data") {
			break
		}
		dirs = append(dirs, dir)
	}
	return dirs
}

// makeSecrets makes what is missing of passwords, keys and tokens, and writes down
// for the parts, and for every other command, where all is.
func (s *Stack) makeSecrets() (err error) {
	if s.secrets, err = ensureSecrets(s.o.secretDir()); err != nil {
		return err
	}
	if _, err = identity.EnsureDevKey(s.o.keyDir()); err != nil {
		return err
	}
	token, err := embedded.SimulatorToken(program.Config{Data: s.o.Data})
	if err != nil {
		return err
	}
	vars := s.o.environment(s.secrets, token)
	if err := program.WriteEnvFile(s.o.Data, vars); err != nil {
		return err
	}
	environ := s.o.inherited()
	for name, value := range vars {
		environ = append(environ, name+"="+value)
	}
	if s.config, err = program.Load(append(environ, "HOSO_DATA="+s.o.Data)); err != nil {
		return err
	}
	return s.config.Check()
}

func (s *Stack) awaitPorts(ctx context.Context) error {
	for _, a := range s.o.addresses() {
		waiting := func() { s.o.Told("waiting for " + a.at) }
		if err := supervise.AwaitPort(ctx, a.name, a.at, a.flag, supervise.OrphanWithin, waiting); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) startPostgres(ctx context.Context) error {
	if err := s.o.makeCluster(ctx, s.install, s.secrets); err != nil {
		return err
	}
	return s.put(ctx, s.o.postgresCall(s.install))
}

func (s *Stack) startTemporal(ctx context.Context) error {
	inner, err := freePorts()
	if err != nil {
		return err
	}
	return s.put(ctx, s.o.temporalCalls(inner)...)
}

// migrate brings the register up to this program while Temporal is starting.
func (s *Stack) migrate(ctx context.Context) error {
	register, err := s.config.OpenRegister()
	if err != nil {
		return err
	}
	done, err := program.Migrate(ctx, register)
	s.Loaded = done.Loaded
	return errors.Join(err, register.Close())
}

func (s *Stack) startParts(ctx context.Context) error {
	for _, level := range [][]call{s.o.simulatorCalls(), s.o.apiCalls(), s.o.workerCalls()} {
		if err := s.put(ctx, level...); err != nil {
			return err
		}
	}
	return nil
}

// put starts parts on top of those that run, side by side.
func (s *Stack) put(ctx context.Context, level ...call) error {
	for i, c := range level {
		output, err := s.logFile(c.log())
		if err != nil {
			return err
		}
		child := &supervise.Child{Name: c.name, Path: c.path, Args: c.args, Env: c.env, Output: output, Log: s.log, Within: c.within}
		if c.name == "PostgreSQL" {
			child.Prepare = s.install.Become
		}
		if i == 0 {
			s.parts.Start(ctx, c.name, child.Run)
		} else {
			s.parts.Beside(ctx, c.name, child.Run)
		}
		s.running = append(s.running, part{c, child})
	}
	return nil
}

func (s *Stack) logFile(name string) (*os.File, error) {
	f, err := program.OpenLogFile(s.o.logDir(), name)
	if err == nil {
		s.logs = append(s.logs, f)
	}
	return f, err
}

// freePorts are three that nobody listens on, for the roles of Temporal that only
// the others talk to. They stay the same while the stack runs.
func freePorts() (ports [3]int, err error) {
	for i := range ports {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			return ports, fmt.Errorf("looking for a free port: %w", err)
		}
		defer l.Close() //nolint:errcheck // only looked
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}
