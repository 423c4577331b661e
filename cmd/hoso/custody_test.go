package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
	"hoso/internal/store"
)

func TestCustodyVerifySaysWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	require.Equal(t, "0 originals of 0 dossiers, 0 bags: each original has exactly one holder\n", s.must("custody", "verify"))
	s.fails("no dossier of that code", "custody", "show", "VNPHKI-250205-0001-M")

	r, err := store.Open("sqlite:"+filepath.Join(s.data, "hoso.db"), store.Options{})
	require.NoError(t, err)
	pool, err := r.Pool()
	require.NoError(t, err)
	_, err = pool.Exec(`INSERT INTO custody_entries (dossier_code, seq, at, paper_id, act, to_kind, to_id, subject, prev, hash)
		VALUES ('VNPHKI-250205-0001-M', 1, '2025-02-05 00:00:00+00:00', 'p', 'entered', 'office', 'VNPHKI', 'lan', '', 'x')`)
	require.NoError(t, err)
	require.NoError(t, r.Close())

	_, said, err := s.run("custody", "verify")
	require.ErrorIs(t, err, errTold)
	require.Contains(t, said, "custody: VNPHKI-250205-0001-M: dossier_missing\n1 faults in 0 originals")
	out, _, err := s.run("custody", "verify", "--json")
	require.ErrorIs(t, err, errTold)
	var proof struct {
		Faults []custody.Fault `json:"faults"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &proof))
	require.Equal(t, []custody.Fault{{Dossier: "VNPHKI-250205-0001-M", Rule: "dossier_missing"}}, proof.Faults)
	require.Contains(t, s.must("custody", "show", "VNPHKI-250205-0001-M"), "entered   office VNPHKI")
}
