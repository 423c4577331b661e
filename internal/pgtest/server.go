package pgtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"hoso/internal/store"
)

const (
	loopback = "127.0.0.1"
	// patience bounds every single thing that is asked of a server.
	patience = time.Minute
	// prefix begins the names of all our databases; the time of making follows.
	prefix    = "hoso_test_"
	timestamp = "20060102150405"
	// forgotten is the age at which a database on somebody's server is nobody's
	// any more.
	forgotten = 24 * time.Hour
)

// server is a running PostgreSQL with a migrated template.
type server struct {
	admin    *sql.DB
	address  url.URL // of any database; the path is exchanged
	name     string  // what the names of this process's databases begin with
	template string
	number   atomic.Int64
	cluster  *Cluster // nil when somebody else's
}

// open uses the server at an address, or starts a cluster when there is none.
func open(address string) (*server, error) {
	s := &server{name: prefix + time.Now().UTC().Format(timestamp) + "_" + strings.ToLower(rand.Text()[:8])}
	if address == "" {
		c, err := start(loopback)
		if err != nil {
			return nil, err
		}
		s.cluster, address = c, c.URL()
	}
	if err := s.prepare(address); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *server) prepare(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return fmt.Errorf("%s must be an address like postgres://user:password@host:5432/postgres", EnvServer)
	}
	s.address = *u
	if s.admin, err = sql.Open("pgx", address); err != nil {
		return err
	}
	s.admin.SetMaxIdleConns(4)
	if s.cluster == nil {
		if err := s.sweep(); err != nil {
			return err
		}
	}
	template := s.name + "_template"
	if err := s.exec("CREATE DATABASE " + template); err != nil {
		return fmt.Errorf("creating the template: %w", err)
	}
	s.template = template
	return migrate(s.at(template))
}

func migrate(address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	db, err := store.Open(address, store.Options{MaxOpen: 1})
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(ctx), db.Close())
}

// fresh makes a database for a test.
func (s *server) fresh(t testing.TB, migrated bool) string {
	t.Helper()
	name, template := fmt.Sprintf("%s_%d", s.name, s.number.Add(1)), "template1"
	if migrated {
		template = s.template
	}
	if err := s.exec("CREATE DATABASE " + name + " TEMPLATE " + template); err != nil {
		t.Fatalf("pgtest: creating a database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.drop(name); err != nil {
			t.Errorf("pgtest: dropping a database: %v", err)
		}
	})
	return s.at(name)
}

func (s *server) at(database string) string {
	u := s.address
	u.Path = "/" + database
	return u.String()
}

func (s *server) drop(name string) error {
	return s.exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
}

// exec runs one statement made of our own names only.
func (s *server) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := s.admin.ExecContext(ctx, statement)
	return err
}

// sweep drops what test processes that were killed have left on somebody's server.
func (s *server) sweep() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	rows, err := s.admin.QueryContext(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", prefix)
	if err != nil {
		return fmt.Errorf("connecting to %s: %w", EnvServer, err)
	}
	defer rows.Close()
	var old []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if made, ok := madeAt(name); ok && time.Since(made) > forgotten {
			old = append(old, name)
		}
	}
	for _, name := range old {
		s.drop(name) //nolint:errcheck // another process may be sweeping too
	}
	return rows.Err()
}

// madeAt reads from a database's name when it was made.
func madeAt(name string) (time.Time, bool) {
	stamp, _, ok := strings.Cut(strings.TrimPrefix(name, prefix), "_")
	if !ok || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return time.Time{}, false
	}
	t, err := time.Parse(timestamp, stamp)
	return t, err == nil
}

func (s *server) close() {
	if s.admin != nil {
		if s.cluster == nil && s.template != "" {
			s.drop(s.template) //nolint:errcheck // a later process sweeps
		}
		s.admin.Close() //nolint:errcheck // nothing is lost with it
	}
	if s.cluster != nil {
		s.cluster.remove()
	}
}
