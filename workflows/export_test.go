package workflows

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
)

// TaskLabel is a human task in Vietnamese, for the tests.
var TaskLabel = taskLabel

// Trial is the story with one way more through some stages: the usual one after
// Through, which may give commands.
type Trial struct {
	Stages  []dossier.Stage
	Prefers workflow.Version
	Through func(workflow.Context, dossier.Stage) error
}

func (t Trial) story() []gate {
	story := slices.Clone(stages)
	for i, g := range story {
		if !slices.Contains(t.Stages, g.stage) {
			continue
		}
		usual := g.ways[len(g.ways)-1]
		story[i].ways = append(slices.Clone(g.ways), func(d *run, ctx workflow.Context) error {
			if err := t.Through(ctx, g.stage); err != nil {
				return err
			}
			return usual(d, ctx)
		})
		story[i].prefers = t.Prefers
	}
	return story
}

// Dossier is the workflow with that story.
func (t Trial) Dossier(ctx workflow.Context, start Start) error { return carry(ctx, start, t.story()) }

// Preferred is PreferredVersion for that story.
func (t Trial) Preferred(changeID string) (workflow.Version, bool) {
	return preferred(t.story(), changeID)
}
