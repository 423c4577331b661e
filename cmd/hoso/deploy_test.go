package main

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/program"
)

var (
	setVariable  = regexp.MustCompile(`(?m)^\s*(?:ENV\s+)?(HOSO_[A-Z_]+)[:=]`)
	moreVariable = regexp.MustCompile(`\s(HOSO_[A-Z_]+)=`)
	command      = regexp.MustCompile(`(?m)^\s+command: \[(.*)\]$`)
	healthTest   = regexp.MustCompile(`test: \[CMD, hoso, ([^\]]*)\]`)
)

// What docker-compose.yml and the Dockerfile set and run is what this program
// knows. Their own rules are held by deploy/compose.
func TestTheDeploymentSpeaksOfThisProgram(t *testing.T) {
	t.Parallel()
	compose := deployFile(t, "docker-compose.yml")
	image := deployFile(t, "Dockerfile")

	known := map[string]bool{}
	for field := range reflect.TypeFor[program.Config]().Fields() {
		if name := field.Tag.Get("env"); name != "-" && name != "" {
			known[name] = true
		}
	}
	var set []string
	for _, m := range append(setVariable.FindAllStringSubmatch(compose, -1), append(setVariable.FindAllStringSubmatch(image, -1), moreVariable.FindAllStringSubmatch(image, -1)...)...) {
		set = append(set, m[1])
	}
	require.Greater(t, len(set), 15)
	for _, name := range set {
		require.True(t, known[strings.TrimSuffix(name, "_FILE")], "%s is read by nobody", name)
		if strings.HasSuffix(name, "_FILE") {
			_, err := program.Load([]string{name + "=" + filepath.Join(t.TempDir(), "none")})
			require.ErrorContains(t, err, "there is no file", "%s is heard", name)
		}
	}

	var lines []string
	for _, m := range append(command.FindAllStringSubmatch(compose, -1), healthTest.FindAllStringSubmatch(compose, -1)...) {
		lines = append(lines, m[1])
	}
	ours := 0
	for _, line := range lines {
		args := strings.Split(strings.ReplaceAll(line, `"`, ""), ", ")
		if args[0] == "sh" || args[0] == "postgres" {
			continue
		}
		ours++
		c, rest, err := newRoot(nil, streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard}).Find(args)
		require.NoError(t, err, line)
		require.Equal(t, args[0], c.Name())
		require.NoError(t, c.ParseFlags(rest), line)
		require.Empty(t, c.Flags().Args(), line)
	}
	require.Equal(t, 9, ours, "every command of ours was read: %v", lines)
}

func deployFile(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", name))
	require.NoError(t, err)
	return string(raw)
}

// A health check tells in one line, and with its exit code.
func TestReadySaysWhatIsNot(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"not ready: http://127.0.0.1:1/readyz: connection refused": {"ready"},
		"not ready: http://127.0.0.1:1/x: connection refused":      {"ready", "--url", "http://127.0.0.1:1/x"},
		"--worker has no --url":                                    {"ready", "--worker", "--url", "http://127.0.0.1:1"},
		"not ready: Temporal: ":                                    {"ready", "--worker"},
	} {
		err := realMain(t.Context(), args, []string{"HOSO_ADDR=127.0.0.1:1", "TEMPORAL_ADDRESS=127.0.0.1:1"}, streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard})
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestPromoteRefusesWhatCannotBeMeant(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--status changes nothing":                              {"--status", "--build", "a"},
		"--unversioned goes alone":                              {"--unversioned", "--ramp", "10"},
		"--ramp must be between 0 and 100":                      {"--build", "a", "--ramp", "101"},
		"--ramp must be between 0":                              {"--build", "a", "--ramp", "NaN"},
		"Temporal is not reached":                               {"--build", "a"},
		"does not know from which commit it was built: name it": {},
		"Temporal is not reached:":                              {"--ramp", "0"}, // needs no build
	} {
		err := realMain(t.Context(), append([]string{"promote"}, args...), []string{"TEMPORAL_ADDRESS=127.0.0.1:1"}, streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard})
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
}
