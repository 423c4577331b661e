package activities

import (
	"context"

	"hoso/internal/register"
)

// LoadDossier reads where a dossier stands, for a workflow that begins or
// begins anew.
func (a *Activities) LoadDossier(ctx context.Context, code string) (register.Snapshot, error) {
	s, err := a.Store.Snapshot(ctx, code)
	return s, registerError(err)
}
