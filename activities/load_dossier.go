package activities

import (
	"context"

	"hoso/internal/dossier"
	"hoso/workflows"
)

// LoadDossier reads where a dossier stands, for a workflow that begins or
// begins anew. Of one that is about to be checked it says what the check finds.
func (a *Activities) LoadDossier(ctx context.Context, code string) (workflows.Loaded, error) {
	s, of, err := a.Store.SnapshotToCheck(ctx, code)
	if err != nil {
		return workflows.Loaded{}, registerError(err)
	}
	out := workflows.Loaded{Snapshot: s}
	if s.Position.Stage != dossier.StageIntake {
		return out, nil
	}
	checked, err := a.check(ctx, of)
	out.Checked = &checked
	return out, registerError(err)
}
