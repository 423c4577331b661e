package program

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
)

// Config is all that an installation can set. Every field has a usable default
// or is asked for by the part that needs it, with a line that says so.
type Config struct {
	// Addr is where the API listens.
	Addr string `env:"HOSO_ADDR" envDefault:"127.0.0.1:8080"`
	// AllowRemote lets us listen where other machines can reach us.
	AllowRemote Switch `env:"HOSO_ALLOW_REMOTE" envDefault:"off"`
	// TrustedProxies are the addresses (CIDR) whose X-Forwarded-For is believed.
	TrustedProxies []string `env:"HOSO_TRUSTED_PROXIES"`
	// MetricsAddr is where a worker serves its metrics; empty means nowhere. The API
	// serves them on its own address.
	MetricsAddr string `env:"HOSO_METRICS_ADDR"`
	// Data is the folder of everything that lies in files.
	Data string `env:"HOSO_DATA" envDefault:"./data"`
	// DatabaseURL is "postgres://…" or "sqlite:<file>"; empty means sqlite in Data.
	DatabaseURL string `env:"HOSO_DATABASE_URL"`
	// AuthKeys is the JWK set file of the token issuer; empty means the
	// development key's in Data, which goes with SQLite only.
	AuthKeys string `env:"HOSO_AUTH_KEYS"`

	PortalURL    string `env:"HOSO_PORTAL_URL"`
	PortalToken  Secret `env:"HOSO_PORTAL_TOKEN"`
	CourierURL   string `env:"HOSO_COURIER_URL"`
	CourierToken Secret `env:"HOSO_COURIER_TOKEN"`
	// WebhookSecrets is a JSON file; empty means one in Data, made when missing.
	WebhookSecrets string `env:"HOSO_WEBHOOK_SECRETS"`

	// SMTPURL is smtp://user:password@host:587 or smtps://…; SMTPFrom the sender of
	// e-mails. SMSURL is a text gateway's address. With neither, citizens are not
	// told, and messages go to a file in Data.
	SMTPURL  Secret `env:"HOSO_SMTP_URL"`
	SMTPFrom string `env:"HOSO_SMTP_FROM"`
	SMSURL   string `env:"HOSO_SMS_URL"`
	SMSToken Secret `env:"HOSO_SMS_TOKEN"`
	// PublicURL is where citizens reach the API, for the tracking link; empty means
	// that messages have none.
	PublicURL string `env:"HOSO_PUBLIC_URL"`

	// ReceiptKeys is the folder with the key that signs slips and receipts; empty
	// means the key folder in Data, where one is made when missing. A folder that is
	// named must hold it: a mistyped one would sign with a key that nobody knows.
	ReceiptKeys string `env:"HOSO_RECEIPT_KEYS"`

	// Relay says whether this process passes on what waits for Temporal, and tells
	// citizens.
	Relay Switch `env:"HOSO_RELAY" envDefault:"on"`
	// PrintAhead has the relay's process render forms that nobody has asked for
	// yet. Without it a form is rendered, and then kept, when it is asked for.
	PrintAhead Switch `env:"HOSO_PRINT_AHEAD" envDefault:"off"`
	// Log is a level (debug, info, warn, error), optionally with ",text" or ",json".
	Log string `env:"HOSO_LOG" envDefault:"info"`

	// Deployment makes a worker one of a worker deployment's versions, BuildID says
	// which; empty means unversioned, and the commit this program was built from.
	Deployment string `env:"HOSO_DEPLOYMENT"`
	BuildID    string `env:"HOSO_BUILD_ID"`
	// Drain is how long an API that was told to stop goes on taking requests, so
	// that a balancer can see from /readyz that it should look elsewhere.
	Drain Span `env:"HOSO_DRAIN" envDefault:"0s"`

	// Temporal says where Temporal is, by its own variables (TEMPORAL_ADDRESS,
	// TEMPORAL_NAMESPACE, TEMPORAL_TLS_… and its profile file).
	Temporal client.Options `env:"-"`

	// Service is what traces call the process, where OTEL_SERVICE_NAME does not say.
	Service string `env:"-"`

	// AllowDevKey lets the development key stand in for AuthKeys beside another
	// register than the embedded one.
	AllowDevKey bool `env:"-"`

	traces                                         bool // by OpenTelemetry's own variables (traces.go)
	embeddedWebhooks, embeddedKeys, ownReceiptKeys bool // they were not named
}

// Switch is on or off.
type Switch bool

// UnmarshalText reads on and off, and what else means the same to people.
func (s *Switch) UnmarshalText(text []byte) error {
	switch strings.ToLower(string(text)) {
	case "on", "true", "yes", "1":
		*s = true
	case "off", "false", "no", "0":
		*s = false
	default:
		return errors.New("must be on or off")
	}
	return nil
}

// String gives on or off.
func (s Switch) String() string {
	if s {
		return "on"
	}
	return "off"
}

// Span is a length of time, such as 10s or 2m.
type Span time.Duration

// UnmarshalText reads it; the text is not repeated in the error.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return errors.New("must be a length of time such as 10s")
	}
	*s = Span(d)
	return nil
}

// Load reads the environment (as os.Environ gives it). Flags may change fields
// before Check completes and judges the whole.
func Load(environ []string) (Config, error) {
	vars := variables(environ)
	var c Config
	if err := vars.readSecrets(); err != nil {
		return c, err
	}
	if err := env.ParseWithOptions(&c, env.Options{Environment: vars}); err != nil {
		return c, fmt.Errorf("configuration: %w", plainer(err))
	}
	var err error
	if c.traces, err = tracesWanted(vars); err != nil {
		return c, err
	}
	if c.Temporal, err = envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: vars}); err != nil {
		return c, fmt.Errorf("configuration: Temporal: %w", err)
	}
	return c, nil
}

