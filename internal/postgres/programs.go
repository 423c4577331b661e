package postgres

import (
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrMissing says what to do where there is no PostgreSQL.
var ErrMissing = errors.New("PostgreSQL's server programs (initdb and postgres) are not here: " +
	"install them (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql)")

// places are where packages put the programs, none of them in the PATH.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/lib/postgresql*/bin",
	"/usr/libexec/postgresql*",
	"/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// programs finds the directory that holds initdb and postgres: the PATH's, or
// else the newest version's.
func programs() (string, error) {
	var found []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			found = append(found, filepath.Dir(real))
		}
	}
	var installed []string
	for _, place := range places {
		matches, _ := filepath.Glob(place) // the patterns are well-formed
		installed = append(installed, matches...)
	}
	slices.SortStableFunc(installed, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(found, installed...) {
		if runs(filepath.Join(dir, "initdb")) && runs(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", ErrMissing
}

func runs(file string) bool {
	_, err := exec.LookPath(file)
	return err == nil
}

// version is the number in the last part of a path that has one, 0 when none has.
func version(path string) int {
	for ; len(path) > 1; path = filepath.Dir(path) {
		digits := strings.FieldsFunc(filepath.Base(path), func(r rune) bool { return r < '0' || r > '9' })
		if len(digits) > 0 {
			n, _ := strconv.Atoi(digits[0]) // digits only
			return n
		}
	}
	return 0
}
