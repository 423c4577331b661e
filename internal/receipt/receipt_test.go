package receipt_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/receipt"
)

var (
	zone     = time.FixedZone("+07", 7*3600)
	filed    = time.Date(2026, 11, 25, 9, 30, 0, 0, zone)
	received = time.Date(2026, 11, 25, 10, 15, 0, 0, zone)
	due      = time.Date(2026, 12, 2, 17, 0, 0, 0, zone)

	digestA = strings.Repeat("0a", 32)
	digestB = strings.Repeat("ff", 32)
)

func accepted() receipt.Statement {
	return receipt.Statement{
		Kind: receipt.Receipt, Code: "VNPHKI-261125-0001-M", PortalCode: "H26.12.03-261125-0001", Procedure: "2.000635", ProcedureVersion: "163/QĐ-BTP",
		Office: "VNPHKI", FiledAt: filed, ReceivedAt: &received, DueAt: &due, Documents: []string{digestB, digestA, digestB}, Form: "01",
	}
}

func handedOver() receipt.Statement {
	s := accepted()
	s.Kind, s.PortalCode, s.ReceivedAt, s.DueAt, s.Form = receipt.Slip, "", nil, nil, "00"
	return s
}

func newKey(t testing.TB) *receipt.Key {
	t.Helper()
	key, err := receipt.EnsureKey(t.TempDir())
	require.NoError(t, err)
	return key
}

func sign(t testing.TB, key *receipt.Key, s receipt.Statement) (*receipt.Signed, []byte) {
	t.Helper()
	signed, err := receipt.Sign(key, s)
	require.NoError(t, err)
	file, err := signed.File()
	require.NoError(t, err)
	return signed, file
}

func TestWhatWasSignedIsWhatIsVerified(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	for _, statement := range []receipt.Statement{accepted(), handedOver()} {
		_, file := sign(t, key, statement)
		got, err := receipt.Verify(key.Public(), file)
		require.NoError(t, err)
		require.Equal(t, statement.Code, got.Code)
		require.Equal(t, key.ID(), got.KeyID)
		require.True(t, statement.FiledAt.Equal(got.FiledAt))
		require.Equal(t, []string{digestA, digestB}, got.Documents, "sorted, each once")
		require.True(t, got.Names(digestA))
		require.False(t, got.Names(strings.Repeat("00", 32)))
	}
}

// The file is a contract with whoever verifies it with other tools.
func TestTheFileLooksAsDocumented(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	_, file := sign(t, key, accepted())
	_, statement, found := strings.Cut(string(file), `,"statement":`)
	require.True(t, found)
	require.Equal(t, `{"code":"VNPHKI-261125-0001-M","documents":["`+digestA+`","`+digestB+`"],"due_at":"2026-12-02T17:00:00+07:00",`+
		`"filed_at":"2026-11-25T09:30:00+07:00","form":"01","key_id":"`+key.ID()+`","kind":"receipt","office":"VNPHKI",`+
		`"portal_code":"H26.12.03-261125-0001","procedure":"2.000635","procedure_version":"163/QĐ-BTP",`+
		`"received_at":"2026-11-25T10:15:00+07:00","version":1}}`, statement)
}

func TestTheSameStatementGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	_, one := sign(t, key, accepted())
	elsewhere := accepted()
	elsewhere.FiledAt = elsewhere.FiledAt.UTC().Add(300 * time.Millisecond)
	elsewhere.Documents = []string{digestA, digestB}
	_, two := sign(t, key, elsewhere)
	require.Equal(t, string(one), string(two))
}

// Every bit of every byte: nothing in the file is without weight.
func TestEveryChangedByteIsRefused(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	_, file := sign(t, key, accepted())
	for i := range file {
		for bit := range 8 {
			changed := bytes.Clone(file)
			changed[i] ^= 1 << bit
			_, err := receipt.Verify(key.Public(), changed)
			require.ErrorIs(t, err, receipt.ErrInvalid, "byte %d, bit %d", i, bit)
		}
	}
}

