//go:build !unix

package supervise

import "errors"

// LockData is left to the Temporal child here, which locks its own database.
func LockData(string) (unlock func(), err error) { return func() {}, nil }

// Holder is not known here.
func Holder(string) (pid int, err error) {
	return 0, errors.New("who has a data folder is not known on this system")
}
