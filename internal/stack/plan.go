package stack

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoso/internal/embedded"
	"hoso/internal/postgres"
	"hoso/internal/program"
)

// call is how one part is called.
type call struct {
	name   string
	path   string
	args   []string
	env    []string
	at     string        // the address it serves; "" if none
	within time.Duration // what an orderly stop may take; 0 leaves it to the supervisor
}

// log is the name of the file with its words.
func (c call) log() string { return strings.ReplaceAll(strings.ToLower(c.name), " ", "-") + ".log" }

// serverSettings are the server's. Those of durability stand on its command
// line, where no file can overrule them.
func serverSettings() map[string]string {
	s := postgres.Durable()
	for name, value := range map[string]string{
		"listen_addresses": host, "unix_socket_directories": "",
		// Temporal's four roles keep 24 connections each, every part of ours up to 40.
		"max_connections": "300",
		"shared_buffers":  "128MB", "max_wal_size": "2GB",
		"jit": "off", // short statements only
	} {
		s[name] = value
	}
	return s
}

func (o *Options) postgresCall(i postgres.Installation) call {
	home := o.postgresDir()
	return call{
		name: "PostgreSQL", path: i.Program("postgres"), args: postgres.Arguments(o.clusterDir(), o.PostgresPort, serverSettings()),
		env: i.Environ(home), at: local(o.PostgresPort), within: time.Minute,
	}
}

// roles are Temporal's, the frontend first: it is the one that clients know.
var roles = []string{"frontend", "history", "matching", "worker"}

// temporalCalls is Temporal in one process, or in four that know each other's ports.
func (o *Options) temporalCalls(inner [3]int) []call {
	args := []string{
		"server", "start", "--ip", host, "--port", strconv.Itoa(o.TemporalPort), "--ui-port", strconv.Itoa(o.UIPort),
		"--postgres", local(o.PostgresPort), "--postgres-user", roleTemporal, "--postgres-password-file", secretFile(o.secretDir(), roleTemporal),
		"--postgres-db", dbTemporal, "--postgres-visibility-db", dbVisibility, "--namespace", "default", "--log-level", "warn",
	}
	if o.Shards > 0 {
		args = append(args, "--history-shards", strconv.Itoa(o.Shards))
	}
	args = append(append(args, embedded.AttributeArguments()...), o.Temporal.Extra...)
	whole := call{name: "Temporal", path: o.Temporal.Path, args: args, env: o.inherited(), at: local(o.TemporalPort)}
	if !o.Split {
		return []call{whole}
	}
	for i, role := range roles[1:] {
		whole.args = append(whole.args, "--"+role+"-port", strconv.Itoa(inner[i]))
	}
	calls := make([]call, len(roles))
	for i, role := range roles {
		calls[i] = whole
		calls[i].name = "Temporal " + role
		calls[i].args = append(slices.Clone(whole.args), "--service", role)
		if i > 0 {
			calls[i].at = local(inner[i-1])
		}
	}
	return calls
}

func (o *Options) simulatorCalls() []call {
	calls := []call{
		o.part("portal-sim", o.PortalAddr, "portal-sim", "--addr", o.PortalAddr),
		o.part("courier-sim", o.CourierAddr, "courier-sim", "--addr", o.CourierAddr),
	}
	for i, knobs := range []string{o.PortalKnobs, o.CourierKnobs} {
		calls[i].args = append(calls[i].args, "--callback", program.URLOf(o.APIs[0]))
		if knobs != "" {
			calls[i].args = append(calls[i].args, "--knobs", knobs)
		}
	}
	return calls
}

// apiCalls pass on what waits for Temporal, too: each looks after what it has
// acknowledged itself, and either after what the other left behind.
func (o *Options) apiCalls() (calls []call) {
	for i, at := range o.APIs {
		c := o.part(numbered("API", i), at, "api", "--addr", at)
		c.within = 20 * time.Second
		calls = append(calls, c)
	}
	return calls
}

// workerCalls leave passing on to the APIs: a third and a fourth who look for
// the same rows would only ask the database more often. One address of metrics is
// not enough for several, so what the environment says of it is not passed on.
func (o *Options) workerCalls() (calls []call) {
	for i := range o.Workers {
		c := o.part(numbered("worker", i), "", "worker")
		c.env = append(c.env, "HOSO_RELAY=off")
		if len(o.WorkerMetrics) > 0 {
			c.at = o.WorkerMetrics[i]
			c.env = append(c.env, "HOSO_METRICS_ADDR="+c.at)
		}
		c.within = 45 * time.Second
		calls = append(calls, c)
	}
	return calls
}

// part is a command of hoso on our data folder, where it finds the rest.
func (o *Options) part(name, at string, args ...string) call {
	return call{name: name, path: o.Hoso, args: append(args, "--data", o.Data), env: o.inherited(), at: at}
}

// inherited is the environment without what the stack decides.
func (o *Options) inherited() []string {
	return slices.DeleteFunc(slices.Clone(o.Environ), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return decided(name)
	})
}

func decided(name string) bool {
	name = strings.TrimSuffix(name, "_FILE") // a secret's file stands for the secret
	return strings.HasPrefix(name, "TEMPORAL_") || name == "PGPASSWORD" || slices.Contains([]string{
		"HOSO_DATA", "HOSO_ADDR", "HOSO_DATABASE_URL", "HOSO_AUTH_KEYS", "HOSO_ALLOW_REMOTE", "HOSO_PORTAL_URL", "HOSO_PORTAL_TOKEN",
		"HOSO_COURIER_URL", "HOSO_COURIER_TOKEN", "HOSO_WEBHOOK_SECRETS", "HOSO_RECEIPT_KEYS", "HOSO_RELAY", "HOSO_METRICS_ADDR", apisVar,
	}, name)
}

// apisVar lists all APIs in a data folder's environment; HOSO_ADDR is the first.
const apisVar = "HOSO_STACK_APIS"

// APIs are the addresses of the APIs of the stack in a data folder, with http://.
func APIs(data string) ([]string, error) {
	environ, err := program.ReadEnvFile(data)
	if err != nil {
		return nil, err
	}
	for _, pair := range environ {
		list, ok := strings.CutPrefix(pair, apisVar+"=")
		if !ok {
			continue
		}
		all := strings.Split(list, ",")
		for i, at := range all {
			all[i] = program.URLOf(at)
		}
		return all, nil
	}
	return nil, fmt.Errorf("%s holds no stack", data)
}

// environment is what every command must know to work with this stack.
func (o *Options) environment(s secrets, simulators program.Secret) map[string]string {
	return map[string]string{
		"HOSO_ADDR": o.APIs[0], apisVar: strings.Join(o.APIs, ","),
		"HOSO_DATABASE_URL": s.databaseURL(o.PostgresPort, roleHoso, dbHoso),
		"HOSO_AUTH_KEYS":    filepath.Join(o.keyDir(), "dev-keys.json"),
		"HOSO_PORTAL_URL":   program.URLOf(o.PortalAddr), "HOSO_PORTAL_TOKEN": string(simulators),
		"HOSO_COURIER_URL": program.URLOf(o.CourierAddr), "HOSO_COURIER_TOKEN": string(simulators),
		"TEMPORAL_ADDRESS": local(o.TemporalPort), "TEMPORAL_NAMESPACE": "default",
	}
}
