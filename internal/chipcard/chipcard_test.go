package chipcard_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"hoso/internal/chipcard"
	"hoso/internal/dossier"
)

const text = "001190000002|012345678|Trần Thị Bình|05021990|Nữ|Số 1 phố Hàng Bài, phường Cửa Nam, Hà Nội|01072021"

var bình = chipcard.Card{CitizenID: "001190000002", OldNumber: "012345678", FullName: "Trần Thị Bình", DateOfBirth: "1990-02-05",
	Sex: "female", Address: "Số 1 phố Hàng Bài, phường Cửa Nam, Hà Nội", IssuedOn: "2021-07-01"}

// One card, however its text got here.
func TestReadsACard(t *testing.T) {
	t.Parallel()
	latin := make([]rune, 0, len(text))
	for _, b := range []byte(text) {
		latin = append(latin, rune(b))
	}
	old, err := charmap.Windows1258.NewEncoder().Bytes([]byte(forWindows1258(text)))
	require.NoError(t, err)
	for name, raw := range map[string][]byte{
		"as it is":                []byte(text),
		"typed with an end":       []byte(text + "\r\n"),
		"with a mark in front":    []byte("\ufeff" + text),
		"taken apart":             norm.NFD.Bytes([]byte(text)),
		"in the old alphabet":     old,
		"read as Western letters": []byte(string(latin)),
		"spaced out":              []byte("001190000002 | 012345678 |  Trần  Thị Bình | 05021990 | Nữ | Số 1 phố Hàng Bài, phường Cửa Nam, Hà Nội | 01072021"),
		"a newer card":            []byte(text + "|||Trần Văn Cha|Lê Thị Mẹ"),
	} {
		c, err := chipcard.Default.Read(raw)
		require.NoError(t, err, name)
		require.Equal(t, bình, c, name)
	}
}

// forWindows1258 writes letters as that alphabet can: base letters of its own,
// tone marks apart.
func forWindows1258(s string) string {
	var out []rune
	for _, r := range s {
		if _, ok := charmap.Windows1258.EncodeRune(r); ok {
			out = append(out, r)
			continue
		}
		var tone []rune
		rest := norm.NFD.String(string(r))
		var kept []rune
		for _, m := range rest {
			switch m {
			case 0x300, 0x301, 0x303, 0x309, 0x323:
				tone = append(tone, m)
			default:
				kept = append(kept, m)
			}
		}
		out = append(append(out, []rune(norm.NFC.String(string(kept)))...), tone...)
	}
	return string(out)
}

func TestLessOnTheCard(t *testing.T) {
	t.Parallel()
	for raw, change := range map[string]func(*chipcard.Card){
		"001190000002||Trần Thị Bình|05021990|Nữ|Số 1 phố Hàng Bài, phường Cửa Nam, Hà Nội|01072021":         func(c *chipcard.Card) { c.OldNumber = "" },
		"001190000002|012345678|Trần Thị Bình|05021990|Nữ|Số 1 phố Hàng Bài, phường Cửa Nam, Hà Nội":         func(c *chipcard.Card) { c.IssuedOn = "" },
		"001190000002|012345678|Trần Thị Bình|05021990|X|Số 1 phố Hàng Bài, phường Cửa Nam, Hà Nội|31022021": func(c *chipcard.Card) { c.IssuedOn, c.Sex = "", "" },
	} {
		want := bình
		change(&want)
		c, err := chipcard.Default.Read([]byte(raw))
		require.NoError(t, err)
		require.Equal(t, want, c)
	}
}

func TestNoCard(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]chipcard.Fault{
		"":                                  chipcard.FaultText,
		string(make([]byte, 3000)):          chipcard.FaultText,
		"https://example.vn":                chipcard.FaultFields,
		"001190000002|a|b|c|d":              chipcard.FaultFields,
		"01190000002||Bình|05021990||":      chipcard.FaultNumber,
		"001190000002|12|Bình|05021990||":   chipcard.FaultOldNumber,
		"001190000002|||05021990||":         chipcard.FaultName,
		"001190000002||B1nh|05021990||":     chipcard.FaultName,
		"001190000002||Bình|31021990||":     chipcard.FaultBirth,
		"001190000002||Bình|1990-02-05||":   chipcard.FaultBirth,
		"00119000000²||Bình|05021990|Nữ|a|": chipcard.FaultNumber,
	} {
		_, err := chipcard.Default.Read([]byte(raw))
		require.Equal(t, want, err, "%.40q", raw)
	}
}

// No text whatever is more than a fault, and a fault says nothing of the text.
func TestAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, err := chipcard.Default.Read(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		if err != nil && c != (chipcard.Card{}) {
			t.Fatalf("a fault and a card: %v", err)
		}
	})
}

func TestHoldsAgainstWhatWasTyped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*dossier.Person)
		want   []dossier.FieldError
	}{
		{"the same", func(*dossier.Person) {}, nil},
		{"capitals", func(p *dossier.Person) { p.FullName = "TRẦN  THỊ BÌNH" }, nil},
		{"elsewhere", func(p *dossier.Person) { p.Address = "Đà Nẵng" }, nil},
		{"name", func(p *dossier.Person) { p.FullName = "Trần Thị Binh" }, []dossier.FieldError{{Pointer: "/applicant/full_name", Rule: "card_full_name_differs", Warning: true}}},
		{"number", func(p *dossier.Person) { p.CitizenID = "001190000003" }, []dossier.FieldError{{Pointer: "/applicant/citizen_id", Rule: "card_citizen_id_differs"}}},
		{"birth", func(p *dossier.Person) { p.DateOfBirth = "1990-05-02" }, []dossier.FieldError{{Pointer: "/applicant/date_of_birth", Rule: "card_date_of_birth_differs"}}},
	} {
		p := bình.Person()
		c.change(&p)
		require.Equal(t, c.want, chipcard.Default.Check("/applicant", bình, p), c.name)
	}
	card := bình
	card.FullName = "Nguyễn Hòa Thúy"
	p := card.Person()
	p.FullName = "Nguyễn Hoà Thuý" // the tone mark where others put it
	require.Empty(t, chipcard.Default.Check("/applicant", card, p))
}
