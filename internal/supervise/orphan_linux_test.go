package supervise

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// engine supervises the script that stands in its arguments until it is killed.
func engine() {
	output, err := os.OpenFile(os.Args[2], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	c := &Child{Name: "child", Path: os.Args[1], Output: output, Log: slog.New(slog.DiscardHandler)}
	c.Run(context.Background()) //nolint:errcheck // it is killed before that
}

func TestAKilledEnginesChildrenStop(t *testing.T) {
	t.Parallel()
	c := newChild(t, "serve")
	self, err := os.Executable()
	require.NoError(t, err)
	script := filepath.Join(t.TempDir(), "engine")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\n"+asChild+`=engine exec `+self+` "$@"`+"\n"), 0o700))
	cmd := exec.Command(script, c.Path, c.Output.Name())
	require.NoError(t, cmd.Start())
	c.said(t, "serving", 1)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	c.said(t, "stopped", 1)
}
