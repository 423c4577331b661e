package custody_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/custody"
)

// desk is all the papers of some dossiers, the bags they travel in and their
// ledgers: what the store keeps, without a store.
type desk struct {
	papers  map[string]map[string]custody.Place // dossier, paper
	chains  map[string]*custody.Chain
	ledgers map[string][]custody.Link
	bags    map[string]custody.Bag
	inBag   map[string][]string // bag number to dossiers
	entered int
	at      time.Time
}

func newDesk() *desk {
	return &desk{papers: map[string]map[string]custody.Place{}, chains: map[string]*custody.Chain{}, ledgers: map[string][]custody.Link{},
		bags: map[string]custody.Bag{}, inBag: map[string][]string{}, at: time.Date(2025, 2, 5, 2, 30, 0, 0, time.UTC)}
}

// put moves a paper and writes the ledger.
func (d *desk) put(dossier, paper string, to custody.Place) {
	if d.papers[dossier] == nil {
		d.papers[dossier] = map[string]custody.Place{}
		d.chains[dossier] = &custody.Chain{Dossier: dossier}
	}
	d.at = d.at.Add(time.Second)
	for _, s := range custody.Way(d.papers[dossier][paper], to) {
		d.ledgers[dossier] = append(d.ledgers[dossier], d.chains[dossier].Append(d.at, paper, s, "somebody"))
	}
	d.papers[dossier][paper] = to
}

// bundle is a dossier's papers as one, which they are on the way out.
func (d *desk) bundle(dossier string) custody.Papers {
	var p custody.Papers
	for _, at := range d.papers[dossier] {
		if at.Holder.Kind == custody.Authority || at.Holder.Kind == custody.Citizen {
			continue
		}
		p = custody.Papers{Count: p.Count + 1, Holder: at.Holder, Offered: at.Offered, Bag: at.Bag}
	}
	return p
}

func (d *desk) moveBundle(dossier string, to custody.Papers) {
	for _, paper := range sorted(d.papers[dossier]) {
		if k := d.papers[dossier][paper].Holder.Kind; k != custody.Authority && k != custody.Citizen {
			d.put(dossier, paper, custody.Place{Holder: to.Holder, Offered: to.Offered, Bag: to.Bag})
		}
	}
}

