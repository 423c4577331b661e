package deploy

import (
	"os"
	"path/filepath"
	"testing"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
)

const folder = "../../deploy/temporal"

func TestTheServerUnderstandsItsConfiguration(t *testing.T) {
	t.Parallel()
	c, err := config.Load(config.WithConfigFile(filepath.Join(folder, "server.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	for store, want := range map[string]string{c.Persistence.DefaultStore: "temporal", c.Persistence.VisibilityStore: "temporal_visibility"} {
		s := c.Persistence.DataStores[store].SQL
		if s == nil || s.PluginName != "postgres12_pgx" || s.DatabaseName != want || s.User != want || s.Password != "" {
			t.Errorf("store %s is %+v", store, s)
			continue
		}
		if p := s.PasswordCommand; p == nil || p.Command != "cat" || len(p.Args) != 1 || p.Args[0] != "/run/secrets/"+want+"_password" {
			t.Errorf("store %s gets its password by %+v", store, p)
		}
	}
	for _, role := range []string{"frontend", "history", "matching", "worker"} {
		if c.Services[role].RPC.GRPCPort == 0 {
			t.Errorf("%s does not listen", role)
		}
	}
	if got := c.DynamicConfigClient.Filepath; filepath.Base(got) != "dynamic.yaml" {
		t.Errorf("dynamic configuration from %s", got)
	}
}

// A key that is misspelt or of another type is ignored by the server with a
// warning that nobody reads.
func TestTheServerKnowsEveryDynamicKey(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(folder, "dynamic.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got := dynamicconfig.LoadYamlFile(raw)
	for _, fault := range append(got.Errors, got.Warnings...) {
		t.Error(fault)
	}
	for _, key := range []dynamicconfig.Key{dynamicconfig.MatchingEnableFairness.Key(), dynamicconfig.MatchingNumTaskqueueReadPartitions.Key(),
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(), dynamicconfig.WorkflowPauseEnabled.Key(), dynamicconfig.MaxIDLengthLimit.Key(),
		dynamicconfig.EnableServerVersionCheck.Key()} {
		if len(got.Map[key]) == 0 {
			t.Errorf("%s is not set", key)
		}
	}
}