func TestAnythingAddedOrTakenAwayIsRefused(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	_, file := sign(t, key, accepted())
	for i := range len(file) + 1 {
		for _, more := range []string{" ", "\n", "0", "{"} {
			_, err := receipt.Verify(key.Public(), []byte(string(file[:i])+more+string(file[i:])))
			require.ErrorIs(t, err, receipt.ErrInvalid, "%q at %d", more, i)
		}
		if i < len(file) {
			_, err := receipt.Verify(key.Public(), []byte(string(file[:i])+string(file[i+1:])))
			require.ErrorIs(t, err, receipt.ErrInvalid, "without byte %d", i)
		}
	}
	for _, garbage := range []string{"", "{}", "null", "[]", `{"statement":{}}`, strings.Repeat("[", 100_000), strings.Repeat(" ", 2<<20)} {
		_, err := receipt.Verify(key.Public(), []byte(garbage))
		require.ErrorIs(t, err, receipt.ErrInvalid)
	}
}

func TestAnotherIssuersKeyDoesNotVerify(t *testing.T) {
	t.Parallel()
	ours, theirs := newKey(t), newKey(t)
	_, file := sign(t, ours, accepted())
	_, err := receipt.Verify(theirs.Public(), file)
	require.ErrorIs(t, err, receipt.ErrInvalid)
	// Their key under our name.
	_, err = receipt.Verify(receipt.Keys{ours.ID(): theirs.Public()[theirs.ID()]}, file)
	require.ErrorIs(t, err, receipt.ErrInvalid)
}

func TestAWrongStatementIsNotSigned(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	for field, change := range map[string]func(*receipt.Statement){
		"code":              func(s *receipt.Statement) { s.Code = "" },
		"office":            func(s *receipt.Statement) { s.Office = "Nguyễn Văn An, 0900000123" },
		"procedure":         func(s *receipt.Statement) { s.Procedure = "<script>" },
		"procedure_version": func(s *receipt.Statement) { s.ProcedureVersion = strings.Repeat("x", 81) },
		"form":              func(s *receipt.Statement) { s.Form = "\x00" },
		"filed_at":          func(s *receipt.Statement) { s.FiledAt = time.Time{} },
		"received_at":       func(s *receipt.Statement) { at := time.Date(9999, 1, 1, 0, 0, 0, 0, zone); s.ReceivedAt = &at },
		"due_at":            func(s *receipt.Statement) { s.DueAt = &filed },
		"documents":         func(s *receipt.Statement) { s.Documents = []string{strings.ToUpper(digestB)} },
		"kind":              func(s *receipt.Statement) { s.Kind = receipt.Slip },
	} {
		s := accepted()
		change(&s)
		_, err := receipt.Sign(key, s)
		var fault *receipt.FieldError
		require.ErrorAs(t, err, &fault, field)
		require.Equal(t, field, fault.Field)
	}
}

// Letters and digits of any script, and the marks that codes are written with.
func TestACodeIsShortAndPlain(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	for text, good := range map[string]bool{
		"163/QĐ-BTP": true, "a._:-/9": true, "Ⅷ": true, strings.Repeat("Ơ", 40): true,
		"": false, strings.Repeat("Ơ", 41): false, "a b": false, "a\n": false, "Ơ\xff": false, "e\u0301": false, "a\u200d": false, "a,b": false, "🙂": false,
	} {
		s := accepted()
		s.ProcedureVersion = text
		_, err := receipt.Sign(key, s)
		if good {
			require.NoError(t, err, "%q", text)
			continue
		}
		var fault *receipt.FieldError
		require.ErrorAs(t, err, &fault, "%q", text)
		require.Equal(t, "procedure_version", fault.Field)
	}
}

func TestTheKeyIsMadeOnceAndOldKeysStayPublished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := receipt.EnsureKey(dir)
	require.NoError(t, err)
	again, err := receipt.EnsureKey(dir)
	require.NoError(t, err)
	require.Equal(t, first.ID(), again.ID())
	info, err := os.Stat(filepath.Join(dir, receipt.PrivateName))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	_, file := sign(t, first, accepted())
	require.NoError(t, os.Remove(filepath.Join(dir, receipt.PrivateName)))
	second, err := receipt.EnsureKey(dir)
	require.NoError(t, err)
	require.NotEqual(t, first.ID(), second.ID())
	keys, err := receipt.LoadKeys(filepath.Join(dir, receipt.PublicName))
	require.NoError(t, err)
	require.Len(t, keys, 2)
	_, err = receipt.Verify(keys, file)
	require.NoError(t, err, "a receipt of former times")

	_, err = receipt.LoadKeys(filepath.Join(dir, receipt.PrivateName))
	require.Error(t, err, "a private key is not a key set")
}
