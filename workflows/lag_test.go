package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"hoso/workflows"
)

// TestARunThatLagsBehind plays runs whose state is older than the register, as
// after a reset or a restored Temporal: each finds out, begins anew from the
// register, and comes to the same end without doing anything outside again.
func TestARunThatLagsBehind(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"online, the happy way", "a supplement", "a fee after acceptance", "on paper only", "a parcel that comes back", "the portal refuses the submission"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stories[name]
			s.script.anewAt = nil
			for n := range tell(t, s.script).Steps {
				s.script.anewAt = append(s.script.anewAt, n+1)
			}
			whole := tell(t, s.script)
			s.script.anewAt = nil
			require.NotEmpty(t, whole.Starts)
			for _, old := range whole.Starts {
				for _, m := range whole.moments {
					if m.ledger.Row.Step <= int64(old.steps) {
						continue
					}
					t.Run(fmt.Sprintf("at %d, register at %s", old.steps, m.name), func(t *testing.T) {
						var start workflows.Start
						require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(old.input, &start))
						w := whole.restore(t, m)
						w.script = s.script
						w.playFrom(m.at, start)
						w.check(t)
						require.Equal(t, whole.end(), w.end(), "steps %v", w.kinds())
					})
				}
			}
		})
	}
}

// TestTheRegisterIsAway: every read and write fails at first, for a while.
func TestTheRegisterIsAway(t *testing.T) {
	t.Parallel()
	failures := map[string]int{}
	s := stories["a supplement"]
	s.script.register = func(w *world, what string) error {
		what = fmt.Sprint(what, len(w.Steps))
		if failures[what]++; failures[what] > 4 {
			return nil
		}
		return temporal.NewApplicationError("database away", "RegisterUnavailable")
	}
	w := tell(t, s.script)
	s.judge(t, w)
	require.Equal(t, s.kinds, w.kinds())
	require.Greater(t, len(failures), 10)
}

// TestWrittenButNotAnswered: the step was recorded and the answer lost, so the
// step is written again, which is no second step.
func TestWrittenButNotAnswered(t *testing.T) {
	t.Parallel()
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := tell(t, s.script)
			w := newWorld(t, s.script)
			w.loseAnswers = true
			w.play(workflows.Start{Code: w.Facts.Code})
			w.check(t)
			require.Equal(t, whole.kinds(), w.kinds())
			require.Equal(t, whole.end(), w.end())
		})
	}
}

// TestTheAuthoritysWordIsPatient: a dossier is asked about when it has been silent
// for half an hour, then less and less often, and questions that bring nothing
// leave no step.
func TestTheAuthoritysWordIsPatient(t *testing.T) {
	t.Parallel()
	w := tell(t, online(func(s *script) {
		s.portal = portal(map[string][]said{"submit/1": {{time.Hour, 2, official, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {6 * time.Hour, 9, noPaper, false, 0, 1}}})
	}))
	require.Equal(t, []string{"route_decided", "submitted", "status", "status", "status", "result_electronic"}, w.kinds())
	require.GreaterOrEqual(t, w.Questions, 4)
	require.LessOrEqual(t, w.Questions, 6, "in nine hours")
}
