package main

import (
	"os"
	"runtime/debug"
)

// gcPercent trades some processor time for memory: at rest some 35 MB are in
// use, and letting garbage grow by half of that before it is collected keeps
// the peak near 90 MB where Go's usual double gave 108 under the same load.
const gcPercent = 50

// tuneMemory leaves the choice to whoever sets GOGC.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// returnMemory gives back what only the start needed.
func returnMemory() { debug.FreeOSMemory() }
