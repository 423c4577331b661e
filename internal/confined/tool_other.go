//go:build !linux

package confined

import "syscall"

func toolAttr() *syscall.SysProcAttr { return nil }

func (*child) limitTool(int) {}
