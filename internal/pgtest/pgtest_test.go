//go:build unix

package pgtest

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/store"
)

// envVictim tells a copy of the test program to start a cluster and be killed.
const envVictim = "HOSO_PGTEST_VICTIM"

func TestMain(m *testing.M) {
	if os.Getenv(envVictim) != "" {
		victim()
	}
	Main(m)
}

// victim starts a cluster, says where, and does nothing more.
func victim() {
	c, err := start(loopback)
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println(c.dir, c.URL())
	select {}
}

func connect(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func count(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	one, two := connect(t, URL(t)), connect(t, URL(t))
	_, err := one.ExecContext(t.Context(), "INSERT INTO counters (scope, day, n) VALUES ('office:VNPHKI', '2025-02-05', 7)")
	require.NoError(t, err)
	require.Equal(t, 1, count(t, one, "SELECT count(*) FROM counters"))
	require.Equal(t, 0, count(t, two, "SELECT count(*) FROM counters"))
}

func TestADatabaseGoesWithItsTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("its test", func(t *testing.T) {
		db, err := sql.Open("pgx", URL(t))
		require.NoError(t, err)
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name)) // and the session stays open
	})
	require.Equal(t, 0, count(t, shared(t).admin, "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"))
}

func TestURLIsMigratedAndEmptyIsNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url  string
		want error
	}{"migrated": {URL(t), nil}, "empty": {Empty(t), store.ErrNotMigrated}} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(c.url, store.Options{})
			require.NoError(t, err)
			defer s.Close() //nolint:errcheck // nothing is lost with it
			require.ErrorIs(t, s.CheckMigrated(t.Context()), c.want)
			require.NoError(t, s.CheckDurable(t.Context()), "the program refuses what is not durable")
		})
	}
}

func TestAClusterComesBackWithWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	c := Start(t)
	_, err := connect(t, c.URL()).ExecContext(t.Context(), "CREATE TABLE acknowledged (n INTEGER)")
	require.NoError(t, err)
	for n, end := range []func(testing.TB){c.Stop, c.Kill} {
		_, err := connect(t, c.URL()).ExecContext(t.Context(), fmt.Sprintf("INSERT INTO acknowledged VALUES (%d)", n))
		require.NoError(t, err)
		end(t)
		require.Error(t, connect(t, c.URL()).PingContext(t.Context()))
		c.Restart(t)
		require.Equal(t, n+1, count(t, connect(t, c.URL()), "SELECT count(*) FROM acknowledged"))
	}
}

// TestNothingIsLeftOfAKilledProcess kills a test process that has a cluster: the
// server and its files must go all the same.
func TestNothingIsLeftOfAKilledProcess(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envVictim+"=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	dir, url, _ := strings.Cut(strings.TrimSpace(line), " ")
	db := connect(t, url)
	require.NoError(t, db.PingContext(t.Context()), line)

	require.NoError(t, cmd.Process.Kill())
	cmd.Wait() //nolint:errcheck // it was killed
	require.Eventually(t, func() bool {
		_, err := os.Stat(dir)
		return os.IsNotExist(err) && db.PingContext(t.Context()) != nil
	}, patience, 20*time.Millisecond)
}

// TestWhatADeadJanitorLeft plants the directory of a process that died together
// with its janitor, and one of a living process.
func TestWhatADeadJanitorLeft(t *testing.T) {
	t.Parallel()
	plant := func() (string, *os.File) {
		for { // another test process may sweep it before it is locked
			dir, err := os.MkdirTemp(roomyDir(), dirPattern)
			require.NoError(t, err)
			t.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // mostly gone already
			if lock, err := lockFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE|os.O_EXCL); err == nil {
				return dir, lock
			}
		}
	}
	dead, lock := plant()
	require.NoError(t, lock.Close())
	alive, lock := plant()
	defer lock.Close() //nolint:errcheck // only a lock
	var c Cluster
	require.NoError(t, c.settle())
	defer c.remove()
	require.NoDirExists(t, dead)
	require.DirExists(t, alive)
	require.DirExists(t, c.dir)
}

func TestSomebodysServer(t *testing.T) {
	t.Parallel()
	old := time.Now().Add(-forgotten - time.Minute).UTC().Format(timestamp)
	ours := shared(t)
	left := []string{prefix + old + "_abc_1", prefix + old + "_abc_template"}
	kept := []string{prefix + time.Now().UTC().Format(timestamp) + "_abc_1", "hoso_test_of_somebody", "hoso_testing_" + old}
	for _, name := range append(left, kept...) {
		require.NoError(t, ours.exec("CREATE DATABASE "+name))
		t.Cleanup(func() { require.NoError(t, ours.drop(name)) })
	}
	s, err := open(ours.at("postgres"))
	require.NoError(t, err)
	for _, name := range left {
		require.Equal(t, 0, count(t, ours.admin, "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"), name)
	}
	for _, name := range append(kept, s.template, ours.template) {
		require.Equal(t, 1, count(t, ours.admin, "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"), name)
	}
	t.Run("its test", func(t *testing.T) {
		require.Equal(t, 0, count(t, connect(t, s.fresh(t, true)), "SELECT count(*) FROM dossiers"))
	})
	s.close()
	require.Equal(t, 0, count(t, ours.admin, "SELECT count(*) FROM pg_database WHERE datname = '"+s.template+"'"))
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"localhost:5432", "mysql://localhost/x", "host=localhost", "postgres://nobody:wrong@127.0.0.1:1/x?connect_timeout=5"} {
		_, err := open(address)
		require.ErrorContains(t, err, EnvServer, address)
	}
}
