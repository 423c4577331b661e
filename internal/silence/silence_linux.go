package silence

import (
	"errors"
	"strings"
	"syscall"
)

// tcpUserTimeout is TCP_USER_TIMEOUT of linux/tcp.h, which package syscall lacks.
const tcpUserTimeout = 18

// giveUpSilent bounds how long what we have sent may go without a receipt. Signs
// of life alone do not: none is asked for as long as something is on its way.
func giveUpSilent(network, _ string, c syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	var set error
	err := c.Control(func(fd uintptr) {
		set = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(For.Milliseconds()))
	})
	return errors.Join(err, set)
}
