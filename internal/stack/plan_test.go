package stack

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/embedded"
	"hoso/internal/program"
	"hoso/workflows"
)

// usual is what `hoso stack` asks for when it is told nothing.
func usual(t *testing.T) Options {
	t.Helper()
	o := Options{
		Data: t.TempDir(), Environ: []string{"HOME=/home/x", "HOSO_DATABASE_URL=postgres://elsewhere/hoso", "TEMPORAL_ADDRESS=elsewhere:7233", "HOSO_SMS_URL=http://127.0.0.1:9",
			"HOSO_METRICS_ADDR=127.0.0.1:9464", "HOSO_PORTAL_TOKEN_FILE=/run/secrets/portal_token"},
		Hoso: "/bin/hoso", Temporal: embedded.Program{Path: "/bin/hoso-devserver", Extra: []string{"--exit-with-parent"}},
		APIs: []string{"127.0.0.1:8080", "127.0.0.1:8081"}, Workers: 2, PortalAddr: program.PortalSimAddr, CourierAddr: program.CourierSimAddr,
		PostgresPort: 15432, TemporalPort: 7233, UIPort: 8233,
	}
	require.NoError(t, o.Check())
	return o
}

func (o *Options) all() (calls []call) {
	calls = append(calls, o.temporalCalls([3]int{7001, 7002, 7003})...)
	for _, level := range [][]call{o.simulatorCalls(), o.apiCalls(), o.workerCalls()} {
		calls = append(calls, level...)
	}
	return calls
}

func TestEveryPartIsAProcessOfItsOwn(t *testing.T) {
	t.Parallel()
	o := usual(t)
	var lines []string
	for _, c := range o.all() {
		lines = append(lines, c.name+": "+strings.ReplaceAll(strings.Join(c.args, " "), o.Data, "DATA"))
	}
	require.Len(t, lines, 7)
	require.True(t, strings.HasPrefix(lines[0], "Temporal: server start --ip 127.0.0.1 --port 7233 --ui-port 8233 --postgres 127.0.0.1:15432 --postgres-user temporal "+
		"--postgres-password-file DATA/secrets/postgres-temporal --postgres-db temporal --postgres-visibility-db temporal_visibility --namespace default"), lines[0])
	for name, kind := range workflows.SearchAttributes() {
		require.Contains(t, lines[0], " --search-attribute "+name+"="+kind)
	}
	require.Equal(t, []string{
		"portal-sim: portal-sim --addr 127.0.0.1:8091 --data DATA --callback http://127.0.0.1:8080",
		"courier-sim: courier-sim --addr 127.0.0.1:8092 --data DATA --callback http://127.0.0.1:8080",
		"API 1: api --addr 127.0.0.1:8080 --data DATA", "API 2: api --addr 127.0.0.1:8081 --data DATA",
		"worker 1: worker --data DATA", "worker 2: worker --data DATA",
	}, lines[1:])
}

func TestTemporalsRolesAreSplitWhenAsked(t *testing.T) {
	t.Parallel()
	o := usual(t)
	o.Split, o.Shards = true, 16
	calls := o.temporalCalls([3]int{7001, 7002, 7003})
	require.Len(t, calls, 4)
	for i, c := range calls {
		line := strings.Join(c.args, " ")
		require.Contains(t, line, "--history-shards 16")
		require.Contains(t, line, "--history-port 7001 --matching-port 7002 --worker-port 7003 --service "+roles[i], "all know all, and each plays one")
		require.Equal(t, 1, strings.Count(line, "--service"))
		require.Equal(t, []string{"127.0.0.1:7233", "127.0.0.1:7001", "127.0.0.1:7002", "127.0.0.1:7003"}[i], c.at)
	}
}

// Passwords and tokens stand in files that their owner alone may read: whoever
// lists processes sees no secret, and neither does who reads their environment.
func TestNoSecretIsOnACommandLine(t *testing.T) {
	t.Parallel()
	o := usual(t)
	s, err := ensureSecrets(o.secretDir())
	require.NoError(t, err)
	for _, c := range o.all() {
		said := strings.Join(append(slices.Clone(c.args), c.env...), "\n")
		for _, secret := range s {
			require.NotContains(t, said, secret, c.name)
		}
		require.NotContains(t, said, "postgres://", c.name)
	}
	again, err := ensureSecrets(o.secretDir())
	require.NoError(t, err)
	require.Equal(t, s, again, "drawn once")
	require.Len(t, s, 3)
}

