package api

import (
	"runtime/debug"
	"sync"
)

// Build says which program is running.
type Build struct {
	Version  string `json:"version" doc:"Version of the program." example:"v0.1.0"`
	Revision string `json:"revision,omitempty" doc:"Commit it was built from."`
	Go       string `json:"go" doc:"Version of Go it was built with." example:"go1.26.8"`
}

// BuildInfo reads what the Go tool stamped into the program.
var BuildInfo = sync.OnceValue(func() Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Build{Version: "unknown"}
	}
	b := Build{Version: info.Main.Version, Go: info.GoVersion}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			b.Revision = setting.Value
		}
	}
	return b
})
