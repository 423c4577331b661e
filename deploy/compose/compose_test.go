package compose

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// project reads the compose file as `docker compose --profile simulators config` does.
func project(t *testing.T, environ ...string) *types.Project {
	t.Helper()
	o, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")}, cli.WithEnv(environ), cli.WithProfiles([]string{"simulators"}))
	require.NoError(t, err)
	p, err := o.LoadProject(t.Context())
	require.NoError(t, err)
	return p
}

// long says whether a service runs on; the others do one thing and end.
func long(s types.ServiceConfig) bool { return s.Restart == types.RestartPolicyUnlessStopped }

var pinned = regexp.MustCompile(`^[a-z0-9./-]+:\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$`)

// ours is the image that is built here.
const ours = "hoso:local"

// The tag is built once: builds of one tag side by side fail on a machine that does
// not have it yet. And nobody asks a registry for it, where it could be anybody's.
func TestOurImageIsBuiltOnceAndNeverPulled(t *testing.T) {
	t.Parallel()
	var builds []string
	for name, s := range project(t).Services {
		if s.Build != nil {
			builds = append(builds, name)
			require.Equal(t, ours, s.Image)
		}
		if s.Image == ours {
			require.Equal(t, types.PullPolicyNever, s.PullPolicy, name)
		}
	}
	require.Equal(t, []string{"migrate"}, builds)
}

// Whatever tells how the system is doing can be asked from this machine, and the
// example of what to scrape asks all of it.
func TestMetricsAreWithinReach(t *testing.T) {
	t.Parallel()
	p := project(t)
	raw, err := os.ReadFile(filepath.Join(root, "deploy", "prometheus", "prometheus.yml"))
	require.NoError(t, err)
	for _, name := range []string{"api-1", "api-2", "worker-1", "worker-2"} {
		s := p.Services[name]
		variable := map[bool]string{true: "HOSO_ADDR", false: "HOSO_METRICS_ADDR"}[strings.HasPrefix(name, "api")]
		listens := s.Environment[variable]
		require.NotNil(t, listens, name)
		require.Equal(t, "on", *s.Environment["HOSO_ALLOW_REMOTE"], name)
		require.Len(t, s.Ports, 1, name)
		require.True(t, strings.HasSuffix(*listens, fmt.Sprintf(":%d", s.Ports[0].Target)), name)
		require.Contains(t, string(raw), `"127.0.0.1:`+s.Ports[0].Published+`"`, name)
		_, outside := s.Networks["outside"]
		require.True(t, outside, "%s: a port of an internal network is not published", name)
	}
}

func TestTheTopology(t *testing.T) {
	t.Parallel()
	p := project(t)
	var running, once []string
	for name, s := range p.Services {
		if long(s) {
			running = append(running, name)
		} else {
			once = append(once, name)
		}
	}
	require.ElementsMatch(t, []string{"postgres", "temporal", "temporal-ui", "api-1", "api-2", "worker-1", "worker-2", "portal-sim", "courier-sim"}, running)
	require.ElementsMatch(t, []string{"temporal-schema", "temporal-namespace", "migrate"}, once)
	for _, name := range []string{"portal-sim", "courier-sim"} {
		require.Equal(t, []string{"simulators"}, p.Services[name].Profiles)
	}
	require.Equal(t, "1.32.1", strings.TrimPrefix(p.Services["temporal"].Image, "temporalio/server:"))
	require.Equal(t, "1.32.1", strings.TrimPrefix(p.Services["temporal-schema"].Image, "temporalio/admin-tools:"), "schema and server are of one version")
}