func TestPartsTakeWhatTheStackDecidesFromTheDataFolder(t *testing.T) {
	t.Parallel()
	o := usual(t)
	for _, c := range o.all() {
		require.Contains(t, c.env, "HOME=/home/x", c.name)
		require.Contains(t, c.env, "HOSO_SMS_URL=http://127.0.0.1:9", "what it does not decide is inherited")
		for _, pair := range c.env {
			name, _, _ := strings.Cut(pair, "=")
			require.NotContains(t, []string{"HOSO_DATABASE_URL", "TEMPORAL_ADDRESS", "HOSO_METRICS_ADDR", "HOSO_PORTAL_TOKEN_FILE"}, name, c.name)
		}
	}
	vars := o.environment(secrets{roleHoso: "s3cret"}, "t0ken")
	require.Equal(t, "postgres://hoso:s3cret@127.0.0.1:15432/hoso?sslmode=disable", vars["HOSO_DATABASE_URL"])
	require.Equal(t, filepath.Join(o.Data, "keys", "dev-keys.json"), vars["HOSO_AUTH_KEYS"])
	for name := range vars {
		require.True(t, decided(name), "%s would be overruled by what a part inherits", name)
	}
}

// Two workers cannot serve metrics at one address: the second would not stay up.
func TestEachWorkerHasItsOwnAddressOfMetrics(t *testing.T) {
	t.Parallel()
	o := usual(t)
	o.WorkerMetrics = []string{"127.0.0.1:9464", "127.0.0.1:9465"}
	require.NoError(t, o.Check())
	for i, c := range o.workerCalls() {
		require.Contains(t, c.env, "HOSO_METRICS_ADDR="+o.WorkerMetrics[i])
		require.Equal(t, o.WorkerMetrics[i], c.at)
	}
}

func TestTheServerIsDurableWhateverItsFilesSay(t *testing.T) {
	t.Parallel()
	s := serverSettings()
	for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		require.Equal(t, "on", s[name])
	}
	require.Equal(t, "127.0.0.1", s["listen_addresses"])
}

func TestWhatCannotBeMeantIsRefused(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Options){
		"--api: at least one":     func(o *Options) { o.APIs = nil },
		"--workers: at least one": func(o *Options) { o.Workers = 0 },
		"--history-shards":        func(o *Options) { o.Shards = -1 },
		"--api 0.0.0.0:8080: a stack is for this machine only":    func(o *Options) { o.APIs = []string{"0.0.0.0:8080"} },
		"--courier-sim-addr :8092: a stack is for this machine":   func(o *Options) { o.CourierAddr = ":8092" },
		"--api must be host:port":                                 func(o *Options) { o.APIs = []string{"127.0.0.1:http"} },
		"--api 127.0.0.1:0: a port from 1 to 65535":               func(o *Options) { o.APIs = []string{"127.0.0.1:0"} },
		"--worker-metrics: 1 addresses for 2 workers":             func(o *Options) { o.WorkerMetrics = []string{"127.0.0.1:9464"} },
		"127.0.0.1:8080 is to serve two parts: give each its own": func(o *Options) { o.WorkerMetrics = []string{"127.0.0.1:9464", "127.0.0.1:8080"} },
		"--ui-port: a port from 1 to 65535":                       func(o *Options) { o.UIPort = 0 },
		"127.0.0.1:8080 is to serve two parts":                    func(o *Options) { o.APIs[1] = o.APIs[0] },
		"127.0.0.1:7233 is to serve two parts":                    func(o *Options) { o.PostgresPort = o.TemporalPort },
		"--postgres-port: a port from 1 to 65535":                 func(o *Options) { o.PostgresPort = 70000 },
	} {
		o := usual(t)
		change(&o)
		require.ErrorContains(t, o.Check(), want)
	}
}
