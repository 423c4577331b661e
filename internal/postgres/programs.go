package postgres

import (
	"errors"
	"fmt"
	"os"
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

// installed lists the directories that hold initdb and postgres: the PATH's, then
// the others', the newest version first.
func installed() (dirs []string) {
	var found []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			found = append(found, filepath.Dir(real))
		}
	}
	var packaged []string
	for _, place := range places {
		matches, _ := filepath.Glob(place) // the patterns are well-formed
		packaged = append(packaged, matches...)
	}
	slices.SortStableFunc(packaged, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(found, packaged...) {
		if runs(filepath.Join(dir, "initdb")) && runs(filepath.Join(dir, "postgres")) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// programsFor finds the directory of the programs for a cluster: those of the
// version that made it, or the first where there is no cluster yet. A newer server
// does not start on an older one's files.
func programsFor(cluster string) (string, error) {
	dirs := installed()
	if len(dirs) == 0 {
		return "", ErrMissing
	}
	raw, err := os.ReadFile(filepath.Join(cluster, "PG_VERSION"))
	if err != nil {
		return dirs[0], nil //nolint:nilerr // none yet, or one that the server will have its own words about
	}
	made, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return dirs[0], nil //nolint:nilerr // the same
	}
	for _, dir := range dirs {
		if is := version(dir); is == made || is == 0 { // 0: its folder does not say
			return dir, nil
		}
	}
	return "", fmt.Errorf("%s was made by PostgreSQL %d, which is not here: install it (Debian, Ubuntu: apt-get install postgresql-%d), or name another folder with --data", cluster, made, made)
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
