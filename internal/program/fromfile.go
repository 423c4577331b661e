package program

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// secretVariables are those whose value may lie in a file instead, named by the
// same variable with _FILE: an environment can be read by whoever may look at
// the process or at its container's description.
var secretVariables = []string{"HOSO_DATABASE_URL", "HOSO_PORTAL_TOKEN", "HOSO_COURIER_TOKEN", "HOSO_SMTP_URL", "HOSO_SMS_TOKEN"}

// fileSuffix turns a variable's name into that of its file.
const fileSuffix = "_FILE"

// largestSecret bounds what is read: a longer file was named by mistake.
const largestSecret = 64 << 10

// readSecrets puts what lies in files where it would stand in the environment.
func (l lookup) readSecrets() error {
	for _, name := range secretVariables {
		file, named := l[name+fileSuffix]
		if !named || file == "" {
			continue
		}
		if l[name] != "" {
			return fmt.Errorf("configuration: %s and %s are both set: keep one of them", name, name+fileSuffix)
		}
		value, err := readSecret(file)
		if err != nil {
			return fmt.Errorf("configuration: %s: %w", name+fileSuffix, err)
		}
		l[name] = value
	}
	return l.strayFiles()
}

// strayFiles refuses a _FILE that nobody would read: a secret that was moved to a
// file and is not heard would leave a call without its token.
func (l lookup) strayFiles() error {
	for _, name := range l.names() {
		base, isFile := strings.CutSuffix(name, fileSuffix)
		if !isFile || !strings.HasPrefix(name, "HOSO_") {
			continue
		}
		known := false
		for _, secret := range secretVariables {
			known = known || secret == base
		}
		if !known {
			return fmt.Errorf("configuration: %s is not read: only %s may lie in a file", name, strings.Join(secretVariables, ", "))
		}
	}
	return nil
}

// readSecret reads one line. Its text never gets into an error.
func readSecret(file string) (string, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no file %s", file)
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a file", file)
	case info.Size() > largestSecret:
		return "", fmt.Errorf("%s is too large for a secret", file)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	raw = bytes.TrimRight(raw, "\r\n")
	switch {
	case len(raw) == 0:
		return "", fmt.Errorf("%s is empty", file)
	case bytes.ContainsAny(raw, "\r\n\x00"):
		return "", fmt.Errorf("%s must hold one line of text", file)
	}
	return string(raw), nil
}
