package stack

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// The databases' roles. The administrator makes the others, and is not used again.
const (
	roleAdmin    = "postgres"
	roleTemporal = "temporal"
	roleHoso     = "hoso"
)

// The databases. Temporal's role owns two, ours one, and neither may enter the
// other's.
const (
	dbTemporal   = "temporal"
	dbVisibility = "temporal_visibility"
	dbHoso       = "hoso"
)

// secrets are the roles' passwords by role, drawn once per data folder.
type secrets map[string]string

// ensureSecrets reads the passwords from their files, and draws those that are
// not there.
func ensureSecrets(dir string) (secrets, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("passwords: %w", err)
	}
	s := secrets{}
	for _, role := range []string{roleAdmin, roleTemporal, roleHoso} {
		var err error
		if s[role], err = ensureSecret(secretFile(dir, role)); err != nil {
			return nil, fmt.Errorf("passwords: %w", err)
		}
	}
	return s, nil
}

func secretFile(dir, role string) string { return filepath.Join(dir, "postgres-"+role) }

func ensureSecret(file string) (string, error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		password := rand.Text()
		return password, os.WriteFile(file, []byte(password+"\n"), 0o600)
	}
	if err != nil {
		return "", err
	}
	password := strings.TrimSpace(string(raw))
	if password == "" {
		return "", fmt.Errorf("%s is empty", file)
	}
	return password, nil
}

// databaseURL is the address of a database for a role.
func (s secrets) databaseURL(port int, role, database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, s[role]), Host: local(port), Path: "/" + database, RawQuery: "sslmode=disable"}
	return u.String()
}

// AdminURL is the address of the administrator's own database in the stack of a
// data folder, whose register is at another address. The administrator may read
// every counter; nothing of the stack needs it once the databases are made.
func AdminURL(data, registerURL string) (string, error) {
	u, err := url.Parse(registerURL)
	if err != nil {
		return "", errors.New("the register's address cannot be read")
	}
	password, err := os.ReadFile(secretFile((&Options{Data: data}).secretDir(), roleAdmin))
	if err != nil {
		return "", fmt.Errorf("%s holds no stack: %w", data, err)
	}
	u.User, u.Path = url.UserPassword(roleAdmin, strings.TrimSpace(string(password))), "/postgres"
	return u.String(), nil
}
