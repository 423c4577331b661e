package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// places are where packages put PostgreSQL's programs, none of them in the PATH.
var places = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin"}

// program finds one of PostgreSQL's programs: the newest, for an older one refuses
// a newer server.
func program(name string) (string, error) {
	var found []string
	for _, place := range places {
		matches, _ := filepath.Glob(filepath.Join(place, name)) // the patterns are well-formed
		found = append(found, matches...)
	}
	slices.SortFunc(found, func(a, b string) int { return number(b) - number(a) })
	if in, err := exec.LookPath(name); err == nil {
		found = append(found, in)
	}
	if len(found) == 0 {
		return "", fmt.Errorf("%s is not installed on this machine (Debian: apt-get install postgresql-client)", name)
	}
	return found[0], nil
}

// number is the first number in a path, 0 when there is none.
func number(path string) int {
	digits := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(digits[0]) // digits only
	return n
}

// dump writes the database as of a snapshot into a file that is there.
func dump(ctx context.Context, address, snapshot, file string) error {
	return run(ctx, address, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--snapshot="+snapshot, "--file="+file)
}

// load fills an empty database from a dump, whole or not at all, but for the list
// of migrations: without it no program takes the database for ready.
func load(ctx context.Context, address, file string) error {
	list, err := output(ctx, address, "pg_restore", "--list", file)
	if err != nil {
		return err
	}
	contents, err := os.CreateTemp("", "hoso-restore-*") // a backup may lie where nobody can write
	if err != nil {
		return err
	}
	defer os.Remove(contents.Name()) //nolint:errcheck // names of tables only
	for line := range strings.Lines(string(list)) {
		if !strings.Contains(line, "TABLE DATA") || !strings.Contains(line, " goose_db_version ") {
			_, err = contents.WriteString(line)
		}
		if err != nil {
			break
		}
	}
	if err := errors.Join(err, contents.Close()); err != nil {
		return err
	}
	db, err := pgconn.ParseConfig(address)
	if err != nil {
		return err
	}
	return run(ctx, address, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--use-list="+contents.Name(), "--dbname="+db.Database, file)
}

func run(ctx context.Context, address, name string, args ...string) error {
	_, err := output(ctx, address, name, args...)
	return err
}

// output runs one of PostgreSQL's programs. Where the database is goes by the
// environment, for everybody can read a command line.
func output(ctx context.Context, address, name string, args ...string) ([]byte, error) {
	path, err := program(name)
	if err != nil {
		return nil, err
	}
	env, err := environment(address)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), env...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, errors.Join(err, firstLine(said.String())))
	}
	return out, nil
}

// firstLine is what a program said first. It may quote names of tables, and no
// row: those follow on further lines.
func firstLine(said string) error {
	line, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	if line == "" {
		return nil
	}
	return errors.New(line)
}

// environment says where a database is, as PostgreSQL's programs read it.
func environment(address string) ([]string, error) {
	c, err := pgconn.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the database's address is not one")
	}
	env := []string{"PGHOST=" + c.Host, "PGPORT=" + strconv.Itoa(int(c.Port)), "PGUSER=" + c.User, "PGPASSWORD=" + c.Password, "PGDATABASE=" + c.Database}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the database's address is not one")
	}
	for key, variable := range map[string]string{"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"} {
		if v := u.Query().Get(key); v != "" {
			env = append(env, variable+"="+v)
		}
	}
	return env, nil
}
