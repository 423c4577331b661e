// Package silence is how long the other end of a connection may say nothing.
//
// A network that is cut, or a machine that is gone, says nothing: packets just do
// not arrive, and the system goes on sending what it was given for a quarter of an
// hour, also after a program has given up and closed the connection.
package silence

import (
	"net"
	"time"
)

// Another end that is silent for For is given up: after FirstSign without a word it
// is asked for a sign of life every SignEvery, Signs times. What it has not received
// by then is not sent again, so that no act arrives later whose call was given up.
const (
	For       = 15 * time.Second
	FirstSign = 5 * time.Second
	SignEvery = 5 * time.Second
	Signs     = int((For - FirstSign) / SignEvery)
)

// Dialer makes connections that give up a silent end.
func Dialer() *net.Dialer {
	return &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: FirstSign, Interval: SignEvery, Count: Signs},
		Control:         giveUpSilent,
	}
}
