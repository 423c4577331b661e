package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// State is what the demonstration has filed. It is written before the first
// filing, too: a filing that was broken off is gone on with under the same keys.
type State struct {
	// Run begins every Idempotency-Key.
	Run string `json:"run"`
	// Codes are the dossiers filed, by sample.
	Codes map[string]string `json:"codes"`

	file    string
	resumed bool // all were filed by an earlier run
}

// Resumed says whether an earlier run has filed the samples.
func (s State) Resumed() bool { return s.resumed }

// FirstRun is the run of `hoso up --demo`.
const FirstRun = "demo"

// LoadState reads the state of a data folder; there is none if nothing was filed.
func LoadState(dir string) (s State, there bool, err error) {
	s.file = filepath.Join(dir, "demo.json")
	raw, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, false, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return s, false, fmt.Errorf("state of the demonstration: %w", err)
	}
	return s, true, nil
}

// begun is a state that nothing was filed under yet.
func (s State) begun(run string) State {
	s.Run, s.Codes = run, map[string]string{}
	return s
}

// complete says whether every sample was filed.
func (s State) complete() bool { return len(s.Codes) == len(samples()) }

// save writes the state; one without a file is kept in memory only.
func (s State) save() error {
	if s.file == "" {
		return nil
	}
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	tmp := s.file + ".new"
	if err := os.WriteFile(tmp, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("state of the demonstration: %w", err)
	}
	if err := os.Rename(tmp, s.file); err != nil {
		return fmt.Errorf("state of the demonstration: %w", err)
	}
	return nil
}
