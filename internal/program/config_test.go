package program

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func load(t *testing.T, environ ...string) Config {
	t.Helper()
	c, err := Load(environ)
	require.NoError(t, err)
	return c
}

func TestNothingSetIsTheEmbeddedMode(t *testing.T) {
	t.Parallel()
	c := load(t)
	require.NoError(t, c.Check())
	require.Equal(t, []string{"127.0.0.1:8080", "./data", "sqlite:data/hoso.db"}, []string{c.Addr, c.Data, c.DatabaseURL})
	require.Equal(t, []string{"data/keys/dev-keys.json", "data/keys/webhook-secrets.json"}, []string{c.AuthKeys, c.WebhookSecrets})
	require.True(t, c.Embedded())
	require.True(t, bool(c.Relay))
	require.False(t, bool(c.PrintAhead), "a form that nobody asks for costs nothing")
	require.Equal(t, []string{"localhost:7233", "default"}, []string{c.temporalAddress(), c.temporalNamespace()})
}

func TestTheEnvironmentIsHeard(t *testing.T) {
	t.Parallel()
	c := load(t, "HOSO_ADDR=127.0.0.1:9", "HOSO_DATA=/d", "HOSO_RELAY=off", "HOSO_PRINT_AHEAD=on", "TEMPORAL_ADDRESS=t:1", "TEMPORAL_NAMESPACE=n", "HOSO_ADDR=127.0.0.1:10", "nonsense")
	require.NoError(t, c.Check())
	require.Equal(t, "127.0.0.1:10", c.Addr, "the later one counts, as for every program")
	require.Equal(t, "sqlite:/d/hoso.db", c.DatabaseURL)
	require.False(t, bool(c.Relay))
	require.True(t, bool(c.PrintAhead))
	require.Equal(t, []string{"t:1", "n"}, []string{c.temporalAddress(), c.temporalNamespace()})
}

func TestConfigurationsThatCannotBeMeantAreRefused(t *testing.T) {
	t.Parallel()
	for set, want := range map[string]string{
		"HOSO_RELAY=perhaps":               "HOSO_RELAY: must be on or off",
		"HOSO_ADDR=8080":                   "HOSO_ADDR must be host:port",
		"HOSO_ADDR=:8080":                  "would let other machines in",
		"HOSO_ADDR=0.0.0.0:8080":           "would let other machines in",
		"HOSO_ADDR=[::]:8080":              "would let other machines in",
		"HOSO_ADDR=example.org:80":         "would let other machines in",
		"HOSO_METRICS_ADDR=9090":           "HOSO_METRICS_ADDR must be host:port",
		"HOSO_METRICS_ADDR=0.0.0.0:9090":   "would let other machines in",
		"HOSO_DATA= ":                      "data folder",
		"HOSO_DATABASE_URL=mysql://h/d":    "postgres:// or sqlite:",
		"HOSO_PORTAL_URL=portal.example":   "HOSO_PORTAL_URL must be an address",
		"HOSO_COURIER_URL=ftp://c.example": "HOSO_COURIER_URL must be an address",
		"HOSO_SMS_URL=sms.example":         "HOSO_SMS_URL must be an address",
		"HOSO_PUBLIC_URL=hoso":             "HOSO_PUBLIC_URL must be an address",
		"HOSO_SMTP_URL=smtp://m.example":   "HOSO_SMTP_FROM: the sender must be an e-mail address",
		"HOSO_SMTP_FROM=a@b.example":       "needs HOSO_SMTP_URL",
		"HOSO_LOG=loud":                    "HOSO_LOG must be",
		"HOSO_LOG=info,xml":                "HOSO_LOG must be",
		"HOSO_DEPLOYMENT=my.dossier":       "HOSO_DEPLOYMENT must be",
		"HOSO_DEPLOYMENT=dossier":          "HOSO_DEPLOYMENT needs HOSO_BUILD_ID",
		"HOSO_BUILD_ID=v1 beta":            "HOSO_BUILD_ID must be",
		"HOSO_DRAIN=soon":                  "HOSO_DRAIN",
		"HOSO_DRAIN=10":                    "HOSO_DRAIN: must be a length of time such as 10s",
		"HOSO_DRAIN=-1s":                   "HOSO_DRAIN must be between 0s and 5m0s",
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			c, err := Load([]string{set})
			if err == nil {
				err = c.Check()
			}
			require.ErrorContains(t, err, want)
			require.NotContains(t, err.Error(), "\n", "one line")
		})
	}
}

