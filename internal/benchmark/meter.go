package benchmark

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"
)

// The parts whose processor time is told apart.
const (
	partPostgres   = "postgres"
	partTemporal   = "temporal"
	partAPI        = "api"
	partWorker     = "worker"
	partBareWorker = "bare worker"
	partBench      = "bench"
)

// Inside PostgreSQL: sessions by database, and the rest.
const (
	postgresOther = "postgres, nobody's" // checkpointer, WAL writer, vacuum, sessions that ended
	postgresOf    = "postgres for "      // and the database
)

// settle is how long the databases' counters may lag behind.
const settle = 1500 * time.Millisecond

// reading is what had been used at a moment.
type reading struct {
	at        time.Time
	processor map[string]time.Duration // by part
	commits   map[string]int64         // by database
	bytes     map[string]int64         // by database
	wal       int64                    // bytes since the cluster was made

	sessions map[int]session // by process of the server
}

// session is one process of the server.
type session struct {
	database string // "" for the server's own
	used     time.Duration
}

// meter reads what a stack uses.
type meter struct {
	admin *sql.DB
	stack int // the process whose children are the parts
}

// databases are those that are counted.
var databases = []string{"hoso", "temporal", "temporal_visibility"}

// read takes a reading. Processor time comes at once, at the moment that is
// named; counters that lag are waited for.
func (m *meter) read(ctx context.Context) (reading, error) {
	r := reading{at: time.Now(), processor: map[string]time.Duration{}, commits: map[string]int64{}, bytes: map[string]int64{}, sessions: map[int]session{}}
	if err := m.readProcesses(ctx, &r); err != nil {
		return r, err
	}
	select {
	case <-ctx.Done():
		return r, ctx.Err()
	case <-time.After(settle):
	}
	return r, m.readDatabases(ctx, &r)
}

func (m *meter) readProcesses(ctx context.Context, r *reading) error {
	owners, err := m.owners(ctx)
	if err != nil {
		return err
	}
	all, err := processes()
	if err != nil {
		return err
	}
	server := -1
	for _, p := range all {
		switch {
		case p.parent == m.stack && part(p.args) == partPostgres:
			server = p.pid
			r.sessions[p.pid] = session{used: p.used.own + p.used.ended}
		case p.pid == os.Getpid():
			r.processor[partBench] += p.used.own
		case p.parent == m.stack || p.parent == os.Getpid():
			r.processor[part(p.args)] += p.used.own + p.used.ended
		}
	}
	for _, p := range all {
		if p.parent == server {
			r.sessions[p.pid] = session{database: owners[p.pid], used: p.used.own}
		}
	}
	if server < 0 || r.processor[partAPI] == 0 {
		return fmt.Errorf("process %d has no parts of a stack among its children", m.stack)
	}
	return nil
}

// owners says which process of the server serves which database.
func (m *meter) owners(ctx context.Context) (map[int]string, error) {
	rows, err := m.admin.QueryContext(ctx, `SELECT pid, datname FROM pg_stat_activity WHERE datname IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	defer rows.Close()
	owners := map[int]string{}
	for rows.Next() {
		var pid int
		var name string
		if err := rows.Scan(&pid, &name); err != nil {
			return nil, fmt.Errorf("read sessions: %w", err)
		}
		owners[pid] = name
	}
	return owners, rows.Err()
}

func (m *meter) readDatabases(ctx context.Context, r *reading) error {
	for _, name := range databases {
		var commits, bytes int64
		err := m.admin.QueryRowContext(ctx, `SELECT xact_commit, pg_database_size(datname) FROM pg_stat_database WHERE datname = $1`, name).Scan(&commits, &bytes)
		if err != nil {
			return fmt.Errorf("read counters of database %s: %w", name, err)
		}
		r.commits[name], r.bytes[name] = commits, bytes
	}
	err := m.admin.QueryRowContext(ctx, `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`).Scan(&r.wal)
	if err != nil {
		return fmt.Errorf("read the write-ahead log's length: %w", err)
	}
	return nil
}

// spent is what was used between two readings.
type spent struct {
	processor      map[string]time.Duration // by part; PostgreSQL's by database
	commits, bytes map[string]int64         // by database
	wal            int64
}

// since subtracts an earlier reading. A session that is new used all it used in
// between; one that has ended is in the server's own account.
func (r reading) since(before reading) spent {
	s := spent{processor: map[string]time.Duration{}, commits: map[string]int64{}, bytes: map[string]int64{}, wal: r.wal - before.wal}
	for name, used := range r.processor {
		s.processor[name] = used - before.processor[name]
	}
	for pid, now := range r.sessions {
		name := postgresOther
		if slices.Contains(databases, now.database) {
			name = postgresOf + now.database
		}
		s.processor[name] += now.used - before.sessions[pid].used
	}
	// Whoever ended had been counted already at the first reading.
	for pid, then := range before.sessions {
		if _, there := r.sessions[pid]; !there {
			s.processor[postgresOther] -= then.used
		}
	}
	for _, name := range databases {
		s.commits[name], s.bytes[name] = r.commits[name]-before.commits[name], r.bytes[name]-before.bytes[name]
	}
	return s
}

// add adds another turn's.
func (s *spent) add(o spent) {
	if s.processor == nil {
		s.processor, s.commits, s.bytes = map[string]time.Duration{}, map[string]int64{}, map[string]int64{}
	}
	for name := range maps.Keys(o.processor) {
		s.processor[name] += o.processor[name]
	}
	for _, name := range databases {
		s.commits[name] += o.commits[name]
		s.bytes[name] += o.bytes[name]
	}
	s.wal += o.wal
}