func TestEveryServiceIsHeldToTheRules(t *testing.T) {
	t.Parallel()
	p := project(t)
	for name, s := range p.Services {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s.Image != ours {
				require.Regexp(t, pinned, s.Image)
			}
			require.True(t, s.ReadOnly, "its root cannot be written")
			require.Equal(t, []string{"ALL"}, s.CapDrop)
			require.Contains(t, s.SecurityOpt, "no-new-privileges:true")
			require.False(t, s.Privileged)
			require.Empty(t, s.NetworkMode)
			require.NotEmpty(t, s.Networks)
			require.NotEmpty(t, s.Logging.Options["max-size"], "logs do not fill the disk")
			limits := s.Deploy.Resources.Limits
			require.NotNil(t, limits, "limits")
			require.Positive(t, limits.NanoCPUs)
			require.Positive(t, limits.MemoryBytes)
			for _, port := range s.Ports {
				require.Equal(t, "127.0.0.1", port.HostIP, "port %s", port.Published)
			}
			for key, value := range s.Environment {
				if value != nil && regexp.MustCompile(`(?i)password|token|secret|_url`).MatchString(key) && !strings.HasSuffix(key, "_FILE") && *value != "" {
					require.Regexp(t, `^(/run/secrets/[a-z_]+|https?://[a-z0-9.-]+(:\d+)?)$`, *value, "%s holds no secret itself", key)
				}
			}
			if !long(s) {
				require.Regexp(t, `^on-failure:\d+$`, s.Restart)
				return
			}
			require.NotNil(t, s.HealthCheck, "health check")
			require.False(t, s.HealthCheck.Disable)
			require.Greater(t, len(s.HealthCheck.Test), 1)
			for _, d := range []*types.Duration{s.HealthCheck.Interval, s.HealthCheck.Timeout, s.HealthCheck.StartPeriod} {
				require.NotNil(t, d)
			}
			require.LessOrEqual(t, time.Duration(*s.HealthCheck.Timeout), time.Duration(*s.HealthCheck.Interval))
		})
	}
}

// Whoever waits for another waits for it to be healthy, or done.
func TestTheOrderOfTheStart(t *testing.T) {
	t.Parallel()
	p := project(t)
	for name, s := range p.Services {
		for on, d := range s.DependsOn {
			want := types.ServiceConditionHealthy
			if !long(p.Services[on]) {
				want = types.ServiceConditionCompletedSuccessfully
			}
			require.Equal(t, want, d.Condition, "%s on %s", name, on)
		}
	}
	before := func(first, second string) bool { return slices.Contains(allBefore(p, second), first) }
	for _, pair := range [][2]string{
		{"postgres", "temporal-schema"}, {"temporal-schema", "temporal"}, {"temporal", "temporal-namespace"}, {"temporal-namespace", "migrate"},
		{"migrate", "api-1"}, {"migrate", "api-2"}, {"migrate", "worker-1"}, {"migrate", "worker-2"}, {"temporal", "temporal-ui"},
	} {
		require.True(t, before(pair[0], pair[1]), "%s before %s", pair[0], pair[1])
	}
}

func allBefore(p *types.Project, name string) []string {
	var out []string
	for on := range p.Services[name].DependsOn {
		out = append(append(out, on), allBefore(p, on)...)
	}
	return out
}

func TestSecretsLieInFilesThatAreMade(t *testing.T) {
	t.Parallel()
	p := project(t)
	used := map[string]bool{}
	for name, s := range p.Services {
		own := map[string]bool{}
		for _, secret := range s.Secrets {
			own[secret.Source], used[secret.Source] = true, true
		}
		for key, value := range s.Environment {
			if value != nil && strings.HasPrefix(*value, "/run/secrets/") {
				require.True(t, own[strings.TrimPrefix(*value, "/run/secrets/")], "%s reads %s=%s and is not given it", name, key, *value)
			}
		}
	}
	script, err := os.ReadFile(filepath.Join(root, "deploy", "make-secrets"))
	require.NoError(t, err)
	for name, secret := range p.Secrets {
		require.True(t, used[name], "%s is used", name)
		require.Equal(t, name, filepath.Base(secret.File))
		require.Empty(t, secret.Environment)
		require.Contains(t, string(script), name, "deploy/make-secrets knows it")
	}
	ignored, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	require.NoError(t, err)
	require.Contains(t, string(ignored), "/deploy/secrets/\n")
	for _, script := range []string{"postgres/10-databases.sh", "temporal/schema.sh", "temporal/server.yaml"} {
		raw, err := os.ReadFile(filepath.Join(root, "deploy", script))
		require.NoError(t, err)
		found := regexp.MustCompile(`/run/secrets/([a-z_]+)`).FindAllStringSubmatch(string(raw), -1)
		require.NotEmpty(t, found, script)
		service := map[string]string{"postgres/10-databases.sh": "postgres", "temporal/schema.sh": "temporal-schema", "temporal/server.yaml": "temporal"}[script]
		for _, m := range found {
			require.True(t, slices.ContainsFunc(p.Services[service].Secrets, func(c types.ServiceSecretConfig) bool { return c.Source == m[1] }), "%s reads %s", script, m[1])
		}
	}
}

