package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/primitives"
)

// defaultNamespace is always there, asked for or not, as with the temporal CLI.
const defaultNamespace = "default"

// defaultRetention is how long the history of a closed dossier stays readable
// in Temporal. Upstream gives 24 hours (the CLI) or 72 (the API): a question
// about a dossier that closed on Friday could not be answered on Tuesday. A
// month covers the time in which citizens complain, and costs a few kilobytes
// a dossier. It is no archive: the legal record is the register's audit ledger.
const defaultRetention = 30 * 24 * time.Hour

// options is what the command line asks for, checked and with every default
// filled in. See newStartCommand for what each one means.
type options struct {
	ip, uiIP                            netip.Addr
	port, uiPort, httpPort, metricsPort int // 0 means not served; port is never 0

	database   string // path of the SQLite file, "" for memory
	pragmas    map[string]string
	postgres   *postgres // instead of SQLite; nil with start-dev
	namespaces []string  // unique, default first
	attributes map[string]enumspb.IndexedValueType
	dynamic    dynamicconfig.StaticClient
	warnings   []string // what is odd about the dynamic configuration, but not wrong

	retention    time.Duration
	setRetention bool // given by hand, so it also goes for namespaces that exist

	codecEndpoint string
	uiReadOnly    bool

	logLevel, logFormat string
	exitWithParent      bool

	// services are the roles this process plays; all four with start-dev.
	services []primitives.ServiceName
	// inner are the ports of the roles that clients do not talk to; 0 means any.
	inner internalPorts
	// shards are those of a new database; 0 means as many as it has, or
	// historyShards.
	shards int32
}

// rawFlags is the command line before it is checked.
type rawFlags struct {
	ip, uiIP                            string
	port, uiPort, httpPort, metricsPort int
	allowRemote, headless               bool
	database                            string
	namespaces, attributes              []string
	dynamic, pragmas                    []string
	retention                           string
	codecEndpoint                       string
	uiReadOnly                          bool
	logLevel, logFormat                 string
	exitWithParent                      bool
}

