package dossier_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

func TestFormsThatAStepYields(t *testing.T) {
	t.Parallel()
	type standing = dossier.FormStanding
	at := func(s dossier.Status) standing { return standing{Status: s, Stage: dossier.StageDecision} }
	appointed := standing{Status: dossier.Accepted, Stage: dossier.StageDecision, Appointed: true}
	for name, tc := range map[string]struct {
		step          string
		before, after standing
		due           []dossier.FormKind
	}{
		"filed":                  {"filed", standing{}, standing{Status: dossier.Registered, Stage: dossier.StageIntake}, []dossier.FormKind{"00"}},
		"accepted with a date":   {"status", at(dossier.Registered), appointed, []dossier.FormKind{"01"}},
		"accepted, fee owed":     {"status", at(dossier.Registered), at(dossier.Accepted), nil},
		"the fee is paid":        {"payment", at(dossier.Accepted), appointed, []dossier.FormKind{"01"}},
		"appointed before":       {"status", appointed, standing{Status: dossier.Processing, Appointed: true}, nil},
		"supplement asked":       {"status", at(dossier.Processing), at(dossier.SupplementRequired), []dossier.FormKind{"02"}},
		"still asked":            {"warned", at(dossier.SupplementRequired), at(dossier.SupplementRequired), nil},
		"refused":                {"decision", at(dossier.Registered), at(dossier.Refused), []dossier.FormKind{"03"}},
		"draft":                  {"apology_drafted", at(dossier.Processing), at(dossier.Processing), []dossier.FormKind{"04-draft"}},
		"put off":                {"extend", at(dossier.Processing), at(dossier.Processing), []dossier.FormKind{"04"}},
		"moved by a manager":     {"deadline", at(dossier.Processing), at(dossier.Processing), nil},
		"stopped":                {"status", at(dossier.Processing), at(dossier.Stopped), []dossier.FormKind{"05"}},
		"withdrawn":              {"withdrawn", at(dossier.Registered), at(dossier.Withdrawn), []dossier.FormKind{"05"}},
		"closed":                 {"delivered", at(dossier.Resolved), standing{Status: dossier.Returned, Stage: dossier.StageClosed}, []dossier.FormKind{"06"}},
		"reported after the end": {"late_report", standing{Stage: dossier.StageClosed}, standing{Stage: dossier.StageClosed}, nil},
	} {
		require.Equal(t, tc.due, dossier.FormsDue(tc.step, tc.before, tc.after), name)
	}
}
