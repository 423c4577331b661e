package api

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
)

// printing judges files as usual and takes the length of a file for the look of
// its only page.
type printing struct{ scan.InProcess }

func (p printing) Check(ctx context.Context, r io.ReaderAt, size int64, profile scan.Profile) (scan.Report, error) {
	rep, err := p.InProcess.Check(ctx, r, size, profile)
	rep.Prints = []scan.Print{{Page: 1, Hash: uint64(size)}}
	return rep, err
}

// A page that was handed in for somebody else is flagged, and nothing is said of
// whose it was.
func TestAPageSeenBefore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on database) {
		h := newHouse(t, on, func(d *Deps) { d.Checker = printing{} })
		up := func() Document { return read[Document](t, h.upload("clerk", newKey(), goodScan()), http.StatusCreated) }
		first := up()
		require.Empty(t, first.Findings)
		filed := h.file("clerk", filingOf(first.ID))

		second := up()
		require.Equal(t, []string{"seen_before", "info"}, []string{second.Findings[0].Code, second.Findings[0].Severity}, "not yet known whose it will be")
		require.Equal(t, 1, second.Findings[0].Page)
		require.Equal(t, "ready", second.Verdict)
		require.NotContains(t, second.Findings[0].Message, filed.Code)
		h.file("clerk", filingOf(second.ID))
		require.Empty(t, read[Document](t, h.get("clerk", "/v1/documents/"+second.ID), 200).Findings, "the same person's own")

		third := up()
		other := filingOf(third.ID)
		other["applicant"].(body)["citizen_id"] = "001090000002"
		h.file("clerk", other)
		found := read[Document](t, h.get("clerk", "/v1/documents/"+third.ID), 200).Findings
		require.Equal(t, []string{"seen_before", "warn"}, []string{found[0].Code, found[0].Severity})
		require.Equal(t, "ready", read[Document](t, h.get("clerk", "/v1/documents/"+third.ID), 200).Verdict, "it can be read all the same")

		day := "?from=2025-02-05&to=2025-02-05"
		got := read[SeenReport](t, h.get("supervisor", "/v1/reports/seen-before"+day), 200)
		require.Equal(t, []SeenOffice{{Office: "VNPHKI", Documents: 1, Pages: 1}}, got.Offices)
		require.Empty(t, read[SeenReport](t, h.get("supervisor", "/v1/reports/seen-before?from=2025-02-06&to=2025-02-07"), 200).Offices)
		h.refused(h.get("clerk", "/v1/reports/seen-before"+day), 403)
		h.refused(h.get("supervisor", "/v1/reports/seen-before?from=2025-02-30&to=2025-02-05"), 400)
	})
}
