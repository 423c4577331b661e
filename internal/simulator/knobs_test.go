package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type script struct {
	Text  string `json:"text,omitempty"`
	Times int    `json:"times,omitempty"`
}

func noCheck(script) error { return nil }

func rules(t *testing.T, knobs string) *Rules[script] {
	t.Helper()
	k, err := ParseKnobs[script]([]byte(knobs))
	require.NoError(t, err)
	r := NewRules([]string{"act", "key", "code", "office"}, noCheck)
	e, err := r.Use(k, false)
	require.NoError(t, err)
	require.NotNil(t, e, "new knobs are noted")
	require.NoError(t, r.Replay(*e))
	return r
}

// draw draws for a call and takes the entry in, as a simulator does.
func draw(t *testing.T, r *Rules[script], act, key string) Faults {
	t.Helper()
	f, e := r.Call(Subject{"act": act, "key": key, "code": key, "office": key[:3]})
	if e != nil {
		require.NoError(t, r.Replay(*e))
	}
	return f
}

func TestRulesMatchByBeginning(t *testing.T) {
	t.Parallel()
	r := rules(t, `{"rules": [
		{"when": {"office": "FPT", "act": "submit"}, "call": {"refuse": "no"}},
		{"when": {"code": "VNPHKI-250205-0001"}, "call": {"lose_answer": true}},
		{"when": {"office": "V"}, "call": {"delay": "1.5s"}}]}`)
	require.Equal(t, Faults{Refuse: "no"}, draw(t, r, "submit", "FPT001-1"))
	require.Zero(t, draw(t, r, "lookup", "FPT001-1"))
	require.Equal(t, Faults{LoseAnswer: true, Delay: Duration(1500 * time.Millisecond)}, draw(t, r, "submit", "VNPHKI-250205-0001-M"))
	require.Equal(t, Faults{Delay: Duration(1500 * time.Millisecond)}, draw(t, r, "submit", "VTP"))
}

func TestLaterRulesWin(t *testing.T) {
	t.Parallel()
	r := rules(t, `{"rules": [
		{"script": {"text": "a", "times": 2}, "callbacks": {"duplicate": 3}},
		{"when": {"office": "FPT"}, "script": {"text": "b"}, "callbacks": {"reorder": true}}]}`)
	p, names := r.Plan(Subject{"key": "k", "office": "FPT"})
	require.Equal(t, Plan[script]{Script: script{"b", 2}, Callbacks: Telling{Duplicate: 3, Reorder: true}}, p)
	require.Equal(t, []string{"rule-1", "rule-2"}, names)
}

func TestFirstCountsAndSurvivesARestart(t *testing.T) {
	t.Parallel()
	const knobs = `{"rules": [{"name": "lost", "first": 3, "when": {"act": "submit"}, "call": {"lose_answer": true}}]}`
	r := rules(t, knobs)
	var ledger []Entry
	for i, want := range []bool{true, true, true, false, false} {
		f, e := r.Call(Subject{"act": "submit", "key": fmt.Sprint(i)})
		require.Equal(t, want, f.LoseAnswer, i)
		if e != nil {
			require.Equal(t, []string{"lost"}, e.Rules)
			ledger = append(ledger, *e)
			require.NoError(t, r.Replay(*e))
		}
	}
	// After two of three, a restart with the same knobs leaves one.
	k, err := ParseKnobs[script]([]byte(knobs))
	require.NoError(t, err)
	again := NewRules([]string{"act"}, noCheck)
	first, err := r.Use(k, true)
	require.NoError(t, err)
	for _, e := range append([]Entry{*first}, ledger[:2]...) {
		require.NoError(t, again.Replay(e))
	}
	e, err := again.Use(k, false)
	require.NoError(t, err)
	require.Nil(t, e, "the same knobs go on counting")
	require.True(t, draw(t, again, "submit", "x-1").LoseAnswer)
	require.False(t, draw(t, again, "submit", "x-2").LoseAnswer)

	// Set anew, even the same knobs count from the beginning.
	e, err = again.Use(k, true)
	require.NoError(t, err)
	require.NoError(t, again.Replay(*e))
	require.True(t, draw(t, again, "submit", "x-3").LoseAnswer)
}

