package workflows

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
)

// way is how a stage is gone through. It is called again and again until the
// stage is left.
type way func(*run, workflow.Context) error

// gate is the version gate at the entry of a stage. A dossier chooses its way
// when it enters, and keeps it until it leaves, whatever programs come meanwhile.
//
// A change that gives dossiers of a stage other commands is a new way, appended.
// It comes in two releases: the first one knows the way and prefers the former,
// the second prefers it. So the programs of two neighbouring releases can finish
// each other's dossiers, and the newer can be taken back. docs/upgrade.md has the
// steps.
type gate struct {
	stage dossier.Stage
	// ways are the ways by version: the default one, then versions 1, 2, …. With
	// the default one alone no version is asked for, which costs nothing.
	ways []way
	// prefers is the version that dossiers entering now take; 0 is the default one.
	prefers workflow.Version
}

// Gate is the version at which the present stage was entered, for the successor
// of a run. None says the default one. One of another stage says that the present
// one has not been entered yet.
type Gate struct {
	Stage   dossier.Stage    `json:"stage,omitempty"`
	Version workflow.Version `json:"version,omitempty"`
}

// entered is what a run remembers of the stages it has entered.
type entered struct {
	stage dossier.Stage   // the newest
	all   []dossier.Stage // each entry in this run
}

// takeOver enters the stage in which a predecessor stood. What it had not entered
// yet is entered like any other.
func (d *run) takeOver() {
	if d.Gate == (Gate{}) || d.Gate.Stage == d.Stage {
		d.entered.stage = d.Stage
	}
}

// enter chooses the way at the entry of a stage, and keeps to it afterwards.
func (d *run) enter(ctx workflow.Context) (way, error) {
	i := slices.IndexFunc(d.story, func(g gate) bool { return g.stage == d.Stage })
	if i < 0 {
		return nil, fmt.Errorf("unknown stage %q", d.Stage)
	}
	g := d.story[i]
	if d.entered.stage != d.Stage {
		d.entered.stage, d.Gate = d.Stage, Gate{}
		if len(g.ways) > 1 {
			d.choose(ctx, g)
		}
	}
	v := int(max(d.Gate.Version, 0))
	if v >= len(g.ways) {
		// An error would end the dossier's workflow. This stalls it until a program
		// that knows the way works on it.
		panic(fmt.Sprintf("stage %s was entered at version %d, which this program does not know: work on it with the newer program", d.Stage, v))
	}
	return g.ways[v], nil
}

// choose asks for the version. Temporal remembers one answer per name and run, so
// each further entry of the same stage has a name of its own.
func (d *run) choose(ctx workflow.Context, g gate) {
	n := 1
	for _, s := range d.entered.all {
		if s == g.stage {
			n++
		}
	}
	d.entered.all = append(d.entered.all, g.stage)
	v := workflow.GetVersion(ctx, changeID(g.stage, n), workflow.DefaultVersion, workflow.Version(len(g.ways)-1))
	if v != workflow.DefaultVersion {
		d.Gate = Gate{Stage: g.stage, Version: v}
	}
}

const changePrefix = "stage-"

// changeID names the n-th entry of a stage in a history: stage-decision, stage-decision/2.
func changeID(s dossier.Stage, n int) string {
	if n == 1 {
		return changePrefix + string(s)
	}
	return fmt.Sprintf("%s%s/%d", changePrefix, s, n)
}

// PreferredVersion is the version that a dossier takes which enters a stage now,
// by the name of its gate. ok is false for what is no gate's name.
func PreferredVersion(changeID string) (v workflow.Version, ok bool) {
	return preferred(stages, changeID)
}

func preferred(story []gate, changeID string) (workflow.Version, bool) {
	name, _, _ := strings.Cut(strings.TrimPrefix(changeID, changePrefix), "/")
	i := slices.IndexFunc(story, func(g gate) bool { return string(g.stage) == name })
	switch {
	case i < 0 || !strings.HasPrefix(changeID, changePrefix):
		return 0, false
	case story[i].prefers == 0:
		return workflow.DefaultVersion, true
	}
	return story[i].prefers, true
}
