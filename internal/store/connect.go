package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"hoso/internal/silence"
)

// Left to themselves both ends of a connection take silence for a long answer: ours
// for a quarter of an hour, the server's for two hours, in which it keeps the locks
// of a transaction under way from everybody else. So both are told to give each
// other up after silence.For. How long a statement may take is another thing: a
// living end answers for itself all the while.
const connectWithin = 10 * time.Second

// openPostgres connects to a server, and wants an answer.
func openPostgres(url string, config *gorm.Config) (*gorm.DB, error) {
	pool, err := connections(url)
	if err != nil {
		return nil, err
	}
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), config)
	if err != nil {
		pool.Close() //nolint:errcheck // the first error is the one to tell
	}
	return db, err
}

// connections are those to the server at an address. What the address says of
// these things itself (connect_timeout, tcp_keepalives_idle, …) holds.
func connections(url string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.DialFunc = silence.Dialer().DialContext
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectWithin
	}
	if config.DefaultQueryExecMode != pgx.QueryExecModeCacheDescribe {
		// pgx makes room in it for 512 statements on each connection, and uses it only
		// where the address asks for statements that are described and not prepared.
		config.DescriptionCacheCapacity = 0
	}
	server := serverGivesUp(config.RuntimeParams)
	prepare := func(ctx context.Context, c *pgx.Conn) error {
		timesInUTC(c)
		if server == "" {
			return nil
		}
		// Not with the connection's other settings: a pooler in between refuses those it does not know.
		_, err := c.PgConn().Exec(ctx, server).ReadAll()
		return err
	}
	return stdlib.OpenDB(*config, stdlib.OptionAfterConnect(prepare)), nil
}

// serverGivesUp is the statements that make a session of the server's give up a
// silent client, but for the settings that are chosen already.
func serverGivesUp(chosen map[string]string) string {
	var statements []string
	for _, setting := range []struct {
		name  string
		value int64
	}{
		{"tcp_keepalives_idle", int64(silence.FirstSign.Seconds())},
		{"tcp_keepalives_interval", int64(silence.SignEvery.Seconds())},
		{"tcp_keepalives_count", int64(silence.Signs)},
		{"tcp_user_timeout", silence.For.Milliseconds()},
	} {
		if _, there := chosen[setting.name]; !there {
			statements = append(statements, fmt.Sprintf("SET %s = %d", setting.name, setting.value))
		}
	}
	return strings.Join(statements, "; ")
}

// timesInUTC makes a PostgreSQL connection give times in UTC, not in the
// machine's zone.
func timesInUTC(c *pgx.Conn) {
	c.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
}

// logged waits until what has been read is where PostgreSQL's log has to be before a
// commit is acknowledged: on the other machine that receives it. A commit whose
// waiting was given up is seen by everybody, and may be here alone; so whoever says
// yes because something is there already waits anew, for an entry that comes after
// it. Where nobody has to receive the log, nothing is written.
func (s *Store) logged(db *gorm.DB) error {
	if !s.postgres {
		return nil
	}
	return db.Exec("SELECT pg_logical_emit_message(true, 'hoso', '') WHERE current_setting('synchronous_standby_names') <> ''").Error
}
