package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// update writes the golden files anew: go test ./cmd/hoso -update
var update = flag.Bool("update", false, "write testdata/*.golden anew")

// shell runs the program in a data folder of its own.
type shell struct {
	t       *testing.T
	data    string
	environ []string
}

func newShell(t *testing.T, environ ...string) *shell {
	t.Helper()
	dir := t.TempDir()
	return &shell{t: t, data: dir, environ: append([]string{"HOSO_DATA=" + dir, "TEMPORAL_ADDRESS=127.0.0.1:1"}, environ...)}
}

// run carries one command line out and gives what it wrote.
func (s *shell) run(args ...string) (out, errs string, err error) {
	s.t.Helper()
	var o, e bytes.Buffer
	err = realMain(s.t.Context(), args, s.environ, streams{in: strings.NewReader(""), out: &o, err: &e})
	return o.String(), e.String(), err
}

// must is run for a command that has to succeed.
func (s *shell) must(args ...string) string {
	s.t.Helper()
	out, errs, err := s.run(args...)
	require.NoError(s.t, err, "%v\n%s", args, errs)
	return out
}

// fails is run for a command that has to fail, with one line that says why.
func (s *shell) fails(want string, args ...string) {
	s.t.Helper()
	_, errs, err := s.run(args...)
	require.Error(s.t, err, "%v", args)
	require.Contains(s.t, errs+err.Error(), want, "%v", args)
	require.NotContains(s.t, err.Error(), "\n", "%v", args)
}

// changing are parts of an output that are never the same.
var changing = []struct {
	pattern *regexp.Regexp
	as      string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)`), "<time>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d`), "<time>"},
	{regexp.MustCompile(`\d+ MB free`), "<n> MB free"},
	{regexp.MustCompile(`(?m)^(note  fonts +).*$`), "${1}<fonts>"},
	{regexp.MustCompile(`(?m)^(?:note|ok  )(  (?:scan child|page renderer|card reader) +).*$`), "…   ${1}<what this machine has>"},
}

// golden compares an output with the file that holds it.
func (s *shell) golden(name, got string) {
	s.t.Helper()
	got = strings.ReplaceAll(got, s.data, "<data>")
	for _, c := range changing {
		got = c.pattern.ReplaceAllString(got, c.as)
	}
	file := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(s.t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(s.t, err)
	require.Equal(s.t, string(want), got, "see -update")
}

// screen is what a program has written so far, for who waits for a word of it.
type screen struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{}
}

func newScreen() *screen { return &screen{grown: make(chan struct{}, 1)} }

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.grown <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// await waits until the screen shows a word, and says whether it came before the
// context's end.
func (s *screen) await(ctx context.Context, word string) bool {
	for !strings.Contains(s.String(), word) {
		select {
		case <-ctx.Done():
			return false
		case <-s.grown:
		}
	}
	return true
}

func TestHelpNamesEveryCommand(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.golden("help", s.must("--help"))
	s.golden("dossier-help", s.must("dossier", "--help"))
	require.Regexp(t, `^hoso \S+ .*\(API 1\.`, s.must("version"))
	require.Contains(t, s.must("version", "--json"), `"go":"go1.`)
}

func TestMistakesOnTheCommandLineAreOneLine(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	for want, args := range map[string][]string{
		`unknown command "flie"`:             {"flie"},
		`unknown flag: --nope`:               {"up", "--nope"},
		`required flag(s) "role" not set`:    {"token"},
		`accepts 1 arg(s), received 0`:       {"dossier", "show"},
		`--temporal must be devserver`:       {"up", "--temporal", "cloud"},
		`would let other machines in`:        {"api", "--addr", ":8080"},
		`--addr would let other machines in`: {"portal-sim", "--addr", "0.0.0.0:1"},
		`--portal-sim-addr would let`:        {"up", "--portal-sim-addr", "0.0.0.0:1"},
		`there is no register at`:            {"api"},
		`run ` + "`hoso migrate`":            {"user", "list"},
		`HOSO_DEVSERVER`:                     {"up"},
		`--knobs`:                            {"courier-sim", "--knobs", "/none.json"},
		`who is asking?`:                     {"dossier", "withdraw", "X", "--reason", "r"},
		`--reason is needed`:                 {"dossier", "retry", "X"},
		`either --offer or --take`:           {"dossier", "handover", "X"},
		`there is no folder /none`:           {"catalogue", "check", "/none"},
		`--valid must be positive`:           {"token", "--role", "manager", "--valid", "-1s"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := *s
			s.t = t
			s.environ = append(append([]string{}, s.environ...), "HOSO_DEVSERVER=/none")
			s.fails(want, args...)
		})
	}
}
