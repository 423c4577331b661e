package program

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// EnvFile is where a data folder says what belongs to it beyond its files:
// `hoso stack` writes there which database, keys and servers its parts use, so
// that every command with --data finds them. Passwords stand in it.
func EnvFile(data string) string { return filepath.Join(data, "hoso.env") }

// WriteEnvFile writes the file of a data folder, for its owner only.
func WriteEnvFile(data string, vars map[string]string) error {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		fmt.Fprintf(&text, "%s=%s\n", name, vars[name])
	}
	file := EnvFile(data)
	if err := os.WriteFile(file+".new", []byte(text.String()), 0o600); err != nil {
		return fmt.Errorf("environment of the data folder: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("environment of the data folder: %w", err)
	}
	return nil
}

// ReadEnvFile reads the file of a data folder, in the form of os.Environ; none
// where there is no such file. One that others may read is refused.
func ReadEnvFile(data string) ([]string, error) {
	file := EnvFile(data)
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("environment of the data folder: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("environment of the data folder: %s may be read by others: chmod 600 it", file)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("environment of the data folder: %w", err)
	}
	var environ []string
	for n, line := range strings.Split(string(raw), "\n") {
		line = strings.TrimSpace(line)
		switch name, _, ok := strings.Cut(line, "="); {
		case line == "" || strings.HasPrefix(line, "#"):
		case !ok || strings.TrimSpace(name) == "":
			return nil, fmt.Errorf("environment of the data folder: %s, line %d: write NAME=value", file, n+1)
		default:
			environ = append(environ, line)
		}
	}
	return environ, nil
}
