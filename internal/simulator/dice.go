package simulator

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
)

// Dice decides whether a rule applies, the same way for the same seed, and
// counts how often each has. The counts can be rebuilt from a ledger.
type Dice struct {
	counts map[string]int // by aspect and rule
	struck map[string]int // faults so far, by act and key
}

// Replay takes an entry's part in the counts.
func (d *Dice) Replay(e Entry) {
	switch e.Kind {
	case KindKnobs:
		d.counts = nil
	case KindFault:
		d.count("call", e.Rules)
		if d.struck == nil {
			d.struck = map[string]int{}
		}
		d.struck[e.Act+" "+e.Key]++
	case KindEffect:
		d.count("plan", e.Rules)
	}
}

func (d *Dice) count(aspect string, rules []string) {
	if d.counts == nil {
		d.counts = map[string]int{}
	}
	for _, r := range rules {
		d.counts[aspect+" "+r]++
	}
}

// mark tells one draw about a call from the next: by act, key and how often
// that call has gone wrong before. So a call that went well once goes well
// again, and one that went wrong has a new chance.
func (d *Dice) mark(act, key string) string {
	return fmt.Sprintf("%s %s %d", act, key, d.struck[act+" "+key])
}

// fires says whether a rule applies now; it does not count, for what was drawn
// counts only once it is in the ledger.
func (d *Dice) fires(seed uint64, aspect, rule string, first int, probability float64, mark string) bool {
	if first > 0 && d.counts[aspect+" "+rule] >= first {
		return false
	}
	return probability == 0 || fraction(seed, aspect, rule, mark) < probability
}

// fraction hashes its parts to a number in [0, 1).
func fraction(seed uint64, parts ...string) float64 {
	return float64(Hash(seed, parts...)>>11) / (1 << 53)
}

// Hash mixes a seed and texts into a number that is the same on every machine.
func Hash(seed uint64, parts ...string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, seed))
	_, _ = io.WriteString(h, strings.Join(parts, "\x00"))
	// FNV's last bytes barely reach its high bits; a finaliser spreads them.
	x := h.Sum64()
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Shuffle puts a run in an order fixed by seed and mark, never the one it had
// if there is another.
func Shuffle[T any](seed uint64, mark string, run []T) []T {
	out := append([]T{}, run...)
	moved := false
	for i := len(out) - 1; i > 0; i-- {
		j := int(Hash(seed, mark, string(rune(i))) % uint64(i+1))
		out[i], out[j] = out[j], out[i]
		moved = moved || i != j
	}
	if !moved && len(out) > 1 {
		out[0], out[1] = out[1], out[0]
	}
	return out
}
