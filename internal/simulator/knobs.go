package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Knobs are all the ways in which a simulator can be made to misbehave: rules,
// tried in order, the later ones winning where two speak of the same thing.
// S is what the simulator's own story can be told to do.
type Knobs[S any] struct {
	// Seed decides every draw of a rule's probability.
	Seed uint64 `json:"seed,omitempty"`
	// Rules are tried in order.
	Rules []Rule[S] `json:"rules"`
}

// Rule says to whom something happens, how often, and what.
type Rule[S any] struct {
	// Name is what the ledger calls the rule; "rule-1" and so on if left out.
	Name string `json:"name,omitempty"`
	// When names words of a call or dossier that must begin as given, such as
	// {"office": "FPT", "act": "submit"}; empty means always.
	When map[string]string `json:"when,omitempty"`
	// First ends the rule after so many calls (or dossiers, for a story); 0 means never.
	First int `json:"first,omitempty"`
	// Probability lets the rule apply by chance only; 0 means always.
	Probability float64 `json:"probability,omitempty"`

	// Call makes calls go wrong. It is drawn for each call.
	Call *Faults `json:"call,omitempty"`
	// Callbacks changes how is told what happens. It is drawn for each dossier.
	Callbacks *Telling `json:"callbacks,omitempty"`
	// Script changes what happens. It is drawn for each dossier.
	Script *S `json:"script,omitempty"`
}

// Telling is how a dossier's callbacks are sent.
type Telling struct {
	// Duplicate sends each callback so many times; 0 and 1 mean once.
	Duplicate int `json:"duplicate,omitempty"`
	// Reorder sends the callbacks of one run of events in another order.
	Reorder bool `json:"reorder,omitempty"`
	// Silent sends none: only who asks will know.
	Silent bool `json:"silent,omitempty"`
}

// Plan is what rules decided for one dossier or parcel.
type Plan[S any] struct {
	Callbacks Telling `json:"callbacks"`
	Script    S       `json:"script"`
}

// Subject is what rules are matched with: words such as act, code, office.
type Subject map[string]string

var ruleName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// ParseKnobs reads knobs strictly: an unknown field is an error, and so is a
// condition on a word that the simulator does not know. Empty input means none.
func ParseKnobs[S any](raw []byte) (Knobs[S], error) {
	var k Knobs[S]
	if len(bytes.TrimSpace(raw)) == 0 {
		return k, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&k); err != nil {
		return k, fmt.Errorf("knobs: %w", err)
	}
	if dec.More() {
		return k, errors.New("knobs: more than one document")
	}
	return k, nil
}

// Check names the rules that have no name and refuses what makes no sense.
// Words are the conditions known, check judges one rule's script.
func (k *Knobs[S]) Check(words []string, check func(S) error) error {
	seen := map[string]bool{}
	k.Rules = slices.Clone(k.Rules)
	for i := range k.Rules {
		r := &k.Rules[i]
		if r.Name == "" {
			r.Name = fmt.Sprintf("rule-%d", i+1)
		}
		if !ruleName.MatchString(r.Name) || seen[r.Name] {
			return fmt.Errorf("knobs: rule %d: name must be unique and match %s", i+1, ruleName)
		}
		seen[r.Name] = true
		if err := r.check(words, check); err != nil {
			return fmt.Errorf("knobs: rule %s: %w", r.Name, err)
		}
	}
	return nil
}

func (r *Rule[S]) check(words []string, check func(S) error) error {
	for word := range maps.Keys(r.When) {
		if !slices.Contains(words, word) {
			return fmt.Errorf("when: %q is none of %s", word, strings.Join(words, ", "))
		}
	}
	switch {
	case r.First < 0:
		return errors.New("first must not be negative")
	case r.Probability < 0 || r.Probability > 1:
		return errors.New("probability must lie between 0 and 1")
	case r.Call == nil && r.Callbacks == nil && r.Script == nil:
		return errors.New("one of call, callbacks, script is needed")
	case r.Callbacks != nil && (r.Callbacks.Duplicate < 0 || r.Callbacks.Duplicate > 1000):
		return errors.New("callbacks: duplicate must lie between 0 and 1000")
	}
	if r.Call != nil && *r.Call == (Faults{IgnoreKeys: true}) && r.First > 0 {
		return errors.New("call: ignore_keys by itself is not counted, so first cannot end it")
	}
	if r.Call != nil {
		if err := r.Call.check(); err != nil {
			return fmt.Errorf("call: %w", err)
		}
	}
	if r.Script != nil {
		if err := check(*r.Script); err != nil {
			return fmt.Errorf("script: %w", err)
		}
	}
	return nil
}

// Faults draws what goes wrong with one call, and names the rules behind it.
// The draw is fixed by seed, rule and the subject's act and key.
func (k Knobs[S]) Faults(d *Dice, s Subject) (Faults, []string) {
	var f Faults
	var names []string
	mark := d.mark(s["act"], s["key"])
	for _, r := range k.Rules {
		if r.Call != nil && s.matches(r.When) && d.fires(k.Seed, "call", r.Name, r.First, r.Probability, mark) {
			overlay(&f, r.Call)
			names = append(names, r.Name)
		}
	}
	return f, names
}

// Plan draws what will happen to a dossier or parcel. The draw is fixed by
// seed, rule and the subject's key.
func (k Knobs[S]) Plan(d *Dice, s Subject) (Plan[S], []string) {
	var p Plan[S]
	var names []string
	for _, r := range k.Rules {
		if (r.Callbacks != nil || r.Script != nil) && s.matches(r.When) && d.fires(k.Seed, "plan", r.Name, r.First, r.Probability, s["key"]) {
			overlay(&p.Callbacks, r.Callbacks)
			overlay(&p.Script, r.Script)
			names = append(names, r.Name)
		}
	}
	return p, names
}

// matches says whether every word begins as the rule wants.
func (s Subject) matches(when map[string]string) bool {
	for word, prefix := range when {
		if !strings.HasPrefix(s[word], prefix) {
			return false
		}
	}
	return true
}

// overlay sets in dst what src says, and leaves the rest. JSON does it: fields
// at their zero value are left out on the way.
func overlay[T any](dst, src *T) {
	if src != nil {
		_ = json.Unmarshal(Pack(src), dst) // what came out of T goes back into T
	}
}

// Duration is a time.Duration that reads and writes "1.5s".
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; it refuses negative times.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return errors.New(`a duration is written like "1.5s" or "200ms"`)
	}
	*d = Duration(v)
	return nil
}
