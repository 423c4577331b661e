package supervise

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// OrphanWithin is how long a child whose engine was killed may still hold its
// port: it notices and stops by itself.
const OrphanWithin = 12 * time.Second

// AwaitPort waits for a while until nobody listens on an address. name is who
// needs it, flags are what to change it with. waiting is called once if there is
// something to wait for.
func AwaitPort(ctx context.Context, name, address, flags string, within time.Duration, waiting func()) error {
	for end := time.Now().Add(within); ; {
		l, err := net.Listen("tcp", address)
		if err == nil {
			return l.Close()
		}
		if !errors.Is(err, syscall.EADDRINUSE) { // waiting would not help
			return fmt.Errorf("%s cannot listen on %s (%w): choose another address (%s)", name, address, sysCause(err), flags)
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s is taken, and %s needs it: stop who listens there, or choose another port (%s)", address, name, flags)
		}
		if waiting != nil {
			waiting()
			waiting = nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// sysCause takes the system's own words out of an error.
func sysCause(err error) error {
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		return sys.Err
	}
	return err
}
