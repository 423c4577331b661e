package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
)

// intake is the first stage: the counter has acknowledged the dossier, and its
// workflow takes it over. The filing itself is already in the register, so the
// stage passes into the check without a record of its own.
func (d *run) intake(workflow.Context) error {
	d.Stage = dossier.StageDigitization
	return nil
}
