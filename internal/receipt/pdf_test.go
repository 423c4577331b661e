package receipt_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"hoso/internal/forms"
	"hoso/internal/receipt"
)

// render puts a statement into the form it belongs to.
func render(t testing.TB, printed receipt.Statement, seal *forms.Seal) []byte {
	t.Helper()
	head := forms.Head{
		Unit: "Trung tâm Phục vụ hành chính công", Place: "Hà Nội", IssuedAt: printed.FiledAt, Code: printed.Code, PortalCode: printed.PortalCode,
		Procedure: forms.Procedure{Code: printed.Procedure, Name: "Cấp bản sao trích lục hộ tịch"}, Track: "https://hoso.example.vn/v1/track?t=sample",
	}
	who := forms.Person{Name: "Nguyễn Văn An"}
	papers := []forms.Component{{Name: "Tờ khai", Original: 1}}
	var f forms.Form = &forms.Slip{Head: head, FiledAt: printed.FiledAt, Sender: who, Authority: "UBND phường Hoàn Kiếm", Components: papers, Clerk: "Trần Thị Ví Dụ", Seal: seal}
	if printed.Kind == receipt.Receipt {
		f = &forms.Receipt{
			Head: head, Submitter: who, Channel: "Trực tuyến", Components: papers, Sets: 1, Term: "05 ngày làm việc", ReceivedAt: *printed.ReceivedAt, DueAt: printed.DueAt,
			Result: "Chuyển phát", Officer: "Lê Thị Ví Dụ", Seal: seal,
		}
	}
	d, err := forms.PDF(f)
	require.NoError(t, err)
	return d.Bytes
}

// sealed signs a statement and gives its seal.
func sealed(t testing.TB, key *receipt.Key, s receipt.Statement) *forms.Seal {
	t.Helper()
	signed, _ := sign(t, key, s)
	seal, err := signed.Seal()
	require.NoError(t, err)
	return seal
}

func TestAPDFCarriesItsProof(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	open := accepted()
	open.DueAt = nil
	for _, s := range []receipt.Statement{accepted(), handedOver(), open} {
		got, err := receipt.VerifyPDF(key.Public(), render(t, s, sealed(t, key, s)))
		require.NoError(t, err)
		require.Equal(t, s.Code, got.Code)
	}
}

func TestAStatementOfAnotherDossierIsRefused(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	mine, other := accepted(), accepted()
	other.Code, other.PortalCode = "VNPHKI-261125-0002-K", "H26.12.03-261125-0002"

	// The page speaks of one dossier and carries, wholly consistent in itself, the
	// sealed statement of another.
	_, err := receipt.VerifyPDF(key.Public(), render(t, mine, sealed(t, key, other)))
	require.ErrorIs(t, err, receipt.ErrInvalid)
	require.ErrorContains(t, err, "another code")

	// The statement was exchanged and the printed mark was left.
	seal := sealed(t, key, mine)
	seal.Statement = sealed(t, key, other).Statement
	_, err = receipt.VerifyPDF(key.Public(), render(t, mine, seal))
	require.ErrorContains(t, err, "mark")
}

func TestAnotherTimeOnThePageIsRefused(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	for _, change := range []func(*receipt.Statement){
		func(s *receipt.Statement) { at := due.AddDate(0, 0, 1); s.DueAt = &at },
		func(s *receipt.Statement) { s.DueAt = nil },
		func(s *receipt.Statement) { at := received.AddDate(0, 0, -1); s.ReceivedAt = &at },
	} {
		printed := accepted()
		change(&printed)
		_, err := receipt.VerifyPDF(key.Public(), render(t, printed, sealed(t, key, accepted())))
		require.ErrorContains(t, err, "another time")
	}
}

// What an editor does: the page's text is changed in the finished file.
func TestAnEditedPageIsRefused(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	pdf := render(t, accepted(), sealed(t, key, accepted()))
	edited := editPage(t, pdf, "tháng 12 năm 2026", "tháng 11 năm 2026")
	_, err := receipt.VerifyPDF(key.Public(), edited)
	require.ErrorIs(t, err, receipt.ErrInvalid)
	require.ErrorContains(t, err, "another time")
}

func TestWhatIsNoSealedPDFIsRefused(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	pdf := render(t, accepted(), sealed(t, key, accepted()))
	for name, file := range map[string][]byte{
		"unsealed": render(t, accepted(), nil), "cut": pdf[:len(pdf)/2], "empty": nil, "words": []byte("%PDF-1.4\nnot one"), "noise": bytes.Repeat([]byte("%PDF-obj<<"), 10_000),
	} {
		_, err := receipt.VerifyPDF(key.Public(), file)
		require.ErrorIs(t, err, receipt.ErrInvalid, name)
	}
}

// A changed byte may fall where it says nothing (an offset that readers repair).
// What it must never do is to let another statement through, or break the reader.
func TestAChangedPDFNeverSaysAnythingElse(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	want, file := sign(t, key, accepted())
	pdf := render(t, accepted(), sealed(t, key, accepted()))
	for i := 0; i < len(pdf); i += len(pdf)/60 + 1 {
		changed := bytes.Clone(pdf)
		changed[i] ^= 0x15
		got, err := receipt.VerifyPDF(key.Public(), changed)
		if err != nil {
			require.ErrorIs(t, err, receipt.ErrInvalid)
			continue
		}
		require.Equal(t, want.Statement, got.Statement)
		same, err := got.File()
		require.NoError(t, err)
		require.Equal(t, file, same)
	}
}

// editPage changes a text in the content of a page. Lengths and offsets no longer
// fit afterwards; readers repair that, and so may a forger.
func editPage(t testing.TB, pdf []byte, from, to string) []byte {
	t.Helper()
	for start := 0; ; {
		at := bytes.Index(pdf[start:], []byte("\nstream\n"))
		require.GreaterOrEqual(t, at, 0, "no page prints it")
		start += at + len("\nstream\n")
		end := start + bytes.Index(pdf[start:], []byte("\nendstream"))
		content := inflate(pdf[start:end])
		if !bytes.Contains(content, []byte(wide(from))) {
			continue
		}
		var packed bytes.Buffer
		w := zlib.NewWriter(&packed)
		_, err := w.Write(bytes.ReplaceAll(content, []byte(wide(from)), []byte(wide(to))))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return []byte(string(pdf[:start]) + packed.String() + string(pdf[end:]))
	}
}

// inflate gives what a stream holds, or nothing where it is not packed.
func inflate(stream []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil
	}
	content, _ := io.ReadAll(r)
	return content
}

// wide is a text as our forms write it.
func wide(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.Write(binary.BigEndian.AppendUint16(nil, u))
	}
	return b.String()
}
