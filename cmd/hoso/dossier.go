package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/apiclient"
	"hoso/internal/identity"
	"hoso/internal/program"
)

// callFlags are what every command that calls the API can be told.
type callFlags struct {
	*settings
	server, token, as, key, language string
	json                             bool
}

func newDossier(set *settings) *cobra.Command {
	f := &callFlags{settings: set}
	c := &cobra.Command{
		Use:   "dossier",
		Short: "File, follow and work on dossiers through the API",
		Long: `Files, follows and works on dossiers through the API.

Signs in with --token or HOSO_TOKEN. Beside an embedded register, --as SUBJECT
makes a development token instead ("hoso token" and "hoso up --demo" register
subjects), and who only reads needs neither.`,
	}
	f.flags(c)
	c.AddCommand(newFile(f), newShow(f), newList(f), newLists(f), newTimeline(f), newForms(f), newWatch(f),
		newSupplement(f), newContact(f), newPay(f), newHandover(f), newDecide(f), newPickup(f), newWithdraw(f), newRetry(f))
	return c
}

// flags adds what every command that calls the API can be told.
func (f *callFlags) flags(c *cobra.Command) {
	p := c.PersistentFlags()
	p.StringVar(&f.server, "server", "", "the API's `address` (default: that of HOSO_ADDR)")
	p.StringVar(&f.token, "token", "", "bearer `token` (HOSO_TOKEN)")
	p.StringVar(&f.as, "as", "", "act as this `subject`, with a development token")
	p.StringVar(&f.key, "key", "", "Idempotency-Key, to repeat a command (default: a new one)")
	p.StringVar(&f.language, "lang", "vi", "language of labels and refusals, vi or en")
	p.BoolVar(&f.json, "json", false, "print the API's own JSON")
}

// errNobody asks who is acting.
var errNobody = errors.New("who is asking? Sign in with --token or HOSO_TOKEN, or with --as SUBJECT beside an embedded register")

// client prepares calls as the flags say.
func (f *callFlags) client() (*apiclient.Client, error) {
	c, err := f.config()
	if err != nil {
		return nil, err
	}
	token, err := f.bearer(&c)
	if err != nil {
		return nil, err
	}
	return f.with(&c, token)
}

// reader prepares calls that only read. Beside an embedded register nobody needs
// to sign in for that: whoever can read its key can read it all.
func (f *callFlags) reader(ctx context.Context) (*apiclient.Client, error) {
	c, err := f.config()
	if err != nil {
		return nil, err
	}
	token, err := f.bearer(&c)
	if errors.Is(err, errNobody) && c.Embedded() {
		token, err = f.auditor(ctx, &c)
	}
	if err != nil {
		return nil, err
	}
	return f.with(&c, token)
}

// auditor signs in as one who reads all and acts never.
func (f *callFlags) auditor(ctx context.Context, c *program.Config) (string, error) {
	key, err := c.DevKey()
	if err != nil {
		return "", errNobody
	}
	register, err := c.OpenSafeRegister(ctx)
	if err != nil {
		return "", err
	}
	defer register.Close() //nolint:errcheck // everything is committed
	who, _, err := program.AddSubject(ctx, register, identity.Subject{ID: "terminal", Role: identity.Auditor})
	if err != nil {
		return "", err
	}
	return identity.Mint(key, who.ID, tokenFor)
}

func (f *callFlags) with(c *program.Config, token string) (*apiclient.Client, error) {
	server := f.server
	if server == "" {
		server = program.URLOf(c.Addr)
	}
	client, err := apiclient.New(server, token)
	if err == nil {
		client.Language(f.language)
	}
	return client, err
}

// tokenFor is how long a token is good that a command makes for itself.
const tokenFor = 12 * time.Hour

func (f *callFlags) bearer(c *program.Config) (string, error) {
	switch {
	case f.token != "":
		return f.token, nil
	case f.as != "":
		key, err := c.DevKey()
		if err != nil {
			return "", err
		}
		return identity.Mint(key, f.as, tokenFor)
	}
	if token := f.lookup("HOSO_TOKEN"); token != "" {
		return token, nil
	}
	return "", errNobody
}

// idempotencyKey is the one given, or a new one.
func (f *callFlags) idempotencyKey() string {
	if f.key != "" {
		return f.key
	}
	return apiclient.NewKey()
}

// command sends one of a dossier's commands and shows the dossier after it.
func (f *callFlags) command(ctx context.Context, code, command string, body any) error {
	c, err := f.client()
	if err != nil {
		return err
	}
	raw, err := c.Command(ctx, code, command, f.idempotencyKey(), body)
	if err != nil {
		return err
	}
	return f.show(raw)
}

// show prints a dossier's answer, as it came or for people.
func (f *callFlags) show(raw json.RawMessage) error {
	if f.json {
		_, err := fmt.Fprintln(f.out, string(raw))
		return err
	}
	var d apiclient.Dossier
	if err := json.Unmarshal(raw, &d); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return printDossier(f.out, d)
}
