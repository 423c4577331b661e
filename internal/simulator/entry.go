package simulator

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// The kinds of ledger lines.
const (
	KindEffect   = "effect"   // an act took place
	KindRepeat   = "repeat"   // a known key came again; nothing took place
	KindRefusal  = "refusal"  // the act was refused for the state of things
	KindFault    = "fault"    // a rule made a call go wrong
	KindEvent    = "event"    // something happened that callbacks tell of
	KindCallback = "callback" // the callback about an event was taken (2xx)
	KindRelease  = "release"  // what was held may go on
	KindKnobs    = "knobs"    // other rules from here on; counts begin anew
)

// Entry is one line of a ledger.
type Entry struct {
	N    int64     `json:"n"` // 1, 2, 3 … without a gap
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	// Party is who of several did it: the carrier, in a simulator that plays more than one.
	Party string `json:"party,omitempty"`
	Act   string `json:"act,omitempty"`
	Key   string `json:"key,omitempty"`  // the business key of the act
	Code  string `json:"code,omitempty"` // hoso's dossier code
	Ref   string `json:"ref,omitempty"`  // our own mark for the effect
	// EventID names the event of an event or callback line.
	EventID string `json:"event_id,omitempty"`
	// Rules names the rules that had a part in it, in order.
	Rules []string `json:"rules,omitempty"`
	// Word is the refusal's code.
	Word string `json:"word,omitempty"`
	// Data is what the simulator needs to go on from here after a restart.
	Data json.RawMessage `json:"data,omitempty"`
}

// ReadLedger reads all whole lines of a ledger, also while its simulator runs.
// A last line cut short by a crash does not count; any other broken line is an
// error that names it.
func ReadLedger(path string) ([]Entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	defer func() { _ = f.Close() }()
	var entries []Entry
	_, err = scan(f, func(e Entry) error {
		entries = append(entries, e)
		return nil
	})
	return entries, err
}

// scan calls f for each whole line and returns the length of all of them.
func scan(r io.Reader, f func(Entry) error) (size int64, err error) {
	lines := bufio.NewReaderSize(r, 64<<10)
	for n := int64(1); ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return size, nil // without its line break, the last line is not whole
		}
		if err != nil {
			return size, fmt.Errorf("read ledger: %w", err)
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil || e.N != n {
			if rest, _ := lines.Peek(1); len(rest) == 0 && err != nil {
				return size, nil // the last line, torn by a power cut
			}
			return size, fmt.Errorf("ledger line %d is broken or out of order", n)
		}
		if err := f(e); err != nil {
			return size, fmt.Errorf("ledger line %d: %w", n, err)
		}
		size += int64(len(line))
	}
}

// Effect is how often an act took place under a key.
type Effect struct {
	Party string `json:"party,omitempty"`
	Key   string `json:"key"`
	Act   string `json:"act"`
	Code  string `json:"code"`
	Count int    `json:"count"`
}

// CountEffects counts the effects in a ledger by party, key, act and code, in the
// order of their first occurrence. A count above one is a duplicate.
func CountEffects(entries []Entry) []Effect {
	var tally Tally
	for _, e := range entries {
		tally.Add(e)
	}
	return tally.List()
}

// Tally counts effects as they come.
type Tally struct {
	index map[Effect]int
	list  []Effect
}

// Add counts an entry if it is an effect.
func (t *Tally) Add(e Entry) {
	if e.Kind != KindEffect {
		return
	}
	if t.index == nil {
		t.index = map[Effect]int{}
	}
	id := Effect{Party: e.Party, Key: e.Key, Act: e.Act, Code: e.Code}
	at, known := t.index[id]
	if !known {
		at = len(t.list)
		t.index[id] = at
		t.list = append(t.list, id)
	}
	t.list[at].Count++
}

// List gives the counts so far.
func (t *Tally) List() []Effect { return append([]Effect{}, t.list...) }

// Pack turns a value into an entry's data.
func Pack(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("simulator: value does not fit a ledger line: " + err.Error()) // a broken program, not a broken input
	}
	return raw
}

// Unpack reads an entry's data back.
func (e Entry) Unpack(into any) error {
	if len(bytes.TrimSpace(e.Data)) == 0 {
		return nil
	}
	return json.Unmarshal(e.Data, into)
}
