//go:build !unix

package embedded

// lockData is left to the Temporal child here, which locks its own database.
func lockData(string) (unlock func(), err error) { return func() {}, nil }
