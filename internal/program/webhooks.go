package program

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hoso/internal/keyfile"
)

// Webhooks are the secrets with which outside parties sign what they report:
// one each, or two while one replaces the other. The first one signs.
type Webhooks struct {
	Portal   []string            `json:"portal"`
	Couriers map[string][]string `json:"couriers"`
}

// minSecret is the shortest secret taken: 128 bits even if written in hex.
const minSecret = 32

// Webhooks reads the secrets. Where no file was named, one is made in the key
// folder first: two processes that start at once end up with the same.
func (c *Config) Webhooks(carriers []string) (Webhooks, error) {
	w, err := readWebhooks(c.WebhookSecrets)
	if c.embeddedWebhooks && errors.Is(err, fs.ErrNotExist) {
		if err = makeWebhooks(c.WebhookSecrets, carriers); err == nil {
			w, err = readWebhooks(c.WebhookSecrets)
		}
	}
	if err != nil {
		return w, fmt.Errorf("webhook secrets: %w", err)
	}
	return w, nil
}

func readWebhooks(file string) (Webhooks, error) {
	var w Webhooks
	info, err := os.Stat(file)
	if err != nil {
		return w, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return w, fmt.Errorf("%s may be read by others: chmod 600 it", file)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return w, err
	}
	if json.Unmarshal(raw, &w) != nil { // the parser's words could quote a secret
		return w, fmt.Errorf(`%s is not of the form {"portal":["…"],"couriers":{"vnpost":["…"]}}`, file)
	}
	return w, w.check(file)
}

func (w Webhooks) check(file string) error {
	all := append([]string{}, w.Portal...)
	for _, secrets := range w.Couriers {
		all = append(all, secrets...)
	}
	for _, secret := range all {
		if len(secret) < minSecret {
			return fmt.Errorf("%s holds a secret of less than %d characters", file, minSecret)
		}
	}
	return nil
}

// makeWebhooks draws secrets and puts them in place unless somebody was first.
func makeWebhooks(file string, carriers []string) error {
	w := Webhooks{Portal: []string{newSecret()}, Couriers: map[string][]string{}}
	for _, carrier := range carriers {
		w.Couriers[carrier] = []string{newSecret()}
	}
	raw, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return keyfile.PlaceOnce(file, append(raw, '\n'))
}

func newSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw) //nolint:errcheck // crypto/rand never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

// portalSecrets and carrierSecrets give the secrets as the verifying side takes them.
func (w Webhooks) portalSecrets() [][]byte { return bytesOf(w.Portal) }

func (w Webhooks) carrierSecrets() map[string][][]byte {
	out := map[string][][]byte{}
	for carrier, secrets := range w.Couriers {
		out[carrier] = bytesOf(secrets)
	}
	return out
}

func bytesOf(secrets []string) [][]byte {
	out := make([][]byte, len(secrets))
	for i, s := range secrets {
		out[i] = []byte(s)
	}
	return out
}