func TestTracesAreSentWhenAskedFor(t *testing.T) {
	t.Parallel()
	const to = "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318"
	for set, want := range map[string]bool{
		"": false,
		to: true,
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces":                      true,
		to + " OTEL_SDK_DISABLED=true":                                                            false,
		to + " OTEL_TRACES_EXPORTER=none":                                                         false,
		to + " OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf":                                         true,
		to + " OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf": true,
	} {
		c, err := Load(strings.Fields(set))
		require.NoError(t, err, set)
		require.Equal(t, want, c.traces, set)
	}
	_, err := Load([]string{to, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"})
	require.EqualError(t, err, "configuration: OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or not set: traces are sent over HTTP, to port 4318 as a rule")
}

// A new program on the settings of one from before versions and drains: all is as
// it was.
func TestSettingsOfOldMeanWhatTheyMeant(t *testing.T) {
	t.Parallel()
	c := load(t, "HOSO_ADDR=127.0.0.1:8080", "HOSO_DATA=/d", "HOSO_DATABASE_URL=postgres://h/d", "HOSO_AUTH_KEYS=/k", "HOSO_WEBHOOK_SECRETS=/w",
		"HOSO_PORTAL_URL=https://p.example", "HOSO_COURIER_URL=https://c.example", "HOSO_PORTAL_TOKEN=p", "HOSO_COURIER_TOKEN=c", "HOSO_SMS_URL=https://s.example",
		"HOSO_SMS_TOKEN=s", "HOSO_PUBLIC_URL=https://h.example", "HOSO_RECEIPT_KEYS=/r", "HOSO_RELAY=on", "HOSO_LOG=info", "HOSO_TRUSTED_PROXIES=10.0.0.0/8", "HOSO_ALLOW_REMOTE=off")
	require.NoError(t, c.Check())
	require.Equal(t, "unversioned", c.versioning())
	require.Zero(t, c.Drain)
	require.Equal(t, Secret("p"), c.PortalToken)
}

func TestABuildIsNamedAfterItsCommit(t *testing.T) {
	t.Parallel()
	require.Equal(t, "5f0c1e2a9b41", ownBuild("5f0c1e2a9b4177aa"))
	require.Empty(t, ownBuild(""))
	c := load(t, "HOSO_DEPLOYMENT=dossier", "HOSO_BUILD_ID=v0.2.0")
	require.NoError(t, c.Check())
	require.Equal(t, "build v0.2.0 of deployment dossier", c.versioning())
	c = load(t, "HOSO_BUILD_ID=v0.2.0")
	require.NoError(t, c.Check(), "an image says which build it is, versioned or not")
	require.Equal(t, "unversioned", c.versioning())
}

func TestOtherMachinesAreLetInWhenToldTo(t *testing.T) {
	t.Parallel()
	for _, environ := range [][]string{
		{"HOSO_ADDR=0.0.0.0:8080", "HOSO_ALLOW_REMOTE=on"}, {"HOSO_ADDR=localhost:8080"}, {"HOSO_ADDR=[::1]:8080"}, {"HOSO_ADDR=127.9.9.9:8080"},
	} {
		c := load(t, environ...)
		require.NoError(t, c.Check(), environ)
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	const secret = "sesame-3141592653589793"
	c := load(t, "HOSO_DATABASE_URL=postgres://hoso:"+secret+"@db/hoso", "HOSO_PORTAL_TOKEN="+secret, "HOSO_COURIER_TOKEN="+secret,
		"HOSO_PORTAL_URL=https://user:"+secret+"@portal.example",
		"HOSO_SMTP_URL=smtp://user:"+secret+"@mail.example", "HOSO_SMTP_FROM=hoso@mail.example", "HOSO_SMS_URL=https://sms.example", "HOSO_SMS_TOKEN="+secret, "HOSO_AUTH_KEYS="+filepath.Join("k", "keys.json"))
	require.NoError(t, c.Check())
	for _, setting := range []string{"info,json", "info,text"} {
		var out bytes.Buffer
		log, err := NewLog(setting, &out)
		require.NoError(t, err)
		log.Info("starting", "configuration", c, "token", c.PortalToken)
		log.Info("again", slog.Any("token", &c.CourierToken))
		require.NotContains(t, out.String(), secret)
		require.Contains(t, out.String(), "(hidden)")
		require.Contains(t, out.String(), "db/hoso", "what is no secret can be read")
	}
	require.Equal(t, "(unreadable)", redacted("postgres://%zz"))
}

func TestAddressesAreReachedFromHere(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", "0.0.0.0:80": "http://127.0.0.1:80", "[::]:80": "http://127.0.0.1:80", ":80": "http://127.0.0.1:80",
	} {
		require.Equal(t, want, URLOf(listen))
	}
}