func (d *desk) moveBag(b custody.Bag) {
	d.bags[b.Number] = b
	for _, dossier := range d.inBag[b.Number] {
		for _, paper := range sorted(d.papers[dossier]) {
			if d.papers[dossier][paper].Bag == b.Number {
				d.put(dossier, paper, b.Place())
			}
		}
	}
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// conserved wants every paper that was ever handed in to be with exactly one
// holder, every bag to have what lies in it, and the ledgers to say the same.
func (d *desk) conserved(t require.TestingT) {
	held := 0
	for _, dossier := range sorted(d.papers) {
		places, err := custody.Prove(dossier, d.ledgers[dossier], d.chains[dossier].Head)
		require.NoError(t, err)
		require.Equal(t, d.papers[dossier], places, "the ledger tells where the papers are")
		for paper, at := range places {
			require.False(t, at.Holder.None(), paper)
			held++
			if at.Bag == "" {
				continue
			}
			b := d.bags[at.Bag]
			require.Equal(t, b.Place(), at, "what lies in a bag is where the bag is")
			require.False(t, b.Opened, "nothing lies in an opened bag")
			require.Contains(t, d.inBag[at.Bag], dossier)
		}
	}
	require.Equal(t, d.entered, held, "as many as were handed in")
}

var holders = []custody.Holder{office, carrier, other, authority, citizen, nobody, {Kind: custody.Office, ID: "FPTCGY"}, {Kind: custody.Authority, ID: "H26.99"}}

// act does something at random, lawful or not, and says whether it was done.
func (d *desk) act(t *rapid.T) bool {
	who := func(label string) custody.Holder { return rapid.SampledFrom(holders).Draw(t, label) }
	dossiers, bags := sorted(d.papers), sorted(d.bags)
	dossier := fmt.Sprintf("D%d", rapid.IntRange(0, max(3, len(dossiers)/2)).Draw(t, "dossier"))
	what := rapid.SampledFrom([]string{"enter", "offer", "offer", "take", "take", "seal", "bag", "bag", "bag", "bag", "bag", "home"}).Draw(t, "what")
	switch what {
	case "enter":
		if len(d.papers[dossier]) >= 4 {
			return false
		}
		d.entered++
		d.put(dossier, fmt.Sprintf("%s/%d", dossier, len(d.papers[dossier])), custody.Place{Holder: office})
		return true
	case "offer", "take":
		p := d.bundle(dossier)
		if p.Count == 0 || !d.together(dossier) {
			return false
		}
		var err error
		if what == "offer" {
			from, to := likely(t, p.Holder, who("from")), who("to")
			p, err = p.Offer(from, to)
		} else {
			by, before := likely(t, p.Offered, who("by")), p
			var c custody.Count
			if rapid.IntRange(0, 4).Draw(t, "trouble") == 0 {
				c.SealBroken = true
			}
			if p, err = p.Take(by, c); err == nil {
				require.Equal(t, by, before.Offered, "nobody takes what is not offered to him")
			}
			if err == nil && p.Trouble != "" {
				return false // the papers stay where they are, and nobody looks: another day
			}
		}
		if err != nil {
			return false
		}
		d.moveBundle(dossier, p)
		return true
	case "seal":
		return d.seal(t)
	case "bag":
		if len(bags) == 0 {
			return false
		}
		return d.bagAct(t, d.bags[rapid.SampledFrom(bags).Draw(t, "bag")], who)
	default:
		return d.home(dossier)
	}
}

// together says whether a dossier's papers on the way out are all in one place.
func (d *desk) together(dossier string) bool {
	p := d.bundle(dossier)
	for _, at := range d.papers[dossier] {
		if at.Holder.Kind != custody.Authority && at.Holder.Kind != custody.Citizen && at != (custody.Place{Holder: p.Holder, Offered: p.Offered, Bag: p.Bag}) {
			return false
		}
	}
	return true
}

// likely is more often the right one than chance would have it.
func likely(t *rapid.T, right, other custody.Holder) custody.Holder {
	if rapid.IntRange(0, 3).Draw(t, "right") > 0 {
		return right
	}
	return other
}

// seal puts the papers of some dossiers that lie free at the office into a bag.
func (d *desk) seal(t *rapid.T) bool {
	var free []string
	for _, dossier := range sorted(d.papers) {
		if p := d.bundle(dossier); p.Count > 0 && p.Holder == office && p.Offered.None() && p.Bag == "" && d.together(dossier) {
			free = append(free, dossier)
		}
	}
	if len(free) == 0 {
		return false
	}
	b, err := custody.Seal(fmt.Sprintf("B%d", len(d.bags)), office, authority)
	require.NoError(t, err)
	d.bags[b.Number], d.inBag[b.Number] = b, free[:rapid.IntRange(1, len(free)).Draw(t, "how many")]
	for _, dossier := range d.inBag[b.Number] {
		d.moveBundle(dossier, custody.Papers{Holder: office, Bag: b.Number})
	}
	return true
}

func (d *desk) bagAct(t *rapid.T, b custody.Bag, who func(string) custody.Holder) bool {
	before := b
	var err error
	switch rapid.SampledFrom([]string{"offer", "offer", "take", "take", "take", "open", "clear", "clear"}).Draw(t, "act") {
	case "offer":
		b, err = b.Offer(likely(t, b.Holder, who("from")), who("to"))
	case "take":
		var c custody.Count
		if rapid.IntRange(0, 4).Draw(t, "trouble") == 0 {
			c = custody.Count{SealBroken: rapid.Bool().Draw(t, "seal"), Extra: rapid.IntRange(0, 2).Draw(t, "extra")}
		}
		by := likely(t, b.Offered, who("by"))
		if b, err = b.Take(by, c); err == nil {
			require.Equal(t, by, before.Offered, "nobody takes what is not offered to him")
			require.Equal(t, b.Trouble == "", b.Holder == by, "the holder changes unless something is wrong that nobody has looked into")
		}
	case "open":
		b, err = b.Open(likely(t, b.From, who("by")))
	default:
		b, err = b.Clear(false)
	}
	if err != nil {
		require.Equal(t, before, b, "what is refused changes nothing")
		return false
	}
	d.moveBag(b)
	return true
}

// home brings what the authority has to the citizen, as a carrier's reports do.
func (d *desk) home(dossier string) bool {
	done := false
	for _, paper := range sorted(d.papers[dossier]) {
		if d.papers[dossier][paper].Holder == authority {
			d.put(dossier, paper, custody.Place{Holder: carrier})
			d.put(dossier, paper, custody.Place{Holder: citizen})
			done = true
		}
	}
	return done
}

// TestConservation walks at random, lawfully and not, and wants after each step
// that no paper is gone, doubled or with two holders, and that every bag is
// accounted for. HOSO_CUSTODY_STEPS sets how many steps (3,000 by default).
func TestConservation(t *testing.T) {
	t.Parallel()
	want, _ := strconv.Atoi(os.Getenv("HOSO_CUSTODY_STEPS")) // 0 where it is not set
	if want <= 0 {
		want = 3000
	}
	steps, done, entries, bags := 0, 0, 0, 0
	for steps < want {
		rapid.Check(t, func(rt *rapid.T) {
			if steps >= want {
				return
			}
			d := newDesk()
			for range rapid.IntRange(1, 60).Draw(rt, "steps") {
				if d.act(rt) {
					done++
				}
				d.conserved(rt)
				steps++
			}
			for _, l := range d.ledgers {
				entries += len(l)
			}
			bags += len(d.bags)
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d steps, %d of them carried out, %d ledger entries, %d bags", steps, done, entries, bags)
	require.Greater(t, done, steps/10, "most of the walk was refused: it proves little")
	require.Positive(t, bags)
}

// TestLedgerShowsItsWounds flips, deletes, reorders and cuts a ledger at every
// place, and wants the place named.
func TestLedgerShowsItsWounds(t *testing.T) {
	t.Parallel()
	d := newDesk()
	for n := range 3 {
		d.put("D1", fmt.Sprint("p", n), custody.Place{Holder: office})
	}
	b, err := custody.Seal("B1", office, authority)
	require.NoError(t, err)
	d.inBag["B1"] = []string{"D1"}
	d.moveBundle("D1", custody.Papers{Holder: office, Bag: "B1"})
	for _, to := range []custody.Holder{carrier, authority} {
		b, err = b.Offer(b.Holder, to)
		require.NoError(t, err)
		d.moveBag(b)
		b, err = b.Take(to, custody.Count{})
		require.NoError(t, err)
		d.moveBag(b)
	}
	d.home("D1")
	sound, head := d.ledgers["D1"], d.chains["D1"].Head
	places, err := custody.Prove("D1", sound, head)
	require.NoError(t, err)
	require.Equal(t, custody.Place{Holder: citizen}, places["p0"])

	at := func(chain []custody.Link, seq int) {
		t.Helper()
		_, err := custody.Prove("D1", chain, head)
		var f custody.Fault
		require.ErrorAs(t, err, &f)
		require.Equal(t, int64(seq), f.Seq, f.Rule)
		require.Equal(t, "D1", f.Dossier)
	}
	for i := range sound {
		for _, flip := range []func(*custody.Link){
			func(l *custody.Link) { l.To.ID += "x" },
			func(l *custody.Link) { l.Paper += "x" },
			func(l *custody.Link) { l.Act = custody.Missing },
			func(l *custody.Link) { l.Bag += "x" },
			func(l *custody.Link) { l.By = "another" },
			func(l *custody.Link) { l.At = l.At.Add(time.Second) },
			func(l *custody.Link) { l.Hash = l.Entry.Prev },
		} {
			chain := slices.Clone(sound)
			flip(&chain[i])
			at(chain, i+1)
		}
		if i < len(sound)-1 {
			at(slices.Delete(slices.Clone(sound), i, i+1), i+1)
			swapped := slices.Clone(sound)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			at(swapped, i+1)
		}
		at(slices.Clone(sound[:i]), i) // cut short after the i-th
	}
	_, err = custody.Prove("D2", sound, head)
	require.Error(t, err, "one dossier's ledger is not another's")
}

// TestForgedLedgerIsUnlawful: who can write hashes anew still cannot give a paper
// to somebody to whom it was never offered.
func TestForgedLedgerIsUnlawful(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]custody.Step{
		"taken without an offer":                {{Act: custody.Entered, To: office}, {Act: custody.Taken, To: carrier}},
		"handed in twice":                       {{Act: custody.Entered, To: office}, {Act: custody.Entered, To: office}},
		"never handed in":                       {{Act: custody.Offered, To: carrier}},
		"offered to its holder":                 {{Act: custody.Entered, To: office}, {Act: custody.Offered, To: office}},
		"offered to nobody":                     {{Act: custody.Entered, To: office}, {Act: custody.Offered}},
		"in two bags":                           {{Act: custody.Entered, To: office}, {Act: custody.Bagged, Bag: "B1"}, {Act: custody.Bagged, Bag: "B2"}},
		"out of another bag":                    {{Act: custody.Entered, To: office}, {Act: custody.Bagged, Bag: "B1"}, {Act: custody.Unbagged, Bag: "B2"}},
		"bagged while on offer":                 {{Act: custody.Entered, To: office}, {Act: custody.Offered, To: carrier}, {Act: custody.Bagged, Bag: "B1"}},
		"an unknown act":                        {{Act: custody.Entered, To: office}, {Act: "lost"}},
		"an offer taken back that was not made": {{Act: custody.Entered, To: office}, {Act: custody.Withdrawn}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := custody.Chain{Dossier: "D1"}
			var chain []custody.Link
			for _, s := range steps {
				chain = append(chain, c.Append(time.Unix(0, 0), "p", s, "forger"))
			}
			_, err := custody.Prove("D1", chain, c.Head)
			var f custody.Fault
			require.ErrorAs(t, err, &f)
			require.Equal(t, int64(len(steps)), f.Seq)
			require.Contains(t, f.Rule, "unlawful")
		})
	}
}

// TestWayIsLawful: between any two places that can be, the way is one of lawful steps.
func TestWayIsLawful(t *testing.T) {
	t.Parallel()
	var places []custody.Place
	for _, h := range []custody.Holder{office, carrier, authority, citizen} {
		for _, o := range []custody.Holder{nobody, office, carrier, authority} {
			for _, b := range []string{"", "B1", "B2"} {
				if h != o {
					places = append(places, custody.Place{Holder: h, Offered: o, Bag: b})
				}
			}
		}
	}
	for _, from := range append(places, custody.Place{}) {
		for _, to := range places {
			at := from
			for _, s := range custody.Way(from, to) {
				var err error
				at, err = at.After(s)
				require.NoError(t, err, "%+v to %+v by %+v", from, to, s)
			}
			require.Equal(t, to, at)
		}
		require.Empty(t, custody.Way(from, from))
	}
}
