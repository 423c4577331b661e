//go:build !unix

package supervise

import (
	"os"
	"os/exec"
)

func ownGroup(*exec.Cmd) {}

// interrupt has no gentler way here.
func interrupt(p *os.Process) error { return p.Kill() }