func TestProbabilityFollowsTheSeed(t *testing.T) {
	t.Parallel()
	drawn := func(seed int) []bool {
		r := rules(t, fmt.Sprintf(`{"seed": %d, "rules": [{"probability": 0.25, "call": {"lose_answer": true}}]}`, seed))
		var list []bool
		for i := range 4000 {
			list = append(list, draw(t, r, "submit", fmt.Sprintf("key-%d", i)).LoseAnswer)
		}
		return list
	}
	seven := drawn(7)
	require.Equal(t, seven, drawn(7))
	require.NotEqual(t, seven, drawn(8))
	hits := 0
	for _, hit := range seven {
		if hit {
			hits++
		}
	}
	require.InDelta(t, 1000, hits, 150)
}

// A call struck by chance gets a new chance when it is made again.
func TestRetriesPassInTheEnd(t *testing.T) {
	t.Parallel()
	r := rules(t, `{"rules": [{"probability": 0.9, "call": {"fail": "before"}}]}`)
	for i := range 50 {
		tries := 1
		for draw(t, r, "submit", fmt.Sprintf("key-%d", i)).Fail != "" {
			tries++
		}
		require.Less(t, tries, 300)
	}
}

func TestIgnoringKeysIsNoIncident(t *testing.T) {
	t.Parallel()
	r := rules(t, `{"rules": [{"call": {"ignore_keys": true}}]}`)
	f, e := r.Call(Subject{"act": "submit", "key": "k"})
	require.True(t, f.IgnoreKeys)
	require.Nil(t, e)
}

func TestBadKnobs(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{`:                                     "knobs",
		`{} {}`:                                 "more than one",
		`{"rulez": []}`:                         "rulez",
		`{"rules": [{}]}`:                       "one of call, callbacks, script",
		`{"rules": [{"call": {"dely": "1s"}}]}`: "dely",
		`{"rules": [{"call": {"delay": "soon"}}]}`:                                                      "duration",
		`{"rules": [{"call": {"delay": "-1s"}}]}`:                                                       "duration",
		`{"rules": [{"call": {"fail": "often"}}]}`:                                                      "before",
		`{"rules": [{"call": {"hang": "often"}}]}`:                                                      "before",
		`{"rules": [{"call": {"refuse": "Nguyễn Văn An"}}]}`:                                            "refuse",
		`{"rules": [{"when": {"colour": "red"}, "call": {"garbage": true}}]}`:                           `"colour" is none of`,
		`{"rules": [{"first": -1, "call": {"garbage": true}}]}`:                                         "first",
		`{"rules": [{"first": 1, "call": {"ignore_keys": true}}]}`:                                      "ignore_keys",
		`{"rules": [{"probability": 1.5, "call": {"garbage": true}}]}`:                                  "probability",
		`{"rules": [{"callbacks": {"duplicate": -1}}]}`:                                                 "duplicate",
		`{"rules": [{"name": "A b", "call": {"garbage": true}}]}`:                                       "name",
		`{"rules": [{"name": "a", "call": {"hang": "after"}}, {"name": "a", "call": {"delay": "1s"}}]}`: "unique",
		`{"rules": [{"script": {"txt": ""}}]}`:                                                          "txt",
	} {
		k, err := ParseKnobs[script]([]byte(raw))
		if err == nil {
			_, err = NewRules([]string{"act"}, noCheck).Use(k, false)
		}
		require.ErrorContains(t, err, want, raw)
	}
	_, err := ParseKnobs[script]([]byte(" \n"))
	require.NoError(t, err, "no knobs are knobs")
}

func TestKnobsSurviveJSON(t *testing.T) {
	t.Parallel()
	const raw = `{"seed":7,"rules":[{"name":"a","when":{"act":"submit"},"first":3,"probability":0.5,"call":{"delay":"1.5s","rate_limit":"3s"},"callbacks":{"silent":true},"script":{"times":2}}]}`
	k, err := ParseKnobs[script]([]byte(raw))
	require.NoError(t, err)
	out, err := json.Marshal(k)
	require.NoError(t, err)
	require.JSONEq(t, raw, string(out))
}

func TestShuffleIsAnotherOrder(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	run := []string{"1", "2", "3", "4"}
	for i := range 500 {
		out := Shuffle(uint64(i), "mark", run)
		require.Equal(t, out, Shuffle(uint64(i), "mark", run))
		require.NotEqual(t, run, out)
		require.Equal(t, run, slices.Sorted(slices.Values(out)))
		seen[strings.Join(out, "")] = true
	}
	require.Len(t, seen, 23, "every order but the first comes up")
	require.Equal(t, []string{"1"}, Shuffle(1, "", []string{"1"}))
	require.Empty(t, Shuffle[string](1, "", nil))
}
