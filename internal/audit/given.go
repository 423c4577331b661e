package audit

import "io"

// Given is a root as it was given out, and kept somewhere else than in the
// register.
type Given struct {
	Name string // of its file, to be told
	File []byte
	// List opens the list of its heads; nil where only the root was kept.
	List func() (io.ReadCloser, error)
}
