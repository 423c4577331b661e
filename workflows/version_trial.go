//go:build hoso_trial

package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
)

// trial is set by the linker in the upgrade's end-to-end test, which builds two
// neighbouring releases of a program: one that knows a newer way through two
// stages ("knows"), and one that prefers it ("prefers"). No other build has it.
var trial string

func init() {
	for i, g := range stages {
		if g.stage != dossier.StageSubmission && g.stage != dossier.StageDelivery {
			continue
		}
		usual := g.ways[len(g.ways)-1]
		stages[i].ways = append(g.ways, func(d *run, ctx workflow.Context) error {
			if err := workflow.Sleep(ctx, 10*time.Millisecond); err != nil {
				return err
			}
			return usual(d, ctx)
		})
		if trial == "prefers" {
			stages[i].prefers = workflow.Version(len(stages[i].ways) - 1)
		}
	}
}
