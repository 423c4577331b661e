package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"

	"hoso/internal/recording"
	"hoso/internal/store"
)

// TestRecordHistories keeps the histories of the three sample dossiers, as the
// program of today makes them, for the replay test of every later one. It writes
// into the repository, so it runs only when asked to.
func TestRecordHistories(t *testing.T) {
	if !recording.Wanted(t) {
		return
	}
	repo, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	y := &system{dir: dir, temporalAt: freeAddr(t)}
	_, temporalPort, _ := strings.Cut(y.temporalAt, ":")
	_, uiPort, _ := strings.Cut(freeAddr(t), ":")
	cmd := exec.Command(built(t, "hoso", repo, "./cmd/hoso"), "up", "--demo", "--data", dir, "--addr", freeAddr(t), "--temporal-port", temporalPort,
		"--ui-port", uiPort, "--portal-sim-addr", freeAddr(t), "--courier-sim-addr", freeAddr(t))
	cmd.Env = append(os.Environ(), "HOSO_DEVSERVER="+built(t, "hoso-devserver", filepath.Join(repo, "devserver"), "."))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	}()
	var rows []store.Dossier
	require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) error {
		s, err := store.Open("sqlite:"+filepath.Join(dir, "hoso.db"), store.Options{})
		if err != nil {
			return err
		}
		defer s.Close()
		if rows, err = s.Dossiers(ctx, store.Scope{All: true}, store.Filter{Limit: 10}); err != nil {
			return err
		}
		for _, d := range rows {
			if d.Status.Final() {
				continue
			}
			return fmt.Errorf("%s is still in %s", d.Code, d.Stage)
		}
		if len(rows) < 3 {
			return fmt.Errorf("%d of 3 dossiers", len(rows))
		}
		return nil
	}))
	for _, d := range rows {
		y.record(t, d.Code, fmt.Sprintf("%s-%s", d.Network, d.Route))
	}
}

func (y *system) record(t *testing.T, code, name string) {
	t.Helper()
	events := &history.History{}
	for it := y.dial(t).GetWorkflowHistory(t.Context(), code, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
		e, err := it.Next()
		require.NoError(t, err)
		events.Events = append(events.Events, e)
	}
	recording.Keep(t, filepath.Join("..", "workflows", "testdata", "replay"), name, events)
}
