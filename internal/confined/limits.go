package confined

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Limits bound one child with all that it starts.
type Limits struct {
	Version string `json:"version"`
	Source  string `json:"source"`
	// Memory is what the child and its own children may hold together.
	Memory int64 `json:"memory_bytes"`
	// CPUSeconds is what a file may use of the processor; when BeginPageMS of it
	// are used no further page is begun, so that a long honest file still gets a
	// verdict.
	CPUSeconds  uint64 `json:"cpu_seconds"`
	BeginPageMS int64  `json:"begin_page_ms"`
	// ClockMS is what a child gets by the clock, not counting what it waited for a
	// processor; WallMS is what it gets with that, and how long anybody waits. Where
	// the system does not tell of waiting there is WallMS alone.
	ClockMS int64 `json:"clock_ms"`
	WallMS  int64 `json:"wall_ms"`
	// AnswerBytes is the longest answer that is read.
	AnswerBytes int64  `json:"answer_bytes"`
	OpenFiles   uint64 `json:"open_files"`
	// Readable is what a child may read and start besides this program: folders and
	// files, of which some are not on every system.
	Readable []string `json:"readable"`
}

//go:embed limits.json
var defaultLimits []byte

// DefaultLimits are the limits that come with the program.
func DefaultLimits() Limits {
	var l Limits
	err := json.Unmarshal(defaultLimits, &l)
	if err == nil {
		err = l.validate()
	}
	if err != nil {
		panic(err) // cannot be: the file is compiled in and a test loads it
	}
	return l
}

func (l Limits) validate() error {
	for _, c := range []struct {
		field string
		ok    bool
	}{
		{"version", l.Version != ""}, {"source", l.Source != ""}, {"memory_bytes", l.Memory >= 128<<20},
		{"wall_ms", l.WallMS > 0}, {"clock_ms", 0 < l.ClockMS && l.ClockMS <= l.WallMS}, {"begin_page_ms", 0 < l.BeginPageMS && l.BeginPageMS <= l.WallMS},
		{"cpu_seconds", l.CPUSeconds > 0}, {"answer_bytes", l.AnswerBytes > 0}, {"open_files", l.OpenFiles >= 16},
		{"readable", !slices.ContainsFunc(l.Readable, func(p string) bool { return !filepath.IsAbs(p) || filepath.Clean(p) == "/" })},
	} {
		if !c.ok {
			return fmt.Errorf("confined: limits: %s makes no sense", c.field)
		}
	}
	return nil
}

func (l Limits) wall() time.Duration { return time.Duration(l.WallMS) * time.Millisecond }

func (l Limits) clock() time.Duration { return time.Duration(l.ClockMS) * time.Millisecond }

func (l Limits) cpu() time.Duration { return time.Duration(l.CPUSeconds) * time.Second }

func (l Limits) beginPage() time.Duration { return time.Duration(l.BeginPageMS) * time.Millisecond }
