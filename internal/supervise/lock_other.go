//go:build !unix

package supervise

// LockData is left to the Temporal child here, which locks its own database.
func LockData(string) (unlock func(), err error) { return func() {}, nil }