// newStartCommand builds "start-dev". What it runs is given from outside, so
// that tests can read what a command line means without starting a server.
func newStartCommand(run func(context.Context, options, io.Writer) error) *cobra.Command {
	var raw rawFlags
	command := &cobra.Command{
		Use:   "start-dev",
		Short: "Start Temporal with its web page on SQLite",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := raw.options()
			if err != nil {
				return err
			}
			o.setRetention = cmd.Flags().Changed("retention")
			return run(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	raw.define(command.Flags())
	raw.defineSQLite(command.Flags())
	return command
}

// defineSQLite adds what only a file needs to be told.
func (raw *rawFlags) defineSQLite(f *pflag.FlagSet) {
	f.StringVarP(&raw.database, "db-filename", "f", "", "SQLite file (default: in memory, gone at the end)")
	f.StringArrayVar(&raw.pragmas, "sqlite-pragma", nil, "`NAME=VALUE`, repeatable; nothing that weakens durability")
}

// define adds what both ways of starting have in common.
func (raw *rawFlags) define(f *pflag.FlagSet) {
	f.StringVar(&raw.ip, "ip", "127.0.0.1", "address to listen on")
	f.IntVarP(&raw.port, "port", "p", 7233, "port of the gRPC API")
	f.StringVar(&raw.uiIP, "ui-ip", "", "address of the web page (default: as --ip)")
	f.IntVar(&raw.uiPort, "ui-port", 0, "port of the web page (default: --port + 1000)")
	f.IntVar(&raw.httpPort, "http-port", 0, "port of the HTTP API (default: none)")
	f.IntVar(&raw.metricsPort, "metrics-port", 0, "port of /metrics (default: none)")
	f.BoolVar(&raw.allowRemote, "allow-remote", false, "let --ip and --ui-ip be addresses that other machines reach")
	f.BoolVar(&raw.headless, "headless", false, "no web page")

	// Arrays, not slices: a slice would split JSON values at their commas.
	f.StringArrayVarP(&raw.namespaces, "namespace", "n", nil, "namespace to have besides \"default\", repeatable")
	f.StringArrayVar(&raw.attributes, "search-attribute", nil, "`NAME=TYPE` to have in every namespace named, repeatable; Text, Keyword, Int, Double, Bool, Datetime or KeywordList")
	f.StringArrayVar(&raw.dynamic, "dynamic-config-value", nil, "`KEY=JSON` dynamic configuration, repeatable")
	f.StringVar(&raw.retention, "retention", "30d", "how long closed workflows are kept: for new namespaces, and for those that exist when given")

	f.StringVar(&raw.codecEndpoint, "ui-codec-endpoint", "", "codec server for the web page")
	f.BoolVar(&raw.uiReadOnly, "ui-read-only", false, "refuse every change asked for through the web page")
	f.Bool("ui-disable-news-fetch", true, "accepted for compatibility: news are never fetched")

	f.StringVar(&raw.logLevel, "log-level", "warn", "debug, info, warn, error or never")
	f.StringVar(&raw.logFormat, "log-format", "text", "text (also: pretty) or json")
	f.BoolVar(&raw.exitWithParent, "exit-with-parent", false, "stop when the process that started this one is gone")
}

// options checks the command line as a whole.
func (raw *rawFlags) options() (options, error) {
	o := options{
		database:       raw.database,
		httpPort:       raw.httpPort,
		metricsPort:    raw.metricsPort,
		codecEndpoint:  raw.codecEndpoint,
		uiReadOnly:     raw.uiReadOnly,
		exitWithParent: raw.exitWithParent,
		services:       everyService,
	}
	// The first mistake found is the one reported.
	for _, check := range []func(*options) error{
		raw.addresses, raw.ports, raw.values, raw.keeping, raw.logging,
	} {
		err := check(&o)
		if err != nil {
			return options{}, err
		}
	}
	return o, nil
}

func (raw *rawFlags) addresses(o *options) (err error) {
	o.ip, err = parseIP("--ip", raw.ip, raw.allowRemote)
	if err != nil {
		return err
	}
	o.uiIP = o.ip
	if raw.uiIP != "" {
		o.uiIP, err = parseIP("--ui-ip", raw.uiIP, raw.allowRemote)
	}
	return err
}

func (raw *rawFlags) ports(o *options) error {
	o.port = raw.port
	if !raw.headless {
		// The default follows --port, and stays a port when that is very high.
		o.uiPort = min(o.port+1000, 65535)
		if raw.uiPort != 0 {
			o.uiPort = raw.uiPort
		}
	}
	if o.port == 0 {
		return fmt.Errorf("--port 0: a port from 1 to 65535 is needed")
	}
	for _, given := range []struct {
		flag string
		port int
	}{
		{"--port", o.port}, {"--ui-port", o.uiPort}, {"--http-port", o.httpPort}, {"--metrics-port", o.metricsPort},
	} {
		if given.port < 0 || given.port > 65535 {
			return fmt.Errorf("%s %d: a port from 1 to 65535 is needed", given.flag, given.port)
		}
	}
	return nil
}

func (raw *rawFlags) values(o *options) (err error) {
	o.namespaces, err = parseNamespaces(raw.namespaces)
	if err != nil {
		return err
	}
	o.attributes, err = parseAttributes(raw.attributes)
	if err != nil {
		return err
	}
	o.dynamic, o.warnings, err = dynamicConfig(defaults(), raw.dynamic)
	return err
}

func (raw *rawFlags) keeping(o *options) (err error) {
	o.retention, err = parseRetention(raw.retention)
	if err != nil {
		return err
	}
	o.pragmas, err = parsePragmas(raw.pragmas)
	return err
}

func (raw *rawFlags) logging(o *options) error {
	o.logLevel, o.logFormat = raw.logLevel, raw.logFormat
	if _, ok := logLevels[o.logLevel]; !ok {
		return fmt.Errorf("--log-level %q: debug, info, warn, error or never", o.logLevel)
	}
	switch o.logFormat {
	case "text", "pretty", "json":
		return nil
	}
	return fmt.Errorf("--log-format %q: text or json", o.logFormat)
}