// plainer takes the first fault out of what env reports, without the value.
func plainer(err error) error {
	var all env.AggregateError
	if !errors.As(err, &all) || len(all.Errors) == 0 {
		return err
	}
	var parse env.ParseError
	if errors.As(all.Errors[0], &parse) {
		return fmt.Errorf("%s: %w", variableOf(parse.Name), parse.Err)
	}
	return all.Errors[0]
}

// variableOf is the variable of a field.
func variableOf(field string) string {
	if f, ok := reflect.TypeFor[Config]().FieldByName(field); ok {
		return f.Tag.Get("env")
	}
	return field
}

// Check fills in what follows from other fields and refuses what cannot be
// meant. It is called once, before anything is opened.
func (c *Config) Check() error {
	if strings.TrimSpace(c.Data) == "" {
		return errors.New("configuration: the data folder (HOSO_DATA, --data) is empty")
	}
	if err := CheckAddress("HOSO_ADDR", c.Addr, bool(c.AllowRemote)); err != nil {
		return err
	}
	if c.MetricsAddr != "" {
		if err := CheckAddress("HOSO_METRICS_ADDR", c.MetricsAddr, bool(c.AllowRemote)); err != nil {
			return err
		}
	}
	if c.DatabaseURL == "" {
		c.DatabaseURL = "sqlite:" + filepath.Join(c.Data, "hoso.db")
	}
	if !strings.HasPrefix(c.DatabaseURL, "sqlite:") && !strings.HasPrefix(c.DatabaseURL, "postgres://") && !strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		return errors.New("configuration: HOSO_DATABASE_URL must begin with postgres:// or sqlite:")
	}
	for name, address := range map[string]string{"HOSO_PORTAL_URL": c.PortalURL, "HOSO_COURIER_URL": c.CourierURL,
		"HOSO_SMS_URL": c.SMSURL, "HOSO_PUBLIC_URL": c.PublicURL} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("configuration: %s must be an address such as https://portal.example", name)
		}
	}
	if err := c.checkTelling(); err != nil {
		return err
	}
	if _, _, err := logSetting(c.Log); err != nil {
		return err
	}
	if err := c.checkVersioning(); err != nil {
		return err
	}
	if c.Drain < 0 || time.Duration(c.Drain) > longestDrain {
		return fmt.Errorf("configuration: HOSO_DRAIN must be between 0s and %s", longestDrain)
	}
	if c.embeddedKeys = c.AuthKeys == ""; c.embeddedKeys {
		c.AuthKeys = filepath.Join(c.KeyDir(), "dev-keys.json")
	}
	if c.embeddedWebhooks = c.WebhookSecrets == ""; c.embeddedWebhooks {
		c.WebhookSecrets = filepath.Join(c.KeyDir(), "webhook-secrets.json")
	}
	if c.ownReceiptKeys = c.ReceiptKeys == ""; c.ownReceiptKeys {
		c.ReceiptKeys = c.KeyDir()
	}
	return nil
}

// longestDrain bounds how long a stop may be put off.
const longestDrain = 5 * time.Minute

// Embedded says whether the register is the SQLite file of the embedded mode.
func (c *Config) Embedded() bool { return strings.HasPrefix(c.DatabaseURL, "sqlite:") }

// OwnKeys says whether no issuer was named, so that tokens are signed with the
// development key.
func (c *Config) OwnKeys() bool { return c.embeddedKeys }

// KeyDir is where keys lie that we made ourselves.
func (c *Config) KeyDir() string { return filepath.Join(c.Data, "keys") }

// BlobDir is where scans and results lie.
func (c *Config) BlobDir() string { return filepath.Join(c.Data, "blobs") }

// LogDir is where logs lie in the embedded mode.
func (c *Config) LogDir() string { return filepath.Join(c.Data, "log") }

// LogValue gives the configuration for one log line, secrets hidden.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("addr", c.Addr), slog.String("data", c.Data), slog.String("database", redacted(c.DatabaseURL)),
		slog.String("auth_keys", c.AuthKeys), slog.String("receipt_keys", c.ReceiptKeys), slog.String("portal", redacted(c.PortalURL)), slog.String("courier", redacted(c.CourierURL)),
		slog.Any("portal_token", c.PortalToken), slog.Any("courier_token", c.CourierToken),
		slog.String("telling", c.telling()), slog.Any("sms_token", c.SMSToken), slog.String("public", redacted(c.PublicURL)),
		slog.String("webhook_secrets", c.WebhookSecrets), slog.String("relay", c.Relay.String()), slog.String("versioning", c.versioning()), slog.String("print_ahead", c.PrintAhead.String()),
		slog.String("temporal", c.temporalAddress()), slog.String("namespace", c.temporalNamespace()), slog.String("log", c.Log),
		slog.String("metrics", c.MetricsAddr), slog.Bool("traces", c.traces),
	)
}

// variables looks variables up in a list as os.Environ gives it.
func variables(environ []string) lookup {
	vars := lookup{}
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok {
			vars[name] = value
		}
	}
	return vars
}

// lookup is an environment; it satisfies envconfig.EnvLookup.
type lookup map[string]string

func (l lookup) Environ() []string {
	out := make([]string, 0, len(l))
	for name, value := range l {
		out = append(out, name+"="+value)
	}
	return out
}

// names lists the variables in a fixed order.
func (l lookup) names() []string { return slices.Sorted(maps.Keys(l)) }

func (l lookup) LookupEnv(name string) (string, bool) {
	value, ok := l[name]
	return value, ok
}
