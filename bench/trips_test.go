package bench

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/pgtest"
)

// TestAFilingsTripsAndRows holds what makes filing quick, without a clock: a
// filing goes to the database three times (who is it; documents and number; all
// rows and the commit) with at most 15 statements. The bare handler, which goes
// twelve times, writes the same number of rows into the same tables.
func TestAFilingsTripsAndRows(t *testing.T) {
	t.Parallel()
	ours := newTapped(t, "hoso")
	bare := newTapped(t, "bare")
	ours.Base = apiServer(t, ours.Desk)
	bare.Base = BareServer(t, bare.URL)

	trips, statements := ours.cheapest(t)
	require.Equal(t, int64(3), trips, "hoso's round trips")
	require.LessOrEqual(t, statements, int64(15), "hoso's statements")
	trips, statements = bare.cheapest(t)
	require.Equal(t, int64(12), trips, "the bare handler's round trips")
	require.Equal(t, int64(12), statements, "the bare handler's statements")
	require.Equal(t, ours.rows(t), bare.rows(t))
}

// tapped is a desk whose server reaches its database through a tap that counts.
type tapped struct {
	*Desk
	trips, statements atomic.Int64
}

func newTapped(t *testing.T, name string) *tapped {
	d := &tapped{Desk: NewDesk(t, name, pgtest.URL(t), t.TempDir())}
	d.stock(t, 1)
	to, err := url.Parse(d.URL)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go d.pass(l, to.Host)
	to.Host = l.Addr().String()
	d.URL = to.String()
	return d
}

func (d *tapped) pass(l net.Listener, to string) {
	for {
		near, err := l.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", to)
		if err != nil {
			_ = near.Close()
			continue
		}
		go func() {
			_, _ = io.Copy(near, far)
			_ = near.Close()
		}()
		go func() {
			_ = d.listen(bufio.NewReader(near), far)
			_ = far.Close()
		}()
	}
}

// listen reads what a client says in PostgreSQL's protocol. A trip ends with Sync
// or is a simple query; a statement is executed or is a simple query. What is said
// is counted before it is passed on, so that no answer comes before its count.
func (d *tapped) listen(r *bufio.Reader, to io.Writer) error {
	head := make([]byte, 5)
	for started := false; ; started = true {
		h := head
		if !started {
			h = head[1:] // the first message has no type
		}
		if _, err := io.ReadFull(r, h); err != nil {
			return err
		}
		switch {
		case !started:
		case head[0] == 'Q':
			d.trips.Add(1)
			d.statements.Add(1)
		case head[0] == 'S':
			d.trips.Add(1)
		case head[0] == 'E':
			d.statements.Add(1)
		}
		if _, err := to.Write(h); err != nil {
			return err
		}
		if _, err := io.CopyN(to, r, int64(binary.BigEndian.Uint32(head[1:]))-4); err != nil {
			return err
		}
	}
}

// cheapest files at each office and gives the least that a filing took: the first
// ones prepare statements, and once a second the catalogue is asked for.
func (d *tapped) cheapest(t *testing.T) (trips, statements int64) {
	t.Helper()
	var all, each []int64
	for _, o := range d.offices {
		before, asked := d.trips.Load(), d.statements.Load()
		require.NoError(t, d.file(http.DefaultClient, o, d.docs[o.ID][0]))
		all, each = append(all, d.trips.Load()-before), append(each, d.statements.Load()-asked)
	}
	return slices.Min(all), slices.Min(each)
}

// rows counts the rows of each table that a filing writes.
func (d *tapped) rows(t *testing.T) map[string]int {
	t.Helper()
	pool, err := d.store.Pool()
	require.NoError(t, err)
	n := map[string]int{}
	for table, where := range map[string]string{
		"operations": "state = 'applied' AND response_status = 201", "counters": "true", "dossiers": "true", "audit_entries": "true", "people": "true",
		"components": "true", "papers": "true", "texts": "true", "outbox": "state = 'pending'", "notifications": "state = 'pending'",
		"forms": "state = 'pending'", "documents": "dossier_code <> ''",
	} {
		var rows int
		require.NoError(t, pool.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" WHERE "+where).Scan(&rows))
		n[table] = rows
	}
	return n
}
