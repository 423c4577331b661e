package stack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"hoso/internal/postgres"
	"hoso/internal/store"
)

// makeCluster makes the cluster where there is none. It is made beside its place
// and then moved there: one whose making was interrupted is made again.
func (o *Options) makeCluster(ctx context.Context, i postgres.Installation, s secrets) error {
	home := o.postgresDir()
	data := o.clusterDir()
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err == nil {
		return nil
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return fmt.Errorf("PostgreSQL's folder: %w", err)
	}
	if err := i.Own(home); err != nil {
		return fmt.Errorf("PostgreSQL's folder: %w", err)
	}
	making := data + ".making"
	if err := os.RemoveAll(making); err != nil {
		return fmt.Errorf("PostgreSQL's folder: %w", err)
	}
	if err := i.InitDB(ctx, home, making, s[roleAdmin], "--auth=scram-sha-256"); err != nil {
		return err
	}
	return os.Rename(making, data)
}

// makeDatabases waits for the server and makes roles and databases that are
// missing. Each role may enter its own databases only.
func (o *Options) makeDatabases(ctx context.Context, s secrets) error {
	admin, err := sql.Open("pgx", s.databaseURL(o.PostgresPort, roleAdmin, "postgres"))
	if err != nil {
		return err
	}
	defer admin.Close() //nolint:errcheck // nothing is lost with it
	if err := awaitServer(ctx, admin); err != nil {
		return fmt.Errorf("PostgreSQL does not answer: %w", err)
	}
	for _, role := range []string{roleTemporal, roleHoso} {
		err := unlessThere(ctx, admin, "SELECT 1 FROM pg_roles WHERE rolname = $1", role,
			fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", role, s[role])) // letters and digits, both
		if err != nil {
			return fmt.Errorf("role %s: %w", role, err)
		}
	}
	for _, d := range []struct{ name, owner string }{{dbTemporal, roleTemporal}, {dbVisibility, roleTemporal}, {dbHoso, roleHoso}} {
		err := unlessThere(ctx, admin, "SELECT 1 FROM pg_database WHERE datname = $1", d.name,
			"CREATE DATABASE "+d.name+" OWNER "+d.owner, "REVOKE CONNECT ON DATABASE "+d.name+" FROM PUBLIC")
		if err == nil {
			err = checkDurable(ctx, s.databaseURL(o.PostgresPort, d.owner, d.name))
		}
		if err != nil {
			return fmt.Errorf("database %s: %w", d.name, err)
		}
	}
	return nil
}

// awaitServer waits until the server takes connections.
func awaitServer(ctx context.Context, admin *sql.DB) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := admin.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-again.C:
		}
	}
}

// unlessThere carries statements out unless a question about a name has an answer.
func unlessThere(ctx context.Context, admin *sql.DB, question, name string, statements ...string) error {
	var there int
	err := admin.QueryRowContext(ctx, question, name).Scan(&there)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for _, statement := range statements {
		if _, err := admin.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// checkDurable refuses a database that could lose what it has acknowledged. The
// server's own settings are given on its command line; a role's and a database's
// stand in the database, and are seen by who connects as that role.
func checkDurable(ctx context.Context, url string) error {
	s, err := store.Open(url, store.Options{MaxOpen: 1})
	if err != nil {
		return err
	}
	return errors.Join(s.CheckDurable(ctx), s.Close())
}
