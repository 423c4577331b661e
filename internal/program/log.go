package program

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"hoso/internal/trail"
)

// NewLog makes the log of a process or part: "info", "debug,json", …
func NewLog(setting string, w io.Writer) (*slog.Logger, error) {
	level, json, err := logSetting(setting)
	if err != nil {
		return nil, err
	}
	o := &slog.HandlerOptions{Level: level}
	if json {
		return slog.New(trail.Handler(slog.NewJSONHandler(w, o))), nil
	}
	return slog.New(trail.Handler(slog.NewTextHandler(w, o))), nil
}

func logSetting(setting string) (level slog.Level, json bool, err error) {
	word, format, _ := strings.Cut(strings.ToLower(setting), ",")
	if level.UnmarshalText([]byte(word)) != nil || format != "" && format != "text" && format != "json" {
		return 0, false, fmt.Errorf("configuration: HOSO_LOG must be debug, info, warn or error, with or without ,json")
	}
	return level, format == "json", nil
}

// keepLog is how large a log may be before it is set aside at the next start.
const keepLog = 10 << 20

// OpenLogFile opens a log of the embedded mode to be written on. One that has
// grown large is set aside under its name with .1 first.
func OpenLogFile(dir, name string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("log folder: %w", err)
	}
	path := filepath.Join(dir, name)
	if info, err := os.Stat(path); err == nil && info.Size() > keepLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("set log aside: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return f, nil
}
