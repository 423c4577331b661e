package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/server/common/primitives"
)

// rawPostgres is the part of the command line that only PostgreSQL needs.
type rawPostgres struct {
	rawFlags
	address, user, passwordFile string
	database, visibility        string
	services                    []string
	inner                       internalPorts
	shards                      int32
}

// newPostgresCommand builds "server start".
func newPostgresCommand(run func(context.Context, options, io.Writer) error) *cobra.Command {
	var raw rawPostgres
	command := &cobra.Command{
		Use:   "start",
		Short: "Start Temporal, or some of its four roles, on PostgreSQL",
		Long: `Starts Temporal on two databases of a PostgreSQL on this machine, which must be
there and belong to the user. Their schema is made, or brought to this version.

One process plays all roles, or each --service names one. Processes that share the
roles are told the same ports.

The password comes from a file, or from PGPASSWORD.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := raw.options()
			if err != nil {
				return err
			}
			o.setRetention = cmd.Flags().Changed("retention")
			return run(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	f := command.Flags()
	raw.define(f)
	f.StringVar(&raw.address, "postgres", "127.0.0.1:5432", "`host:port` of PostgreSQL, on this machine")
	f.StringVar(&raw.user, "postgres-user", "temporal", "user, who owns both databases")
	f.StringVar(&raw.passwordFile, "postgres-password-file", "", "`file` with the user's password (default: PGPASSWORD)")
	f.StringVar(&raw.database, "postgres-db", "temporal", "database of the histories")
	f.StringVar(&raw.visibility, "postgres-visibility-db", "temporal_visibility", "database of what is searched")
	f.StringArrayVar(&raw.services, "service", nil, "role to play, repeatable: frontend, history, matching or worker (default: all)")
	f.IntVar(&raw.inner.history, "history-port", 0, "port of the role history (default: any)")
	f.IntVar(&raw.inner.matching, "matching-port", 0, "port of the role matching (default: any)")
	f.IntVar(&raw.inner.worker, "worker-port", 0, "port of the role worker (default: any)")
	f.Int32Var(&raw.shards, "history-shards", 0, "history shards of a new database, kept for good (default 4)")
	return command
}

// options checks the command line as a whole.
func (raw *rawPostgres) options() (options, error) {
	o, err := raw.rawFlags.options()
	if err != nil {
		return options{}, err
	}
	o.dynamic, o.warnings, err = dynamicConfig(postgresDefaults(), raw.dynamic)
	if err != nil {
		return options{}, err
	}
	for _, check := range []func(*options) error{raw.roles, raw.innerPorts, raw.server} {
		err := check(&o)
		if err != nil {
			return options{}, err
		}
	}
	return o, nil
}

func (raw *rawPostgres) roles(o *options) error {
	if len(raw.services) == 0 {
		return nil
	}
	o.services = nil
	for _, name := range raw.services {
		service := primitives.ServiceName(name)
		switch {
		case !slices.Contains(everyService, service):
			return fmt.Errorf("--service %q: frontend, history, matching or worker", name)
		case slices.Contains(o.services, service):
			return fmt.Errorf("--service %s is there twice", name)
		}
		o.services = append(o.services, service)
	}
	if !o.plays(primitives.FrontendService) {
		o.uiPort = 0 // the page goes with the frontend
	}
	return nil
}

func (raw *rawPostgres) innerPorts(o *options) error {
	o.inner, o.shards = raw.inner, raw.shards
	if o.shards < 0 {
		return fmt.Errorf("--history-shards %d: at least 1", o.shards)
	}
	for _, given := range []struct {
		flag string
		port int
	}{{"--history-port", o.inner.history}, {"--matching-port", o.inner.matching}, {"--worker-port", o.inner.worker}} {
		switch {
		case given.port < 0 || given.port > 65535:
			return fmt.Errorf("%s %d: a port from 1 to 65535 is needed", given.flag, given.port)
		case given.port == 0 && len(o.services) < len(everyService):
			return fmt.Errorf("%s is needed, so that the other roles' processes find it", given.flag)
		}
	}
	return nil
}

func (raw *rawPostgres) server(o *options) error {
	host, port, err := net.SplitHostPort(raw.address)
	if err != nil || port == "" {
		return fmt.Errorf("--postgres %q: write host:port, such as 127.0.0.1:5432", raw.address)
	}
	if host == "localhost" {
		host = internalIP
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return fmt.Errorf("--postgres %s: only this machine's: the password would go over the network in the clear", raw.address)
	}
	for flag, value := range map[string]string{"--postgres-user": raw.user, "--postgres-db": raw.database, "--postgres-visibility-db": raw.visibility} {
		if value == "" {
			return fmt.Errorf("%s is empty", flag)
		}
	}
	if raw.database == raw.visibility {
		return fmt.Errorf("--postgres-visibility-db %s: another one than --postgres-db is needed", raw.visibility)
	}
	password, err := raw.password()
	if err != nil {
		return err
	}
	o.postgres = &postgres{address: net.JoinHostPort(host, port), user: raw.user, password: password, main: raw.database, visibility: raw.visibility}
	return nil
}

func (raw *rawPostgres) password() (string, error) {
	if raw.passwordFile == "" {
		return os.Getenv("PGPASSWORD"), nil
	}
	text, err := os.ReadFile(raw.passwordFile)
	if err != nil {
		return "", fmt.Errorf("--postgres-password-file: %w", err)
	}
	password := strings.TrimSpace(string(text))
	if password == "" {
		return "", errors.New("--postgres-password-file: the file is empty")
	}
	return password, nil
}

// plays says whether a role is among those of this process.
func (o options) plays(service primitives.ServiceName) bool {
	return slices.Contains(o.services, service)
}
