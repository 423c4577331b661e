package workflows_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/workflows"
)

var everyStage = []dossier.Stage{dossier.StageIntake, dossier.StageDigitization, dossier.StageSubmission, dossier.StageDecision, dossier.StageDelivery}

// trod notes through which stages the newer way was gone, and gives a command there.
type trod struct {
	mu     sync.Mutex
	stages []dossier.Stage
}

func (p *trod) through(ctx workflow.Context, s dossier.Stage) error {
	p.mu.Lock()
	if len(p.stages) == 0 || p.stages[len(p.stages)-1] != s {
		p.stages = append(p.stages, s)
	}
	p.mu.Unlock()
	return workflow.Sleep(ctx, time.Second)
}

// programs are a former program, which knows no newer way, and one that prefers it.
func programs(stages ...dossier.Stage) (former, newer func(workflow.Context, workflows.Start) error, p *trod) {
	p = &trod{}
	t := workflows.Trial{Stages: stages, Prefers: 1, Through: p.through}
	return workflows.Dossier, t.Dossier, p
}

func TestNoVersionIsAskedForWhileThereIsOneWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, online(nil))
	w.prefer = func(id string) workflow.Version {
		t.Errorf("the version of %s was asked for", id)
		return workflow.DefaultVersion
	}
	w.play(workflows.Start{Code: w.Facts.Code})
	w.check(t)
	for _, s := range w.Starts {
		require.NotContains(t, s.input.String(), "gate")
	}
}

func TestANewDossierTakesTheNewerWayThroughEveryStage(t *testing.T) {
	t.Parallel()
	_, newer, p := programs(everyStage...)
	s := stories["online, the happy way"]
	w := newWorld(t, s.script)
	w.program = func(int) func(workflow.Context, workflows.Start) error { return newer }
	w.play(workflows.Start{Code: w.Facts.Code})
	w.check(t)
	s.judge(t, w)
	require.Equal(t, everyStage, p.stages)
}

// The first run is the former program's. Wherever it hands over, the stage that
// it stood in is gone through as before, and the next one in the newer way.
func TestAStageKeepsTheWayOnWhichItWasEntered(t *testing.T) {
	t.Parallel()
	s := stories["online, the happy way"]
	for handed, first := range map[int]dossier.Stage{2: dossier.StageDecision, 3: dossier.StageDecision, 6: dossier.StageDelivery} {
		t.Run(fmt.Sprintf("handed over after %d steps", handed), func(t *testing.T) {
			t.Parallel()
			former, newer, p := programs(everyStage...)
			script := s.script
			script.anewAt = []int{handed}
			w := newWorld(t, script)
			w.program = func(run int) func(workflow.Context, workflows.Start) error {
				if run == 1 {
					return former
				}
				return newer
			}
			w.play(workflows.Start{Code: w.Facts.Code})
			w.check(t)
			s.judge(t, w)
			require.Equal(t, 2, w.Runs)
			require.ElementsMatch(t, everyStage[slices.Index(everyStage, first)+1:], p.stages)
		})
	}
}

// The way chosen travels with the state: a run of the newer program hands over to
// another one, which goes on as begun also in the middle of a stage.
func TestTheWayTravelsWithTheState(t *testing.T) {
	t.Parallel()
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, newer, p := programs(everyStage...)
			always := func(int) func(workflow.Context, workflows.Start) error { return newer }
			whole := newWorld(t, s.script)
			whole.program = always
			whole.play(workflows.Start{Code: whole.Facts.Code})
			whole.check(t)
			straight := p.stages
			p.stages = nil
			again := s.script
			for n := range whole.Steps {
				again.anewAt = append(again.anewAt, n+1)
			}
			w := newWorld(t, again)
			w.program = always
			w.play(workflows.Start{Code: w.Facts.Code})
			w.check(t)
			require.Equal(t, straight, p.stages)
			require.Equal(t, whole.end(), w.end())
		})
	}
}

// A stage entered a second time is another entry: what was decided at the first
// one does not stick to the dossier for ever.
func TestEachEntryIsAskedAnew(t *testing.T) {
	t.Parallel()
	_, newer, p := programs(dossier.StageDigitization)
	s := onPaper(func(s *script) {
		s.asks = []timedAsk{{10 * time.Minute, reroutes(dossier.RoutePaper, "to-khai")}}
		s.endless, s.limit = true, 24*time.Hour
	})
	w := newWorld(t, s)
	var asked []string
	w.program = func(int) func(workflow.Context, workflows.Start) error { return newer }
	w.prefer = func(id string) workflow.Version {
		asked = append(asked, id)
		if id == "stage-digitization" {
			return workflow.DefaultVersion // as for a dossier that passed there before there was a choice
		}
		return 1
	}
	w.play(workflows.Start{Code: w.Facts.Code})
	require.Equal(t, []string{"stage-digitization", "stage-digitization/2"}, asked)
	require.Equal(t, []dossier.Stage{dossier.StageDigitization}, p.stages)
}

// A dossier that is on a way this program does not know must wait for one that
// does: to go another way would be a lie, and to fail the end of the dossier.
func TestAnUnknownWayStallsAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, online(nil))
	env := w.environment(monday)
	state := workflows.State{Facts: w.Facts, Gate: workflows.Gate{Stage: dossier.StageDecision, Version: 7}}
	state.Stage = dossier.StageDecision
	env.ExecuteWorkflow(workflows.DossierType, workflows.Start{Code: w.Facts.Code, State: &state})
	require.ErrorContains(t, env.GetWorkflowError(), "stage decision was entered at version 7, which this program does not know: work on it with the newer program")
}

func TestPreferredVersions(t *testing.T) {
	t.Parallel()
	known := workflows.Trial{Stages: []dossier.Stage{dossier.StageSubmission}}
	preferring := workflows.Trial{Stages: []dossier.Stage{dossier.StageSubmission}, Prefers: 1}
	for _, id := range []string{"stage-submission", "stage-submission/2"} {
		v, ok := known.Preferred(id)
		require.True(t, ok)
		require.Equal(t, workflow.DefaultVersion, v, "the release that only knows the way")
		v, ok = preferring.Preferred(id)
		require.True(t, ok)
		require.Equal(t, workflow.Version(1), v)
	}
	for _, id := range []string{"supplement-between-tries", "submission", "stage-", "stage-nowhere"} {
		_, ok := preferring.Preferred(id)
		require.False(t, ok, id)
	}
	for _, s := range everyStage {
		v, ok := workflows.PreferredVersion("stage-" + string(s))
		require.True(t, ok, "every stage has its gate")
		require.Equal(t, workflow.DefaultVersion, v)
	}
}
