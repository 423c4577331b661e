package embedded

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hoso/internal/program"
)

// SimulatorToken gives the token that the simulators ask of their callers, drawn
// once per data folder: whoever wants to turn their knobs finds it there.
func SimulatorToken(c program.Config) (program.Secret, error) {
	file := SimulatorTokenFile(c)
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		token := rand.Text()
		return program.Secret(token), os.WriteFile(file, []byte(token+"\n"), 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("simulators' token: %w", err)
	}
	token := strings.TrimSpace(string(raw))
	if token == "" {
		return "", fmt.Errorf("simulators' token: %s is empty: remove it to get a new one", file)
	}
	return program.Secret(token), nil
}

// SimulatorTokenFile is where that token lies.
func SimulatorTokenFile(c program.Config) string {
	return filepath.Join(c.KeyDir(), "simulator-token")
}
