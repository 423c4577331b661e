package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/program"
	"hoso/internal/store"
)

// fileTwo files two dossiers straight into the register and lets it go.
func (s *shell) fileTwo() (codes []string) {
	s.t.Helper()
	c, err := program.Load(s.environ)
	require.NoError(s.t, err)
	require.NoError(s.t, c.Check())
	r, err := c.OpenRegister()
	require.NoError(s.t, err)
	defer r.Close() //nolint:errcheck // committed
	for _, key := range []string{"a", "b"} {
		n := store.NewDossier{Filing: dossier.Filing{Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 1,
			Applicant: dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An"}, Delivery: dossier.Delivery{Method: dossier.AtCounter}},
			Office: "VNPHKI", Network: "vnpost", ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01"}
		a, err := r.File(s.t.Context(), store.Request{Subject: "lan", Role: "clerk", Key: key, Digest: key, Kind: "file"}, n, func(store.Dossier) store.Answer { return store.Answer{Status: 201} })
		require.NoError(s.t, err)
		codes = append(codes, a.Location)
	}
	return codes
}

// sql runs statements behind the program's back.
func (s *shell) sql(statements ...string) {
	s.t.Helper()
	c, err := program.Load(s.environ)
	require.NoError(s.t, err)
	require.NoError(s.t, c.Check())
	r, err := c.OpenRegister()
	require.NoError(s.t, err)
	defer r.Close() //nolint:errcheck // committed
	pool, err := r.Pool()
	require.NoError(s.t, err)
	for _, q := range statements {
		_, err := pool.ExecContext(s.t.Context(), q)
		require.NoError(s.t, err)
	}
}

func TestAuditFromATerminal(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	codes := s.fileTwo()
	s.fails("receipt-keys.json", "audit", "verify")
	require.Contains(t, s.must("audit", "root"), "root 1 over 2 dossiers, 2 of them changed since the root before")
	require.Equal(t, "2 entries of 2 dossiers, 1 roots: nothing was changed or taken away\n", s.must("audit", "verify"))
	require.Contains(t, s.must("audit", "show", codes[0]), "   1  ")
	s.fails("no dossier of that code", "audit", "show", "NONE")
	s.fails("--since must be a day", "audit", "verify", "--since", "yesterday")
	s.fails("there is no root in", "audit", "verify", "--roots", t.TempDir())

	kept := filepath.Join(t.TempDir(), "kept elsewhere")
	require.NoError(t, os.CopyFS(kept, os.DirFS(filepath.Join(s.data, "audit", "roots"))))
	s.sql("UPDATE audit_entries SET actor = 'minh' WHERE dossier_code = '" + codes[1] + "'")
	_, said, err := s.run("audit", "verify")
	require.ErrorIs(t, err, errTold)
	require.Contains(t, said, "audit: "+codes[1]+" entry 1 was changed\n1 faults in 2 entries of 2 dossiers, 1 roots\n")
	out, _, err := s.run("audit", "verify", "--json")
	require.ErrorIs(t, err, errTold)
	var told struct {
		Faults []struct{ Dossier, Rule string }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &told))
	require.Equal(t, codes[1], told.Faults[0].Dossier)

	// Whoever has the database and the data folder takes a dossier away with all
	// that tells of it; what was given out tells.
	s.sql("DELETE FROM audit_entries WHERE dossier_code = '"+codes[1]+"'", "DELETE FROM people WHERE dossier_code = '"+codes[1]+"'",
		"DELETE FROM components WHERE dossier_code = '"+codes[1]+"'", "DELETE FROM dossiers WHERE code = '"+codes[1]+"'",
		"DELETE FROM audit_roots", "DELETE FROM audit_heads", "UPDATE counters SET n = 1 WHERE scope = 'office:VNPHKI'")
	require.NoError(t, os.RemoveAll(filepath.Join(s.data, "audit")))
	require.Contains(t, s.must("audit", "verify"), "no root has been signed yet")
	s.must("audit", "root")
	_, said, err = s.run("audit", "verify", "--roots", kept)
	require.ErrorIs(t, err, errTold)
	require.Contains(t, said, "audit: root 1 was given out and is not the register's")
}

func TestARootsFileThatWasChangedShows(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	s.fileTwo()
	s.must("audit", "root")
	files, err := filepath.Glob(filepath.Join(s.data, "audit", "roots", "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	raw, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(files[0], append(raw[:len(raw)-3], "x\n}\n"...), 0o600))
	_, said, err := s.run("audit", "verify")
	require.ErrorIs(t, err, errTold)
	require.Contains(t, said, filepath.Base(files[0])+" is not a root signed with a key of ours")
}
