package forms

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// However a text is made: no line is wider than it may be, no character is lost,
// and there is an end to it.
func TestWrappedTextIsWholeAndFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("ẵW i-/.\n\u00a0\u202e\u0301(\\")))).Draw(r, "text")
		styled := rapid.SampledFrom([]style{regular, bold, italic}).Draw(r, "style")
		width := rapid.Float64Range(5, 180).Draw(r, "width")
		var got strings.Builder
		for _, l := range wrap(10, width, text("Lý do: "), span{styled, words}) {
			require.LessOrEqual(r, l.width, width+0.001)
			for _, w := range l.words {
				for _, f := range w.frags {
					got.WriteString(f.text)
				}
			}
		}
		dense := func(s string) string { return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), "") }
		require.Equal(r, dense("Lý do: "+clean(words)), got.String())
	})
}

func TestCleanTextIsPrintable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		got := clean(rapid.String().Draw(r, "text"))
		require.True(r, norm.NFC.IsNormalString(got))
		for _, c := range got {
			require.True(r, c == '\n' || c == ' ' || faces().has(c) && !unicode.IsControl(c), "%U", c)
		}
	})
	require.Equal(t, "Nguyễn", clean(norm.NFD.String("Nguyễn")))
}
