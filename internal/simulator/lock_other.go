//go:build !unix

package simulator

import "os"

// lock does nothing where files cannot be taken; the port is the guard there.
func lock(*os.File) error { return nil }
