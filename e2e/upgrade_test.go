package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"hoso/internal/identity"
)

// builtTrial builds a program that knows a newer way through two stages, or that
// prefers it (workflows/version_trial.go).
func builtTrial(t testing.TB, trial string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "hoso-"+trial)
	cmd := exec.Command("go", "build", "-tags", "hoso_trial,nomsgpack", "-ldflags", "-s -w -X hoso/workflows.trial="+trial, "-o", out, "./cmd/hoso")
	cmd.Dir = ".."
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("building: %s", said)
	}
	return out
}

// buildOf is a worker process of a build of its own.
func (y *system) buildOf(name, path, build string) *process {
	p := y.process("worker-"+name, path, []string{"worker"}, nil)
	p.env = append(p.env[:len(p.env):len(p.env)], "HOSO_DEPLOYMENT=dossier", "HOSO_BUILD_ID="+build, "HOSO_METRICS_ADDR=")
	p.ready = saysAgain(p, "worker polls")
	return p
}

// saysAgain is ready when the process's log has a line once more than before.
func saysAgain(p *process, line string) func(context.Context) error {
	before := 0
	return func(context.Context) error {
		raw, err := os.ReadFile(p.log)
		if err != nil {
			return err
		}
		n := bytes.Count(raw, []byte(line))
		if n <= before {
			return fmt.Errorf("%s has not said %q", p.name, line)
		}
		before = n
		return nil
	}
}

// fails carries out a command that must fail, and gives its one line.
func (y *system) fails(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(y.hoso, args...)
	cmd.Env = append(os.Environ(), y.env...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	require.Error(t, cmd.Run(), "hoso %v", args)
	require.LessOrEqual(t, bytes.Count(said.Bytes(), []byte("\n")), 1, "one line: %s", said.String())
	return out.String() + said.String()
}

// TestOldAndNewProgramsFinishEachOthersDossiers rolls a build out and back again
// while dossiers are under way: the older program knows the newer way through two
// stages, the newer one prefers it.
func TestOldAndNewProgramsFinishEachOthersDossiers(t *testing.T) {
	t.Parallel()
	n := number(t, "HOSO_UPGRADE", 30)
	y := newSystem(t, setup{noWorker: true, portal: faults(7), courier: faults(8)})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	register := y.register(t)
	var programs [2]string
	var building sync.WaitGroup
	for i, trial := range []string{"knows", "prefers"} {
		building.Go(func() { programs[i] = builtTrial(t, trial) })
	}
	building.Wait()
	old, next := y.buildOf("old", programs[0], "old"), y.buildOf("new", programs[1], "new")
	t.Cleanup(func() { old.kill(); next.kill() })

	require.Contains(t, y.fails(t, "promote", "--build", "old"), "deployment dossier is unknown to Temporal: start its workers first, with HOSO_DEPLOYMENT=dossier")
	old.start(t)
	require.Contains(t, y.fails(t, "promote", "--build", "newer"), "build newer is unknown in deployment dossier (known: old): start its workers first, with HOSO_BUILD_ID=newer")
	require.NoError(t, eventually(30*time.Second, func(context.Context) error {
		if said := y.fails(t, "doctor"); !bytes.Contains([]byte(said), []byte("which has no current build, so it gets nothing: run `hoso promote --build old`")) {
			return fmt.Errorf("the doctor says nothing of it: %s", said)
		}
		return nil
	}))
	codes := fileMany(t, clerk, 5)
	y.promote(t, "--build", "old")
	require.Contains(t, y.run(t, "doctor"), "deployment dossier: build old is current")

	next.start(t)
	y.promote(t, "--build", "new", "--ramp", "50")
	codes = append(codes, fileMore(t, clerk, len(codes), n/2)...)
	require.Regexp(t, `(?m)^new .* 50 % .* dossier [12]`, y.run(t, "promote", "--status"))
	y.promote(t, "--build", "new")
	codes = append(codes, fileMore(t, clerk, len(codes), n/5)...)
	y.promote(t, "--build", "old") // back again: what the new one began, the old one knows how to end
	codes = append(codes, fileMore(t, clerk, len(codes), n-len(codes))...)
	y.promote(t, "--build", "new", "--ramp", "10")
	y.promote(t, "--build", "new", "--ramp", "0")
	require.NotContains(t, y.run(t, "promote", "--status"), "%")
	y.promote(t, "--build", "new")
	require.Zero(t, old.stop())

	// And back to workers without a version, who finish what builds began.
	require.Contains(t, y.fails(t, "promote", "--unversioned"), "no worker without a version polls dossier: start one, without HOSO_DEPLOYMENT")
	plain := y.process("worker-plain", programs[0], []string{"worker"}, nil)
	plain.env = append(plain.env[:len(plain.env):len(plain.env)], "HOSO_METRICS_ADDR=")
	plain.ready = saysAgain(plain, "worker polls")
	t.Cleanup(plain.kill)
	codes = append(codes, fileMore(t, clerk, len(codes), 5)...)
	plain.start(t)
	y.promote(t, "--unversioned")
	require.Zero(t, next.stop())

	y.allReturned(t, register, codes, time.Duration(90+4*n)*time.Second)
	y.checkLedgers(t, codes)
	checkRegister(t, register, codes)
	y.checkTemporal(t, codes)
	newer, both := y.ways(t, codes)
	t.Logf("%d of %d dossiers went the newer way, %d were worked on by both builds", newer, len(codes), both)
	require.Positive(t, newer, "nobody went the newer way")
	require.Less(t, newer, len(codes), "everybody went the newer way")
	require.Positive(t, both, "no dossier was handed on")
}

// promote gives the work to a build; Temporal may need a moment until it knows
// what a build polls.
func (y *system) promote(t testing.TB, args ...string) {
	t.Helper()
	require.NoError(t, eventually(time.Minute, func(ctx context.Context) error {
		cmd := exec.CommandContext(ctx, y.hoso, append([]string{"promote"}, args...)...)
		cmd.Env = append(os.Environ(), y.env...)
		if said, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("promote %v: %s", args, said)
		}
		return nil
	}))
}

// ways counts who took a newer way, and who was worked on by more than one build.
func (y *system) ways(t testing.TB, codes []string) (newer, both int) {
	t.Helper()
	c := y.dial(t)
	for _, code := range codes {
		took, builds := false, map[string]bool{}
		for it := c.GetWorkflowHistory(context.Background(), code, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
			e, err := it.Next()
			require.NoError(t, err)
			if m := e.GetMarkerRecordedEventAttributes(); m.GetMarkerName() == "Version" {
				for _, p := range m.GetDetails()["version"].GetPayloads() {
					var v int
					took = took || json.Unmarshal(p.GetData(), &v) == nil && v > 0
				}
			}
			if v := e.GetWorkflowTaskCompletedEventAttributes().GetDeploymentVersion().GetBuildId(); v != "" {
				builds[v] = true
			}
		}
		if took {
			newer++
		}
		if len(builds) > 1 {
			both++
		}
	}
	return newer, both
}
