package workflows_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/workflows"
)

// TestAnewFromTheRegister lets the workflow die at every moment of every story:
// after each step and after each outside act whose answer was still on its way. A
// run begun anew from the register brings the dossier to the same end and does
// nothing outside twice.
func TestAnewFromTheRegister(t *testing.T) {
	t.Parallel()
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := tell(t, s.script)
			require.NotEmpty(t, whole.moments)
			for i, m := range whole.moments {
				t.Run(fmt.Sprintf("%02d %s", i, m.name), func(t *testing.T) {
					w := whole.restore(t, m)
					w.playFrom(m.at, workflows.Start{Code: w.Facts.Code})
					w.check(t)
					require.Equal(t, whole.end(), w.end(), "steps %v", w.kinds())
					s.judge(t, w)
				})
			}
		})
	}
}

// TestContinuedAsNew lets the server suggest a new run after every step: the
// state travels along, and the story is the same to the letter.
func TestContinuedAsNew(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	t.Cleanup(func() { require.Greater(t, runs.Load(), int64(len(stories)), "it did happen") })
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := tell(t, s.script)
			for first := range 3 { // every step of the story is one of the three's
				t.Run(fmt.Sprintf("every third, from %d", first+1), func(t *testing.T) {
					again := s.script
					for n := first; n < len(whole.Steps); n += 3 {
						again.anewAt = append(again.anewAt, n+1)
					}
					w := tell(t, again)
					require.Equal(t, whole.kinds(), w.kinds())
					require.Equal(t, whole.end(), w.end())
				})
			}
			t.Run("all the time", func(t *testing.T) {
				again := s.script
				for n := range whole.Steps {
					again.anewAt = append(again.anewAt, n+1)
				}
				w := tell(t, again)
				require.Equal(t, whole.kinds(), w.kinds())
				require.Equal(t, whole.end(), w.end())
				runs.Add(int64(w.Runs - 1))
				require.Equal(t, 1, w.Loads, "the state is handed over, not read again")
			})
		})
	}
}
