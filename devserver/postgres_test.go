package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.temporal.io/server/common/primitives"
)

// parseStart reads a command line of "server start" without starting anything.
func parseStart(args ...string) (options, error) {
	var got options
	command := newPostgresCommand(func(_ context.Context, o options, _ io.Writer) error {
		got = o
		return nil
	})
	command.SilenceErrors, command.SilenceUsage = true, true
	command.SetArgs(args)
	err := command.Execute()
	return got, err
}

func TestPostgresFlagsUnderstood(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := parseStart("--postgres", "localhost:15432", "--postgres-password-file", file, "--history-shards", "16")
	if err != nil {
		t.Fatal(err)
	}
	if want := (postgres{address: "127.0.0.1:15432", user: "temporal", password: "s3cret", main: "temporal", visibility: "temporal_visibility"}); *o.postgres != want {
		t.Errorf("got %+v, want %+v", *o.postgres, want)
	}
	if o.shards != 16 || !slices.Equal(o.services, everyService) || o.uiPort != 8233 {
		t.Errorf("shards %d, services %v, page %d", o.shards, o.services, o.uiPort)
	}
	if strings.Contains(o.postgres.String(), "s3cret") {
		t.Error("the password is in what is printed")
	}
	if setting(o, "matching.enableFairness") != true || setting(o, "matching.numTaskqueueReadPartitions") != 1 {
		t.Error("the dynamic configuration is not ours")
	}
	if setting(o, "system.forceSearchAttributesCacheRefreshOnRead") != nil {
		t.Error("each read would ask the database for the attributes")
	}
	conf := serverConfig(o, internalPorts{}, o.postgres.databases())
	if conf.Persistence.NumHistoryShards != 16 || conf.Persistence.GetVisibilityStoreConfig().SQL.DatabaseName != "temporal_visibility" {
		t.Errorf("configured as %+v", conf.Persistence)
	}
}

func TestOneRoleOfFour(t *testing.T) {
	t.Parallel()
	ports := []string{"--history-port", "7001", "--matching-port", "7002", "--worker-port", "7003"}
	o, err := parseStart(append(ports, "--service", "history")...)
	if err != nil {
		t.Fatal(err)
	}
	if o.uiPort != 0 || o.plays(primitives.FrontendService) || !o.plays(primitives.HistoryService) {
		t.Errorf("services %v, page %d; the page goes with the frontend", o.services, o.uiPort)
	}
	if got := o.inner.chosen(); got != (internalPorts{7001, 7002, 7003}) {
		t.Errorf("ports %v", got)
	}
	o.services = everyService[:1]
	if line := readyLine(o); !strings.HasPrefix(line, "ready: temporal's frontend") {
		t.Errorf("says %q", line)
	}
}

func TestPostgresFlagsRefused(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"only this machine's":                   {"--postgres", "10.0.0.1:5432"},
		"write host:port":                       {"--postgres", "127.0.0.1"},
		"--postgres-user is empty":              {"--postgres-user", ""},
		"another one than --postgres-db":        {"--postgres-visibility-db", "temporal"},
		"the file is empty":                     {"--postgres-password-file", empty},
		"--postgres-password-file: open":        {"--postgres-password-file", empty + ".none"},
		"frontend, history, matching or worker": {"--service", "visibility"},
		"is there twice":                        {"--service", "history", "--service", "history"},
		"--history-port is needed":              {"--service", "frontend"},
		"--history-port 70000":                  {"--history-port", "70000"},
		"--history-shards -1":                   {"--history-shards", "-1"},
		"unknown flag: --db-filename":           {"--db-filename", "x"},
		"--ip 0.0.0.0":                          {"--ip", "0.0.0.0"},
	} {
		_, err := parseStart(args...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}

func TestVersionsAreCompared(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		want int
	}{{"1.9", "1.19", -1}, {"0.0", "1.19", -1}, {"1.19", "1.19", 0}, {"1.20", "1.19", 1}, {"2.0", "1.19", 1}} {
		got, err := compareVersions(tc.a, tc.b)
		if err != nil || got != tc.want {
			t.Errorf("%s and %s: %d, %v", tc.a, tc.b, got, err)
		}
	}
	if _, err := compareVersions("none", "1.19"); err == nil {
		t.Error("a version that is none was taken")
	}
}
