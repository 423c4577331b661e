package e2e

import (
	"bufio"
	"database/sql"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/pgtest"
)

// TestTemporalRefusesWhatItCannotKeep starts Temporal on PostgreSQL, which makes
// its schema, and then on databases that it must leave alone: those that another
// server works on, that are unsafe, newer, or made with other shards.
func TestTemporalRefusesWhatItCannotKeep(t *testing.T) {
	t.Parallel()
	s := newTemporalOnPostgres(t)
	stop := s.start(t)
	require.Contains(t, s.fails(t), "another server is using it as frontend")
	stop()

	require.Contains(t, s.fails(t, "--history-shards", "8"), "--history-shards 8: the database was made with 4, and keeps them for good")
	for _, database := range []string{s.main, s.visibility} {
		s.exec(t, database, "ALTER DATABASE "+database+" SET synchronous_commit = off")
		require.Contains(t, s.fails(t), "database "+database+": unsafe setting, synchronous_commit is off")
		s.exec(t, database, "ALTER DATABASE "+database+" RESET synchronous_commit")
	}
	for database, newest := range map[string]string{s.main: "1.19", s.visibility: "1.14"} {
		s.exec(t, database, "UPDATE schema_version SET curr_version = '1.99'")
		require.Contains(t, s.fails(t), "database "+database+" has schema 1.99, this program knows "+newest+" only")
		s.exec(t, database, "UPDATE schema_version SET curr_version = '"+newest+"'")
	}
	s.start(t)()
}

// temporalOnPostgres is the server on two databases of the tests' PostgreSQL.
type temporalOnPostgres struct {
	path             string
	at               *url.URL
	main, visibility string
	args             []string
}

func newTemporalOnPostgres(t *testing.T) *temporalOnPostgres {
	t.Helper()
	repo, err := filepath.Abs("..")
	require.NoError(t, err)
	main, err := url.Parse(pgtest.Empty(t))
	require.NoError(t, err)
	visibility, err := url.Parse(pgtest.Empty(t))
	require.NoError(t, err)
	s := &temporalOnPostgres{path: built(t, "hoso-devserver", filepath.Join(repo, "devserver"), "."), at: main,
		main: strings.TrimPrefix(main.Path, "/"), visibility: strings.TrimPrefix(visibility.Path, "/")}
	s.args = []string{"server", "start", "--headless", "--port", freePort(t), "--postgres", main.Host, "--postgres-user", main.User.Username(),
		"--postgres-db", s.main, "--postgres-visibility-db", s.visibility, "--search-attribute", "DossierStage=Keyword", "--log-level", "error"}
	return s
}

func (s *temporalOnPostgres) command(more ...string) *exec.Cmd {
	cmd := exec.Command(s.path, append(append([]string{}, s.args...), more...)...)
	password, _ := s.at.User.Password()
	cmd.Env = []string{"PGPASSWORD=" + password, "HOME=/"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// start waits until it is ready, and gives what stops it.
func (s *temporalOnPostgres) start(t *testing.T) (stop func()) {
	t.Helper()
	cmd := s.command()
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, "%s", &errs)
	require.Contains(t, line, "ready: temporal 127.0.0.1:")
	return func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait(), "%s", &errs)
	}
}

// fails wants the server to refuse, in one line.
func (s *temporalOnPostgres) fails(t *testing.T, more ...string) string {
	t.Helper()
	more = append(more, "--port", freePort(t)) // that it is taken is not what is asked
	said, err := s.command(more...).CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 1, strings.Count(string(said), "\n"), "%s", said)
	return string(said)
}

func (s *temporalOnPostgres) exec(t *testing.T, database, statement string) {
	t.Helper()
	u := *s.at
	u.Path = "/" + database
	db, err := sql.Open("pgx", u.String())
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
}
