package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Program is a Temporal server to be started.
type Program struct {
	Path string
	// Extra are arguments that only this program knows or needs.
	Extra []string
}

// devserverName is the program that comes with hoso.
const devserverName = "hoso-devserver"

// Devserver finds the development server: as named, else beside this program,
// else on the PATH. It is told to stop when we are gone.
func Devserver(named string) (Program, error) {
	extra := []string{"--exit-with-parent"}
	if named != "" {
		if _, err := os.Stat(named); err != nil {
			return Program{}, fmt.Errorf("HOSO_DEVSERVER: %w", err)
		}
		return Program{Path: named, Extra: extra}, nil
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), devserverName)
		if _, err := os.Stat(beside); err == nil {
			return Program{Path: beside, Extra: extra}, nil
		}
	}
	path, err := exec.LookPath(devserverName)
	if err != nil {
		return Program{}, errors.New("the development Temporal server is missing: `make build` puts bin/hoso-devserver beside bin/hoso (or name one with HOSO_DEVSERVER, or use --temporal installed)")
	}
	return Program{Path: path, Extra: extra}, nil
}

// oldest is the oldest Temporal server that hoso was tried with.
var oldest = [3]int{1, 32, 0}

// Installed finds the temporal program on the PATH; see Usable.
func Installed(ctx context.Context) (Program, error) {
	path, err := exec.LookPath("temporal")
	if err != nil {
		return Program{}, errors.New("no temporal program on the PATH: install it, or leave --temporal out to use the one that comes with hoso")
	}
	return Usable(ctx, path)
}

// Usable refuses a temporal program that is too old, or that cannot be told to
// write durably: in SQLite's WAL mode anything below synchronous=FULL loses
// acknowledged dossiers when the power goes.
func Usable(ctx context.Context, path string) (Program, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return Program{}, fmt.Errorf("ask %s for its version: %w", path, err)
	}
	version, err := serverVersion(string(out))
	if err != nil {
		return Program{}, fmt.Errorf("%s: %w", path, err)
	}
	if older(version, oldest) {
		return Program{}, fmt.Errorf("%s brings Temporal server %s; hoso needs %s or newer", path, written(version), written(oldest))
	}
	help, err := exec.CommandContext(ctx, path, "server", "start-dev", "--help").CombinedOutput()
	if err != nil || !strings.Contains(string(help), "--sqlite-pragma") {
		return Program{}, fmt.Errorf("%s cannot be told to write durably (no --sqlite-pragma): acknowledged dossiers could be lost in a power cut", path)
	}
	return Program{Path: path, Extra: []string{"--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=full"}}, nil
}

// serverPattern finds the server in "temporal version 1.5.1 (Server 1.32.1, UI 2.55.0)".
var serverPattern = regexp.MustCompile(`Server v?(\d+)\.(\d+)\.(\d+)`)

func serverVersion(text string) (v [3]int, err error) {
	m := serverPattern.FindStringSubmatch(text)
	if m == nil {
		return v, errors.New("does not say which Temporal server it brings")
	}
	for i := range v {
		if v[i], err = strconv.Atoi(m[i+1]); err != nil {
			return v, errors.New("says a version that is none")
		}
	}
	return v, nil
}

func older(a, b [3]int) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

func written(v [3]int) string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }
