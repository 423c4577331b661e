package audit_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/audit"
)

// kinds is the way of one dossier, a change per entry.
var kinds = []string{"filed", "route_decided", "submitted", "status_changed", "supplement_given", "status_changed", "delivery_booked", "delivered"}

// ledger gives a chain of eight and the hash of its last entry.
func ledger() ([]audit.Link, string) {
	var chain []audit.Link
	head := ""
	for i, kind := range kinds {
		e := audit.Entry{
			Dossier: "VNPHKI-250205-0001-M", Seq: int64(i + 1), At: time.Date(2025, 2, 5, 9, i, 0, 123456000, time.UTC),
			Kind: kind, Actor: "system", Role: "system", Data: fmt.Sprintf(`{"n":%d,"a":"ố<"}`, i), TextID: fmt.Sprintf("t%d", i), Prev: head,
		}
		head = e.Hash()
		chain = append(chain, audit.Link{Entry: e, Hash: head})
	}
	return chain, head
}

// requireFoundAt wants the chain to be found wrong at the n-th entry.
func requireFoundAt(t *testing.T, n int, chain []audit.Link, head string, how ...any) {
	t.Helper()
	err := audit.Verify(chain, head)
	place := fmt.Sprintf("entry %d", n)
	if err == nil || !strings.Contains(err.Error(), place+" ") && !strings.Contains(err.Error(), place+",") {
		require.Failf(t, "not found where it was done", "want entry %d, got %v: %v", n, err, how)
	}
}

func TestAWholeChainHolds(t *testing.T) {
	t.Parallel()
	chain, head := ledger()
	require.NoError(t, audit.Verify(chain, head))
	require.NoError(t, audit.Verify(nil, ""), "a dossier without a past has nothing to prove")
	for n := range chain {
		require.NoError(t, audit.Verify(chain[:n+1], chain[n].Hash), "so did it after each entry")
	}
}

func TestTheStoresFormOfTimeChangesNothing(t *testing.T) {
	t.Parallel()
	chain, head := ledger()
	for i := range chain {
		chain[i].At = chain[i].At.In(time.FixedZone("ICT", 7*3600)).Add(999 * time.Nanosecond)
	}
	require.NoError(t, audit.Verify(chain, head), "another zone and less than a microsecond are the same time")
}

// TestHashKeepsItsForm: whoever proves an old ledger must come to the old hashes.
// This one was computed by another program, from the words at Entry.Hash.
func TestHashKeepsItsForm(t *testing.T) {
	t.Parallel()
	chain, _ := ledger()
	require.Equal(t, "cba5b78712e4c43f248dfb8b173b2c247e5e4a6074faf05068810d1a2c3845a7", chain[0].Hash)
}

// TestEveryFieldCounts changes each field of each entry, also those that may be
// added to Entry one day, and each byte of the data to each other byte.
func TestEveryFieldCounts(t *testing.T) {
	t.Parallel()
	sound, head := ledger()
	for n := range sound {
		t.Run(fmt.Sprintf("entry %d", n+1), func(t *testing.T) {
			t.Parallel()
			for f := range reflect.TypeFor[audit.Entry]().NumField() {
				for _, changed := range changes(reflect.ValueOf(sound[n].Entry).Field(f)) {
					chain := slices.Clone(sound)
					reflect.ValueOf(&chain[n].Entry).Elem().Field(f).Set(changed)
					requireFoundAt(t, n+1, chain, head, reflect.TypeFor[audit.Entry]().Field(f).Name, changed)
				}
			}
			for i := range len(sound[n].Data) {
				for b := range 256 {
					if byte(b) != sound[n].Data[i] {
						chain := slices.Clone(sound)
						chain[n].Data = sound[n].Data[:i] + string([]byte{byte(b)}) + sound[n].Data[i+1:]
						requireFoundAt(t, n+1, chain, head, "data byte", i, b)
					}
				}
			}
		})
	}
}

// changes gives other values for a field of an entry.
func changes(field reflect.Value) []reflect.Value {
	var out []reflect.Value
	switch v := field.Interface().(type) {
	case string:
		for _, s := range []string{v + "x", v + " ", v + "\x00", strings.ToUpper(v) + "É", "x" + v, v[:max(len(v)-1, 0)], ""} {
			if s != v {
				out = append(out, reflect.ValueOf(s))
			}
		}
	case int64:
		for _, n := range []int64{v - 1, v + 1, -v, 0, 1 << 40} {
			out = append(out, reflect.ValueOf(n))
		}
	case time.Time:
		for _, at := range []time.Time{v.Add(time.Microsecond), v.Add(-time.Microsecond), v.AddDate(1, 0, 0), v.AddDate(9000, 0, 0), v.AddDate(-9000, 0, 0), {}} {
			out = append(out, reflect.ValueOf(at))
		}
	default:
		panic(fmt.Sprintf("say how a %T changes", v))
	}
	return out
}

func TestAChangedHashIsFound(t *testing.T) {
	t.Parallel()
	sound, head := ledger()
	for n := range sound {
		for i := range sound[n].Hash {
			chain := slices.Clone(sound)
			chain[n].Hash = sound[n].Hash[:i] + flip(sound[n].Hash[i]) + sound[n].Hash[i+1:]
			requireFoundAt(t, n+1, chain, head, "hash digit", i)
		}
	}
	requireFoundAt(t, 8, sound, head[:63]+flip(head[63]), "the register's own")
}

func flip(digit byte) string {
	if digit == '0' {
		return "1"
	}
	return "0"
}

// TestAForgerWhoKnowsTheRules changes an entry and computes its hash anew. The
// next entry gives it away; after the last, or when all that follow are forged as
// well, the register's head does.
func TestAForgerWhoKnowsTheRules(t *testing.T) {
	t.Parallel()
	sound, head := ledger()
	for n := range sound {
		chain := slices.Clone(sound)
		chain[n].Actor = "somebody else"
		chain[n].Hash = chain[n].Entry.Hash()
		requireFoundAt(t, min(n+2, len(chain)), chain, head, "one entry forged")

		for i := n + 1; i < len(chain); i++ {
			chain[i].Prev = chain[i-1].Hash
			chain[i].Hash = chain[i].Entry.Hash()
		}
		requireFoundAt(t, len(chain), chain, head, "all that follow forged")
	}
}

func TestADeletedEntryIsFound(t *testing.T) {
	t.Parallel()
	sound, head := ledger()
	for n := range sound {
		chain := slices.Delete(slices.Clone(sound), n, n+1)
		if n == len(sound)-1 {
			requireFoundAt(t, n, chain, head, "the last: the chain ends before")
			continue
		}
		requireFoundAt(t, n+1, chain, head, "deleted")

		for i := n; i < len(chain); i++ { // and the numbers closed up
			chain[i].Seq--
		}
		requireFoundAt(t, n+1, chain, head, "deleted and renumbered")
	}
}

func TestReorderedEntriesAreFound(t *testing.T) {
	t.Parallel()
	sound, head := ledger()
	for i := range sound {
		for j := i + 1; j < len(sound); j++ {
			chain := slices.Clone(sound)
			chain[i], chain[j] = chain[j], chain[i]
			requireFoundAt(t, i+1, chain, head, "changed about with", j+1)

			chain[i].Seq, chain[j].Seq = chain[j].Seq, chain[i].Seq
			requireFoundAt(t, i+1, chain, head, "changed about and renumbered with", j+1)
		}
	}
}

func TestATruncatedChainIsFound(t *testing.T) {
	t.Parallel()
	sound, head := ledger()
	for n := range sound {
		requireFoundAt(t, n, sound[:n], head, "cut after", n)
		if n > 0 {
			requireFoundAt(t, 1, sound[n:], head, "cut before", n)
		}
	}
}

func TestAnAddedEntryIsFound(t *testing.T) {
	t.Parallel()
	sound, head := ledger()
	for n := range sound {
		twice := slices.Insert(slices.Clone(sound), n, sound[n])
		requireFoundAt(t, n+2, twice, head, "an entry twice")
	}
	more := audit.Entry{Dossier: sound[0].Dossier, Seq: 9, At: sound[7].At, Kind: "collected", Prev: head}
	requireFoundAt(t, 9, append(slices.Clone(sound), audit.Link{Entry: more, Hash: more.Hash()}), head, "one more than the register knows")
	requireFoundAt(t, 8, sound, "", "a register that knows of none")
}

// TestBytesThatAreNoTextAreFound: JSON writes them as the replacement character,
// and yet they must not pass for one.
func TestBytesThatAreNoTextAreFound(t *testing.T) {
	t.Parallel()
	fields := reflect.TypeFor[audit.Entry]()
	for f := range fields.NumField() {
		if fields.Field(f).Type.Kind() != reflect.String || fields.Field(f).Name == "Prev" {
			continue // the first entry's Prev is empty
		}
		e := audit.Entry{Seq: 1}
		text := reflect.ValueOf(&e).Elem().Field(f)
		text.SetString("\ufffd")
		sound := audit.Link{Entry: e, Hash: e.Hash()}
		require.NoError(t, audit.Verify([]audit.Link{sound}, sound.Hash))
		for _, bytes := range []string{"\xff", "\xfe", "\xc3"} {
			text.SetString(bytes)
			requireFoundAt(t, 1, []audit.Link{{Entry: e, Hash: sound.Hash}}, sound.Hash, fields.Field(f).Name)
		}
	}
}
