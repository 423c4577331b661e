package workflows_test

import (
	"io"
	"log/slog"
	"path/filepath"
	"testing"

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
// under test: HOSO_RECORD=1 go test ./e2e -run Record.
func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/replay/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files, "no recorded history")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true})
			require.NoError(t, err)
			replayer.RegisterWorkflowWithOptions(workflows.Dossier, workflow.RegisterOptions{Name: workflows.DossierType})
			replayer.RegisterWorkflowWithOptions(workflows.Bag, workflow.RegisterOptions{Name: workflows.BagType})
			require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))), file))
		})
	}
}
