package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const formList = `{"items":[
	{"id":"f1","kind":"00","name":"Phiếu gửi hồ sơ","n":1,"state":"ready","mark":"4fda bf47 bf95 6983","issued_at":"2025-02-05T09:30:00+07:00"},
	{"id":"f2","kind":"02","name":"Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ","n":2,"state":"failed","cause":"field:reason","issued_at":"2025-02-05T10:30:00+07:00"}]}`

func TestFormsAreListedAndSaved(t *testing.T) {
	t.Parallel()
	at := "GET /v1/dossiers/" + code + "/forms"
	_, s := newDesk(t, map[string][]string{at: {formList}, at + "/f1": {"%PDF-1"}, at + "/f2": {"%PDF-2"}})
	out := s.must("dossier", "forms", code)
	require.Contains(t, out, "4fda bf47 bf95 6983")
	require.Contains(t, out, "failed (field:reason)")
	require.Contains(t, out, "02-2 ")

	dir := filepath.Join(t.TempDir(), "papers")
	out = s.must("dossier", "forms", code, "--save", dir)
	require.Contains(t, out, "00-"+code+".pdf")
	raw, err := os.ReadFile(filepath.Join(dir, "02-2-"+code+".pdf"))
	require.NoError(t, err)
	require.Equal(t, "%PDF-2", string(raw))
}
