package store_test

import (
	"math/bits"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/dossier"
	"hoso/internal/store"
)

// printed stores a document whose pages look as the hashes say.
func (f *fixture) printed(hashes ...uint64) store.Document {
	f.t.Helper()
	p := store.Prints{Bits: 3, Common: 3, Alike: func(a, b string) bool { return a == b }}
	for i, h := range hashes {
		p.Pages = append(p.Pages, store.PagePrint{Page: i + 1, Hash: int64(h), Print: "fine"})
	}
	var kept store.Document
	_, err := f.AddDocument(f.t.Context(), request("document"), store.Document{SHA256: "a", Findings: "[]", Office: "VNPHKI", Network: "vnpost", Subject: "lan", Prints: p},
		func(d store.Document) store.Answer { kept = d; return store.Answer{Status: 201} })
	require.NoError(f.t, err)
	return kept
}

// usedBy files a dossier of a person with a document.
func (f *fixture) usedBy(citizen string, d store.Document) store.Dossier {
	n := filing()
	n.Applicant.CitizenID = citizen
	n.Components = []dossier.Given{{Code: "to-khai", Form: dossier.FormScan, Document: d.ID}}
	return f.file(n)
}

func TestPagesSeenBefore(t *testing.T) {
	t.Parallel()
	const page, other = 0xfedc_ba98_7654_3210, 0x0123_4567_89ab_cdef
	run(t, func(t *testing.T, f *fixture) {
		seen := func(d store.Document) []int {
			pages, err := f.SeenPages(t.Context(), d.ID, 3)
			require.NoError(t, err)
			return pages
		}
		first := f.printed(other^0xffff, page)
		require.Empty(t, first.Seen)
		again := f.printed(page)
		require.Empty(t, again.Seen, "a scan that no dossier uses is nobody's")
		f.usedBy("001090000001", first)
		require.Equal(t, []int{1}, seen(again), "used meanwhile")

		near := f.printed(other, page^0b111)
		require.Equal(t, []int{2}, near.Seen, "in the answer to the upload")
		far := f.printed(page ^ 0b1111)
		require.Empty(t, far.Seen, "one bit too many")

		f.usedBy("001090000001", again)
		require.Empty(t, seen(again), "the same person's own page")
		f.usedBy("001090000002", near)
		require.Equal(t, []int{2}, seen(near), "somebody else's")
		require.Empty(t, seen(first), "who came first took nothing over")

		counts, err := f.SeenCounts(t.Context(), store.Scope{All: true}, moment.Add(-time.Hour), moment.Add(time.Hour), 3)
		require.NoError(t, err)
		require.Equal(t, []store.SeenCount{{Office: "VNPHKI", Documents: 1, Pages: 1}}, counts)
		for _, scope := range []store.Scope{{Network: "fpt"}, {Office: "VNPHKI"}, {}} {
			counts, err = f.SeenCounts(t.Context(), scope, moment.Add(-time.Hour), moment.Add(time.Hour), 3)
			require.NoError(t, err)
			require.Empty(t, counts, scope)
		}

		third := f.printed(page)
		require.Empty(t, third.Seen, "three dossiers have it: a sheet that everybody hands in")
	})
}

// Two hashes that differ in no more bits than there are to differ share a band.
func TestBands(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(0, 7).Draw(t, "bits")
		a, diff := rapid.Uint64().Draw(t, "hash"), uint64(0)
		for range k {
			diff |= 1 << rapid.IntRange(0, 63).Draw(t, "bit")
		}
		x, y := store.BandsOf(a, k+1), store.BandsOf(a^diff, k+1)
		same, width := 0, 0
		for i := range x {
			if x[i] == y[i] {
				same++
			}
			width += bits.Len64(uint64(store.BandsOf(^uint64(0), k+1)[i]))
		}
		if same == 0 {
			t.Fatalf("%x and %x share no band", a, a^diff)
		}
		if width != 64 {
			t.Fatalf("%d bits in all bands", width)
		}
	})
}
