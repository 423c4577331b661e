package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/forms"
	"hoso/internal/receipt"
)

// A citizen comes home with a slip and two files, and asks whether all is in order.
func TestVerifyReceipt(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	at := time.Date(2026, 11, 25, 9, 30, 0, 0, time.FixedZone("+07", 7*3600))
	key, err := receipt.EnsureKey(s.data)
	require.NoError(t, err)
	scan, other := s.write("to-khai.pdf", []byte("scan")), s.write("khac.pdf", []byte("another"))
	sum := sha256.Sum256([]byte("scan"))
	signed, err := receipt.Sign(key, receipt.Statement{
		Kind: receipt.Slip, Code: "VNPHKI-261125-0001-M", Procedure: "2.000635", ProcedureVersion: "163/QĐ-BTP", Office: "VNPHKI",
		FiledAt: at, Documents: []string{hex.EncodeToString(sum[:])}, Form: "00",
	})
	require.NoError(t, err)
	seal, err := signed.Seal()
	require.NoError(t, err)
	slip, err := forms.PDF(&forms.Slip{
		Head:    forms.Head{Unit: "Bưu cục Hoàn Kiếm", Place: "Hà Nội", IssuedAt: at, Code: signed.Code, Procedure: forms.Procedure{Code: "2.000635", Name: "Cấp bản sao trích lục hộ tịch"}},
		FiledAt: at, Sender: forms.Person{Name: "Nguyễn Văn An"}, Authority: "UBND phường Hoàn Kiếm", Components: []forms.Component{{Name: "Tờ khai", Scan: 1}}, Clerk: "Trần Thị Ví Dụ", Seal: seal,
	})
	require.NoError(t, err)
	pdf, alone := s.write("slip.pdf", slip.Bytes), s.write("slip.json", []byte(seal.Statement))
	keys := filepath.Join(s.data, receipt.PublicName)

	want := "valid        signed with " + key.ID() + "\nkind         slip, form 00\ncode         VNPHKI-261125-0001-M\nprocedure    2.000635 (163/QĐ-BTP)\n" +
		"office       VNPHKI\nfiled        2026-11-25T09:30:00+07:00\ndocuments    1\n"
	require.Equal(t, want, s.must("verify-receipt", alone, "--keys", keys))
	require.Equal(t, want+scan+": handed over\n", s.must("verify-receipt", pdf, "--keys", keys, "--document", scan))

	out, _, err := s.run("verify-receipt", pdf, "--keys", keys, "--document", other)
	require.ErrorIs(t, err, errTold)
	require.Contains(t, out, other+": NOT handed over")

	forged := s.write("forged.json", bytes.Replace([]byte(seal.Statement), []byte("0001-M"), []byte("0002-M"), 1))
	s.fails("not valid", "verify-receipt", forged, "--keys", keys)
	s.fails("required", "verify-receipt", pdf)
	s.fails("no such file", "verify-receipt", filepath.Join(s.data, "none.pdf"), "--keys", keys)
	s.fails("JWK set", "verify-receipt", pdf, "--keys", scan)
}

func (s *shell) write(name string, raw []byte) string {
	s.t.Helper()
	file := filepath.Join(s.data, name)
	require.NoError(s.t, os.WriteFile(file, raw, 0o600))
	return file
}
