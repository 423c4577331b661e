package main

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"hoso/internal/dossier"
	"hoso/internal/program"
	"hoso/internal/simulator"
	"hoso/workflows"
)

// devserver is the program that `make` has built, or one built now.
func devserver(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	built := filepath.Join(root, "bin", "hoso-devserver")
	if _, err := os.Stat(built); err == nil {
		return built
	}
	built = filepath.Join(t.TempDir(), "hoso-devserver")
	cmd := exec.Command("go", "build", "-o", built, ".")
	cmd.Dir = filepath.Join(root, "devserver")
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, string(said))
	return built
}

// house is `hoso up --demo` on free ports and a folder of its own.
type house struct {
	*shell
	args []string
}

func newHouse(t *testing.T) *house {
	s := newShell(t, "HOSO_DEVSERVER="+devserver(t))
	port := func() string {
		_, port, err := net.SplitHostPort(freeAddr(t))
		require.NoError(t, err)
		return port
	}
	return &house{shell: s, args: []string{"up", "--demo", "--addr", freeAddr(t), "--portal-sim-addr", freeAddr(t), "--courier-sim-addr", freeAddr(t),
		"--temporal-port", port(), "--ui-port", port()}}
}

// freeAddr is a loopback address that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// up starts the house, waits until the screen shows a word, does what is to be
// done while it stands, and stops it as Ctrl-C would.
func (h *house) up(word string, while func()) string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 5*time.Minute)
	defer cancel()
	show, ended := newScreen(), make(chan error, 1)
	seen, seek := context.WithCancel(ctx)
	go func() {
		ended <- realMain(ctx, h.args, h.environ, streams{in: strings.NewReader(""), out: show, err: show})
		seek()
	}()
	require.True(h.t, show.await(seen, word), "%q did not come:\n%s", word, show)
	while()
	cancel()
	require.NoError(h.t, <-ended, "it stops cleanly:\n%s", show)
	require.True(h.t, strings.HasSuffix(show.String(), "stopped\n"), show)
	return show.String()
}

// The main job, as `make run` shows it: three dossiers reach the citizen's hand,
// and a second start files nothing twice.
func TestUpBringsThreeDossiersToTheCitizen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	told := h.up("from the counter to the citizen's hand", func() {
		h.fails("is in use by another hoso", h.args...)
		require.Equal(t, 3, strings.Count(h.must("dossier", "list", "--server", "http://"+h.args[3]), "10 Đã trả kết quả"))
		h.listsAreScheduled()
	})
	for _, line := range []string{
		"hoso is ready after", "online      VNPHKI-", "paper       VTPHKI-", "supplement  FPTHKI-", "Bản quét chưa đạt", "5 Yêu cầu bổ sung giấy tờ",
		"delivered", "proof: code, received by self", "What to try next",
	} {
		require.Contains(t, told, line)
	}

	info, err := os.Stat(h.data)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	for _, file := range []string{"temporal/temporal.db", "log/temporal.log", "log/hoso.log", "log/portal-sim.log", "log/courier-sim.log", "hoso.db"} {
		require.FileExists(t, filepath.Join(h.data, file))
	}

	again := h.up("What to try next", func() {})
	require.Contains(t, again, "Sample dossiers of an earlier run")
	require.Equal(t, 3, strings.Count(again, "proof: code"))
	for _, sim := range []string{"portal-sim", "courier-sim"} {
		entries, err := simulator.ReadLedger(filepath.Join(h.data, sim, "ledger.jsonl"))
		require.NoError(t, err)
		times := map[string]int{}
		for _, e := range entries {
			if e.Kind == simulator.KindEffect {
				times[e.Act+" "+e.Key]++
			}
		}
		require.NotEmpty(t, times)
		for effect, n := range times {
			require.Equal(t, 1, n, effect)
		}
	}
	canaries(t, h.data)
}

// listsAreScheduled finds the schedule as the worker made it, has it run at once,
// and makes it a second time.
func (h *house) listsAreScheduled() {
	h.t.Helper()
	ctx := h.t.Context()
	c, err := client.Dial(client.Options{HostPort: "127.0.0.1:" + h.args[9], Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	require.NoError(h.t, err)
	defer c.Close()
	isNew, err := program.Schedule(ctx, c)
	require.NoError(h.t, err)
	require.False(h.t, isNew, "the worker has made it")
	handle := c.ScheduleClient().GetHandle(ctx, workflows.ListsSchedule)
	before, err := handle.Describe(ctx)
	require.NoError(h.t, err)
	next := before.Info.NextActionTimes[0].In(dossier.Zone)
	require.Equal(h.t, "07:00:00", next.Format(time.TimeOnly))
	require.NoError(h.t, handle.Trigger(ctx, client.ScheduleTriggerOptions{}))
	var run string
	require.Eventually(h.t, func() bool {
		now, err := handle.Describe(ctx)
		if err != nil || len(now.Info.RecentActions) == 0 {
			return false
		}
		run = now.Info.RecentActions[0].StartWorkflowResult.WorkflowID
		return true
	}, time.Minute, 50*time.Millisecond)
	var made workflows.ListsMade
	require.NoError(h.t, c.GetWorkflow(ctx, run, "").Get(ctx, &made))
	require.Positive(h.t, made.Written+made.Resting)
}

func TestUpSaysInOneLineWhatItCannotHave(t *testing.T) {
	t.Parallel()
	idle := filepath.Join(t.TempDir(), "temporal")
	require.NoError(t, os.WriteFile(idle, []byte("#!/bin/sh\nexec sleep 600\n"), 0o700))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { taken.Close() }) // after the parallel ones below
	for flag, want := range map[string]string{
		"--portal-sim-addr": "portal-sim: cannot listen on " + taken.Addr().String(), "--addr": "API: cannot listen on " + taken.Addr().String(),
	} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.environ = append(h.environ, "HOSO_DEVSERVER="+idle)
			h.fails(want, append(h.args, flag, taken.Addr().String())...)
			h.fails(want, append(h.args, flag, taken.Addr().String())...) // and not that it is in use
		})
	}
}

// canaries looks for the sample people where no personal data may be.
func canaries(t *testing.T, data string) {
	t.Helper()
	for _, dir := range []string{"temporal", "log"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(data, dir), func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, word := range []string{"Giả Định", "001078000003", "0900000789", "phố Thí Dụ", "chữ ký của người yêu cầu"} {
				require.False(t, bytes.Contains(raw, []byte(word)), "%q stands in %s", word, path)
			}
			return nil
		}))
	}
}
