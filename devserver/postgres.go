package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	postgresplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/temporal"
)

// postgres says where Temporal's two databases are. Both are there, empty or
// with an older schema, and belong to the user.
type postgres struct {
	address          string // host:port on this machine
	user, password   string
	main, visibility string // names of the databases
}

// String names the databases without the password.
func (p postgres) String() string {
	return fmt.Sprintf("%s and %s at %s", p.main, p.visibility, p.address)
}

// How many connections each role keeps to each database. A statement waits for
// one rather than that PostgreSQL gets more than it has processors for.
const mainConns, visibilityConns = 16, 8

// databases is the one place that says how Temporal opens its databases.
func (p postgres) databases() databases {
	at := func(name string, conns int) *config.SQL {
		return &config.SQL{
			PluginName: postgresplugin.PluginNamePGX, ConnectAddr: p.address, ConnectProtocol: "tcp",
			User: p.user, Password: p.password, DatabaseName: name,
			MaxConns: conns, MaxIdleConns: conns, MaxConnLifetime: time.Hour,
		}
	}
	return databases{main: at(p.main, mainConns), visibility: at(p.visibility, visibilityConns)}
}

// connect opens a connection of our own, beside Temporal's.
func (p postgres) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	c, err := pgx.ParseConfig("sslmode=disable")
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(p.address)
	if err != nil {
		return nil, err
	}
	c.Host, c.User, c.Password, c.Database = host, p.user, p.password, database
	if _, err := fmt.Sscan(port, &c.Port); err != nil {
		return nil, fmt.Errorf("--postgres %s: %w", p.address, err)
	}
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("database %s at %s: %w", database, p.address, shorter(err))
	}
	return conn, nil
}

// shorter leaves out of a failed connection what the caller has said already.
func shorter(err error) error {
	for last := err; ; {
		next := errors.Unwrap(last)
		if next == nil {
			return last
		}
		last = next
	}
}

// durableSettings must be so, or a power failure takes back what was
// acknowledged.
var durableSettings = []string{"fsync", "full_page_writes", "synchronous_commit"}

// checkDurable refuses a database that is set so that a power cut could lose
// what it has acknowledged. Settings of the user and of the database count too,
// so it asks as Temporal would.
func checkDurable(ctx context.Context, conn *pgx.Conn, database string) error {
	for _, name := range durableSettings {
		var value string
		if err := conn.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&value); err != nil {
			return fmt.Errorf("database %s: %w", database, err)
		}
		if value == "off" {
			return fmt.Errorf("database %s: unsafe setting, %s is off: acknowledged dossiers would be lost when the power fails; set it on", database, name)
		}
	}
	return nil
}

// livePostgres prepares the databases and serves on them. Several processes may
// start at once, each with its roles: they take turns until each has its server.
func livePostgres(ctx context.Context, o options, ports internalPorts, out io.Writer) error {
	logger, level := newLogger(o)
	claim, err := o.postgres.claim(ctx, o.services)
	if err != nil {
		return err
	}
	defer claim.release()
	var server temporal.Server
	err = claim.inTurn(ctx, func() error {
		err := preparePostgres(ctx, o, logger)
		if err != nil {
			return err
		}
		server, err = newServer(o, ports, o.postgres.databases(), logger)
		return err
	})
	if err != nil {
		return err
	}
	return serve(ctx, o, server, level, out)
}

// preparePostgres makes sure that both databases are safe and hold this
// version's tables, and that namespaces and attributes are there.
func preparePostgres(ctx context.Context, o options, logger log.Logger) error {
	for _, database := range []string{o.postgres.main, o.postgres.visibility} {
		conn, err := o.postgres.connect(ctx, database)
		if err != nil {
			return err
		}
		err = checkDurable(ctx, conn, database)
		_ = conn.Close(ctx)
		if err != nil {
			return err
		}
	}
	stores := o.postgres.databases()
	for _, schema := range postgresSchemas(stores) {
		if err := schema.update(logger); err != nil {
			return err
		}
	}
	if err := checkShards(ctx, o, stores.main, logger); err != nil {
		return err
	}
	return registerNamespaces(ctx, o, stores.main, logger)
}