// Three databases with a role each; what is acknowledged is durable; the data
// outlives the containers.
func TestTheDatabasesAreSeparateAndDurable(t *testing.T) {
	t.Parallel()
	p := project(t)
	pg := p.Services["postgres"]
	for _, setting := range []string{"fsync=on", "synchronous_commit=on", "full_page_writes=on"} {
		require.Contains(t, pg.Command, setting)
	}
	require.Regexp(t, `^postgres:1[6-9]\.`, pg.Image)
	require.Contains(t, *pg.Environment["POSTGRES_INITDB_ARGS"], "--data-checksums")
	require.True(t, slices.ContainsFunc(pg.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeVolume && v.Source == "postgres-data" && v.Target == "/var/lib/postgresql/data"
	}), "its data is a named volume")
	raw, err := os.ReadFile(filepath.Join(root, "deploy", "postgres", "10-databases.sh"))
	require.NoError(t, err)
	made := regexp.MustCompile(`(?m)^make_database (\S+) /run/secrets/(\S+)$`).FindAllStringSubmatch(string(raw), -1)
	require.Len(t, made, 3)
	passwords := map[string]bool{}
	for i, name := range []string{"temporal", "temporal_visibility", "hoso"} {
		require.Equal(t, name, made[i][1])
		passwords[made[i][2]] = true
	}
	require.Len(t, passwords, 3, "a password each")
	require.Contains(t, string(raw), "REVOKE ALL ON DATABASE")
	server, err := os.ReadFile(filepath.Join(root, "deploy", "temporal", "server.yaml"))
	require.NoError(t, err)
	for _, line := range []string{"databaseName: temporal\n", "databaseName: temporal_visibility\n", "user: temporal\n", "user: temporal_visibility\n", "pluginName: postgres12_pgx\n"} {
		require.Contains(t, string(server), line)
	}
	for name, s := range p.Services {
		_, reaches := s.Networks["database"]
		may := slices.Contains([]string{"postgres", "temporal-schema", "temporal", "migrate", "api-1", "api-2", "worker-1", "worker-2"}, name)
		require.Equal(t, may, reaches, "%s at the database", name)
	}
	require.True(t, bool(p.Networks["database"].Internal))
	require.Equal(t, "true", *p.Services["temporal-ui"].Environment["TEMPORAL_DISABLE_WRITE_ACTIONS"])
}

// An API that is told to stop must have the time to say so and to end.
func TestStopsAreGivenTime(t *testing.T) {
	t.Parallel()
	p := project(t)
	for _, name := range []string{"api-1", "api-2"} {
		s := p.Services[name]
		drain, err := time.ParseDuration(*s.Environment["HOSO_DRAIN"])
		require.NoError(t, err)
		require.Greater(t, drain, 2*time.Duration(*s.HealthCheck.Timeout), "a balancer notices")
		require.Greater(t, time.Duration(*s.StopGracePeriod), drain+15*time.Second)
	}
	for _, name := range []string{"worker-1", "worker-2"} {
		require.Greater(t, time.Duration(*p.Services[name].StopGracePeriod), 30*time.Second)
	}
}

func TestMountedFilesAreThere(t *testing.T) {
	t.Parallel()
	for name, s := range project(t).Services {
		for _, v := range s.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			require.True(t, v.ReadOnly, "%s mounts %s read-only", name, v.Source)
			_, err := os.Stat(v.Source)
			require.NoError(t, err, name)
		}
		for _, word := range s.Command {
			if script, ok := strings.CutPrefix(word, "/etc/temporal/hoso/"); ok {
				require.FileExists(t, filepath.Join(root, "deploy", "temporal", script))
			}
		}
	}
}

func TestWhatCanBeSetFromOutside(t *testing.T) {
	t.Parallel()
	p := project(t, "HOSO_TAG=v0.1.0", "HOSO_DEPLOYMENT=dossier", "HOSO_PORTAL_URL=https://portal.example")
	for _, name := range []string{"api-1", "api-2", "worker-1", "worker-2", "migrate"} {
		require.Equal(t, "hoso:v0.1.0", p.Services[name].Image)
		require.Equal(t, "https://portal.example", *p.Services[name].Environment["HOSO_PORTAL_URL"])
	}
	require.Equal(t, "dossier", *p.Services["worker-1"].Environment["HOSO_DEPLOYMENT"])
	require.NotContains(t, slices.Collect(maps.Keys(p.Services["api-1"].Environment)), "HOSO_DEPLOYMENT", "an API has no version")
}
