package workflows_test

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"hoso/workflows"
)

// TestRecordedHistoriesReplay runs this code over histories that were recorded
// from real dossiers. A change that would give a running dossier other commands
// than it has already carried out fails here: it needs a version gate.
//
// The recordings are made by the program as it was released, never by the code
// under test. Each release has a folder of its own, which is never touched
// later: testdata/replay/README.md.
func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()
	for _, file := range recordings(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, replay(t, file, workflows.Dossier))
		})
	}
}

// TestRecordedHistoriesReplayThroughGates has a newer way through every stage:
// dossiers of former programs keep theirs, and what is not gated shows.
func TestRecordedHistoriesReplayThroughGates(t *testing.T) {
	t.Parallel()
	_, newer, p := programs(everyStage...)
	ungated := func(ctx workflow.Context, start workflows.Start) error {
		if err := workflow.Sleep(ctx, time.Second); err != nil {
			return err
		}
		return workflows.Dossier(ctx, start)
	}
	for _, file := range recordings(t) {
		require.NoError(t, replay(t, file, newer), file)
		if !strings.HasSuffix(file, "bag.json") || strings.HasSuffix(file, "in-bag.json") {
			require.ErrorContains(t, replay(t, file, ungated), "TMPRL1100", file)
		}
	}
	require.Empty(t, p.stages)
}

// recordings lists every release's histories.
func recordings(t *testing.T) []string {
	t.Helper()
	var files []string
	require.NoError(t, fs.WalkDir(os.DirFS(recordingsDir), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(name, ".json") {
			require.Contains(t, name, "/", "a recording lies in its release's folder")
			files = append(files, name)
		}
		return err
	}))
	require.NotEmpty(t, files, "no recorded history")
	return files
}

const recordingsDir = "testdata/replay"

func replay(t *testing.T, file string, program func(workflow.Context, workflows.Start) error) error {
	t.Helper()
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true})
	require.NoError(t, err)
	replayer.RegisterWorkflowWithOptions(program, workflow.RegisterOptions{Name: workflows.DossierType})
	replayer.RegisterWorkflowWithOptions(workflows.Bag, workflow.RegisterOptions{Name: workflows.BagType})
	return replayer.ReplayWorkflowHistoryFromJSONFile(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), filepath.Join(recordingsDir, filepath.FromSlash(file)))
}
