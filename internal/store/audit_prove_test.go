package store_test

import (
	"cmp"
	"crypto/ed25519"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/audit"
	"hoso/internal/custody"
	"hoso/internal/store"
)

// signer signs roots; its key is of its name.
type signer string

func (s signer) private() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(fmt.Sprintf("%-32s", string(s))))
}
func (s signer) ID() string           { return string(s) }
func (s signer) Sign(m []byte) []byte { return ed25519.Sign(s.private(), m) }
func (s signer) keys() map[string]ed25519.PublicKey {
	return map[string]ed25519.PublicKey{s.ID(): s.private().Public().(ed25519.PublicKey)} //nolint:forcetypeassert // it is one
}

const ours = signer("receipt-ours")

// root makes a root and gives it as it is given out, with its list.
func (f *fixture) root() audit.Given {
	f.t.Helper()
	f.clock.add(time.Hour)
	row, err := f.MakeRoot(f.t.Context(), ours, nil)
	require.NoError(f.t, err)
	var list strings.Builder
	require.NoError(f.t, f.Heads(f.t.Context(), row.N, func(h audit.Head) error { list.WriteString(h.Line()); return nil }))
	return audit.Given{Name: fmt.Sprint(row.N), File: []byte(row.File), List: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list.String())), nil }}
}

func (f *fixture) audit(given ...audit.Given) store.AuditProof {
	f.t.Helper()
	p, err := f.ProveAudit(f.t.Context(), store.AuditCheck{Keys: ours.keys(), Given: given})
	require.NoError(f.t, err)
	return p
}

// The tables that a wound may touch: the ledgers, and what is gone with a dossier,
// parents first.
var (
	ledgers = []string{"counters", "audit_entries", "custody_entries", "audit_roots", "audit_heads"}
	rest    = []string{"dossiers", "people", "components"}
)

func (f *fixture) keepAudited() {
	for _, table := range slices.Concat(ledgers, rest) {
		f.exec("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table)
	}
}

func (f *fixture) putBack() {
	for _, table := range ledgers {
		f.exec("DELETE FROM " + table)
		f.exec("INSERT INTO " + table + " SELECT * FROM kept_" + table)
	}
	for _, table := range rest {
		key := map[bool]string{true: "code", false: "dossier_code"}[table == "dossiers"]
		f.exec("INSERT INTO " + table + " SELECT * FROM kept_" + table + " WHERE " + key + " NOT IN (SELECT " + key + " FROM " + table + ")")
	}
	for _, column := range []string{"audit_head", "revision", "custody_head", "custody_seq"} {
		f.exec("UPDATE dossiers SET " + column + " = (SELECT " + column + " FROM kept_dossiers k WHERE k.code = dossiers.code)")
	}
}

// rechain writes a dossier's ledger anew from an entry on, as somebody does who
// knows the rules and may write every table, but has no key.
func (f *fixture) rechain(code string, seq int64, change string) {
	f.t.Helper()
	f.exec(fmt.Sprintf("UPDATE audit_entries SET %s WHERE dossier_code = '%s' AND seq = %d", change, code, seq))
	rows, err := f.Timeline(f.t.Context(), code)
	require.NoError(f.t, err)
	prev := ""
	for _, r := range rows {
		e := audit.Entry{Dossier: r.DossierCode, Seq: r.Seq, At: r.At, Kind: r.Kind, Actor: r.Actor, Role: r.Role, Data: r.Data, TextID: r.TextID, Prev: prev}
		prev = e.Hash()
		f.exec("UPDATE audit_entries SET prev = ?, hash = ? WHERE dossier_code = ? AND seq = ?", e.Prev, prev, code, r.Seq)
	}
	f.exec("UPDATE dossiers SET audit_head = ? WHERE code = ?", prev, code)
	require.NoError(f.t, f.VerifyAudit(f.t.Context(), code), "the forged chain is whole")
}

func (f *fixture) erase(code string) {
	for _, table := range []string{"audit_heads", "audit_entries", "components", "people"} {
		f.exec("DELETE FROM "+table+" WHERE dossier_code = ?", code)
	}
	f.exec("DELETE FROM dossiers WHERE code = ?", code)
}

func TestASoundRegisterIsProved(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		p := f.audit()
		require.Empty(t, p.Faults, "an empty one")
		d := f.file(paper())
		f.record(d.Code, "status", nil)
		p = f.audit()
		require.Empty(t, p.Faults)
		require.Equal(t, []int64{1, 2, 0, 1}, []int64{p.Dossiers, p.Entries, p.Roots, p.Unrooted}, "nobody has signed for it yet")

		first := f.root()
		p = f.audit(first)
		require.Empty(t, p.Faults)
		require.Equal(t, []int64{1, 0}, []int64{p.Newest, p.Unrooted})

		second := f.root()
		a, err := audit.VerifyRoot(first.File, ours.keys())
		require.NoError(t, err)
		b, err := audit.VerifyRoot(second.File, ours.keys())
		require.NoError(t, err)
		require.Equal(t, []int64{1, 1, 1, 0}, []int64{a.Dossiers, a.Changed, b.Dossiers, b.Changed}, "nothing has changed in between")
		require.Equal(t, audit.HashRoot(first.File), b.Prev)

		f.record(d.Code, "status", nil)
		f.file(filing())
		third := f.root()
		c, err := audit.VerifyRoot(third.File, ours.keys())
		require.NoError(t, err)
		require.Equal(t, []int64{2, 2}, []int64{c.Dossiers, c.Changed})
		require.Empty(t, f.audit(first, second, third).Faults)

		p, err = f.ProveAudit(t.Context(), store.AuditCheck{Keys: ours.keys(), Since: f.Now()})
		require.NoError(t, err)
		require.Empty(t, p.Faults)
		require.Zero(t, p.Entries, "nothing has changed since, so nothing is read")
		f.record(d.Code, "status", nil)
		p, err = f.ProveAudit(t.Context(), store.AuditCheck{Keys: ours.keys(), Since: f.Now()})
		require.NoError(t, err)
		require.Empty(t, p.Faults)
		require.Positive(t, p.Entries)
	})
}

// TestARootIsMadeOnce: several begin it at once, while dossiers move; one of them
// has made it, and it holds.
func TestARootIsMadeOnce(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(paper())
		others := []*store.Store{f.Store, f.open(4), f.open(4)}
		files := make([]string, len(others))
		requireNoErrors(t, together(len(others)+1, func(i int) error {
			if i == len(others) {
				for range 5 {
					f.record(d.Code, "status", nil)
				}
				return nil
			}
			row, err := others[i].MakeRoot(t.Context(), ours, nil)
			files[i] = row.File
			return err
		}))
		p := f.audit()
		require.Empty(t, p.Faults)
		for _, file := range files {
			_, err := audit.VerifyRoot([]byte(file), ours.keys())
			require.NoError(t, err)
		}
		f.exec("INSERT INTO audit_roots (n, begun_at, file) SELECT max(n) + 1, max(begun_at), '' FROM audit_roots") // and the process died
		f.root()
		p = f.audit()
		require.Empty(t, p.Faults, "what was begun is gone on with")
	})
}

// TestEveryWoundOfTheLedgerIsFound changes, deletes, moves and cuts in every table
// that the proof reads, as somebody with the database's password could, and wants
// each found with its place; then all is put back.
func TestEveryWoundOfTheLedgerIsFound(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		sound, d, gone := f.file(paper()), f.goingOut(), f.file(filing())
		for range 3 {
			f.clock.add(time.Minute)
			f.record(d.Code, "status", nil)
		}
		given := []audit.Given{f.root()}
		f.record(d.Code, "status", nil)
		given = append(given, f.root())
		f.record(d.Code, "status", nil)
		given = append(given, f.root())
		f.record(d.Code, "status", nil) // no root tells of this one yet
		unrooted := f.file(filing())
		last := f.row(d.Code).Revision
		require.Empty(t, f.audit(given...).Faults)
		f.keepAudited()

		type wound struct {
			do    func()
			want  audit.Fault // of d, unless it says otherwise
			blind bool        // found only by what was given out
		}
		sql := func(s string) func() {
			return func() {
				for _, part := range statements(s) {
					f.exec(part)
				}
			}
		}
		of := func(seq int64) string { return fmt.Sprintf(" WHERE dossier_code = '%s' AND seq = %d", d.Code, seq) }
		wounds := map[string]wound{
			"a head":                   {do: sql("UPDATE dossiers SET audit_head = 'x' WHERE code = '" + d.Code + "'"), want: audit.Fault{Seq: last, Rule: audit.CutShort}},
			"a revision":               {do: sql("UPDATE dossiers SET revision = revision - 1 WHERE code = '" + d.Code + "'"), want: audit.Fault{Seq: last, Rule: audit.CutShort}},
			"the whole ledger deleted": {do: sql("DELETE FROM audit_entries WHERE dossier_code = '" + d.Code + "'"), want: audit.Fault{Rule: audit.CutShort}},
			"cut after a signed entry, the head too": {
				do:   sql(fmt.Sprintf("DELETE FROM audit_entries WHERE dossier_code = '%[1]s' AND seq > %[2]d; UPDATE dossiers SET revision = %[2]d, audit_head = (SELECT hash FROM audit_entries WHERE dossier_code = '%[1]s' AND seq = %[2]d) WHERE code = '%[1]s'", d.Code, last-3)),
				want: audit.Fault{Root: 2, Seq: last - 2, Rule: audit.EntryMissing}},
			"cut to nothing, the head too": {do: sql("DELETE FROM audit_entries WHERE dossier_code = '" + d.Code + "'; UPDATE dossiers SET revision = 0, audit_head = '' WHERE code = '" + d.Code + "'"),
				want: audit.Fault{Root: 1, Seq: last - 3, Rule: audit.EntryMissing}},
			"a dossier's row deleted": {do: func() {
				f.erase(gone.Code)
				f.exec("INSERT INTO audit_heads SELECT * FROM kept_audit_heads WHERE dossier_code = ?", gone.Code)
			},
				want: audit.Fault{Dossier: gone.Code, Seq: 1, Rule: audit.DossierMissing}},
			"a dossier deleted with every trace, its number is missing": {do: func() { f.erase(gone.Code) }, want: audit.Fault{Dossier: gone.Code, Rule: audit.NumberMissing}},
			"and the list of its root":                                  {do: func() { f.erase(gone.Code) }, want: audit.Fault{Dossier: "-", Root: 1, Rule: audit.HeadsChanged}},
			"and by the list given out":                                 {do: func() { f.erase(gone.Code) }, want: audit.Fault{Dossier: gone.Code, Root: 1, Seq: 1, Rule: audit.HeadMissing}, blind: true},
			"a dossier deleted of which no root tells":                  {do: func() { f.erase(unrooted.Code) }, want: audit.Fault{Dossier: unrooted.Code, Rule: audit.NumberMissing}},
			"a number taken back":                                       {do: func() { f.exec("UPDATE counters SET n = n - 1 WHERE scope = 'office:VNPHKI'") }, want: audit.Fault{Dossier: unrooted.Code, Rule: audit.NumberUnknown}},
			"the first entry forged, all that follow chained anew":      {do: func() { f.rechain(d.Code, 1, "actor = 'minh'") }, want: audit.Fault{Root: 1, From: 1, Seq: last - 3, Rule: audit.OtherThanRoot}},
			"a later entry forged, all that follow chained anew":        {do: func() { f.rechain(d.Code, last-1, "actor = 'minh'") }, want: audit.Fault{Root: 3, From: last - 1, Seq: last - 1, Rule: audit.OtherThanRoot}},
			"the ledger of originals cut, its end too": {do: sql("DELETE FROM custody_entries WHERE dossier_code = '" + d.Code + "'; UPDATE dossiers SET custody_seq = 0, custody_head = '' WHERE code = '" + d.Code + "'"),
				want: audit.Fault{Ledger: "custody", Root: 1, Rule: audit.EntryMissing}},
			"the ledger of originals forged, its end too": {do: func() { f.rechainCustody(d.Code) }, want: audit.Fault{Ledger: "custody", Root: 1, Rule: audit.OtherThanRoot}},
			"a root deleted":                      {do: sql("DELETE FROM audit_roots WHERE n = 2"), want: audit.Fault{Dossier: "-", Root: 2, Rule: audit.RootMissing}},
			"the first root deleted":              {do: sql("DELETE FROM audit_roots WHERE n = 1"), want: audit.Fault{Dossier: "-", Root: 1, Rule: audit.RootMissing}},
			"the last root deleted":               {do: sql("DELETE FROM audit_roots WHERE n = 3; DELETE FROM audit_heads WHERE root = 3"), want: audit.Fault{Dossier: "-", Root: 3, Rule: audit.RootGivenOut}, blind: true},
			"all roots deleted":                   {do: sql("DELETE FROM audit_roots; DELETE FROM audit_heads"), want: audit.Fault{Dossier: "-", Root: 2, Rule: audit.RootGivenOut}, blind: true},
			"two roots swapped":                   {do: sql("UPDATE audit_roots SET n = 9 WHERE n = 1; UPDATE audit_roots SET n = 1 WHERE n = 2; UPDATE audit_roots SET n = 2 WHERE n = 9"), want: audit.Fault{Dossier: "-", Root: 1, Rule: audit.RootChanged}},
			"a root's file":                       {do: sql("UPDATE audit_roots SET file = replace(file, '\"dossiers\": 3', '\"dossiers\": 2') WHERE n = 2"), want: audit.Fault{Dossier: "-", Root: 2, Rule: audit.RootUnsigned}},
			"a blank in a root's file":            {do: sql("UPDATE audit_roots SET file = file || ' ' WHERE n = 2"), want: audit.Fault{Dossier: "-", Root: 2, Rule: audit.RootChanged}},
			"a root signed by somebody else":      {do: func() { f.forgeRoot(3) }, want: audit.Fault{Dossier: "-", Root: 3, Rule: audit.RootUnsigned}},
			"a head in a root's list":             {do: sql("UPDATE audit_heads SET seq = seq - 1 WHERE root = 2"), want: audit.Fault{Dossier: "-", Root: 2, Rule: audit.HeadsChanged}},
			"a head moved to another root's list": {do: sql("UPDATE audit_heads SET root = 2 WHERE root = 1 AND dossier_code = '" + gone.Code + "'"), want: audit.Fault{Dossier: "-", Root: 2, Rule: audit.HeadsChanged}},
		}
		for seq := int64(1); seq <= last; seq++ {
			for column, value := range map[string]string{"kind": "'refused'", "actor": "'minh'", "role": "'admin'", "data": `data || ' '`, "text_id": "'another'", "hash": "'x'", "at": f.later("at")} {
				wounds[fmt.Sprintf("%s of %d", column, seq)] = wound{do: sql("UPDATE audit_entries SET " + column + " = " + value + of(seq)), want: audit.Fault{Seq: seq, Rule: audit.EntryChanged}}
			}
			wounds[fmt.Sprintf("prev of %d", seq)] = wound{do: sql("UPDATE audit_entries SET prev = 'x'" + of(seq)), want: audit.Fault{Seq: seq, Rule: audit.DoesNotFollow}}
			wounds[fmt.Sprintf("step of %d", seq)] = wound{do: sql("UPDATE audit_entries SET step = step + 100" + of(seq)), want: audit.Fault{Seq: seq, Rule: audit.StepChanged}}
			rule, at := audit.EntryMissing, seq
			if seq == last {
				rule, at = audit.CutShort, last-1
			}
			wounds[fmt.Sprintf("%d deleted", seq)] = wound{do: sql("DELETE FROM audit_entries" + of(seq)), want: audit.Fault{Seq: at, Rule: rule}}
			if seq < last {
				wounds[fmt.Sprintf("%d and the next swapped", seq)] = wound{do: sql(fmt.Sprintf("UPDATE audit_entries SET seq = 1000%s; UPDATE audit_entries SET seq = %d%s; UPDATE audit_entries SET seq = %d%s", of(seq), seq, of(seq+1), seq+1, of(1000))), want: audit.Fault{Seq: seq, Rule: audit.DoesNotFollow}}
			}
		}
		for name, w := range wounds {
			w.do()
			found := func(p store.AuditProof) bool {
				return slices.ContainsFunc(p.Faults, func(got audit.Fault) bool {
					want := w.want
					if want.Dossier = strings.TrimPrefix(cmp.Or(want.Dossier, d.Code), "-"); want.Ledger != "" {
						want.Seq, got.Seq, got.From = 0, 0, 0
					}
					if want.From == 0 {
						got.From = 0
					}
					return got == want
				})
			}
			p := f.audit(given...)
			require.True(t, found(p), "%s: %+v", name, p.Faults)
			require.False(t, slices.ContainsFunc(p.Faults, func(got audit.Fault) bool { return got.Dossier == sound.Code }), "%s: the sound one is not blamed", name)
			if p = f.audit(); !w.blind {
				require.True(t, found(p), "%s, without what was given out: %+v", name, p.Faults)
			}
			f.putBack()
			require.Empty(t, f.audit(given...).Faults, "put back after: %s", name)
		}
		require.Greater(t, len(wounds), 80)
	})
}

// rechainCustody forges the first step of a dossier's originals and chains all
// that follow anew.
func (f *fixture) rechainCustody(code string) {
	f.t.Helper()
	f.exec("UPDATE custody_entries SET subject = 'minh' WHERE dossier_code = ? AND seq = 1", code)
	rows, err := f.Custody(f.t.Context(), code)
	require.NoError(f.t, err)
	c := custody.Chain{Dossier: code}
	for _, r := range rows {
		l := c.Append(r.At, r.PaperID, r.Link().Step(), r.Subject)
		f.exec("UPDATE custody_entries SET prev = ?, hash = ? WHERE dossier_code = ? AND seq = ?", l.Prev, l.Hash, code, r.Seq)
	}
	f.exec("UPDATE dossiers SET custody_head = ? WHERE code = ?", c.Head, code)
}

// forgeRoot signs a root anew with a key that is not ours, under our key's name.
func (f *fixture) forgeRoot(n int64) {
	f.t.Helper()
	rows, err := f.AuditRoots(f.t.Context(), n-1, 1)
	require.NoError(f.t, err)
	r, err := audit.ReadRoot([]byte(rows[0].File))
	require.NoError(f.t, err)
	file, err := audit.SignRoot(r, forger{signer("somebody else")})
	require.NoError(f.t, err)
	f.exec("UPDATE audit_roots SET file = ? WHERE n = ?", string(file), n)
}

type forger struct{ signer }

func (forger) ID() string { return ours.ID() }

// TestARootSignedInAnothersPlace: somebody takes the newest root away, and the
// night that follows signs another one of its number. Whoever keeps both has two
// of one number, and each is held against the register.
func TestARootSignedInAnothersPlace(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(paper())
		first := f.root()
		f.record(d.Code, "status", nil)
		taken := f.root()
		f.exec("DELETE FROM audit_roots WHERE n = 2")
		f.exec("DELETE FROM audit_heads WHERE root = 2")
		f.rechain(d.Code, 2, "actor = 'minh'")
		anew := f.root()
		want := []audit.Fault{{Root: 2, Rule: audit.RootGivenOut}}
		require.Equal(t, want, f.audit(first, taken, anew).Faults)
		require.Equal(t, want, f.audit(anew, taken, first).Faults, "in any order")
	})
}

// TestOnlyWhatARestoreLostIsNoFault: roots that were given out between backup and
// restore are told. Those that were signed after it are not excused by it, whatever
// somebody writes into the table of restores, which nobody signs.
func TestOnlyWhatARestoreLostIsNoFault(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(paper())
		first := f.root()
		f.keepAudited() // the backup
		f.record(d.Code, "status", nil)
		lost := []audit.Given{f.root(), f.root()}
		f.putBack()
		f.clock.add(time.Hour)
		_, err := f.Restored(t.Context(), store.Restoration{BackupAt: moment, Manifest: strings.Repeat("ab", 32)}, nil, 10)
		require.NoError(t, err)
		word := f.root()
		p := f.audit(first, lost[0], lost[1], word)
		require.Empty(t, p.Faults)
		require.Equal(t, []int64{2, 3}, p.Lost)

		f.record(d.Code, "status", nil)
		later := f.root()
		require.Empty(t, f.audit(first, lost[0], lost[1], word, later).Faults)
		f.exec("DELETE FROM audit_roots WHERE n = 3")
		f.exec("DELETE FROM audit_heads WHERE root = 3")
		f.exec("UPDATE restores SET at = ?", f.Now().Add(time.Hour))
		p = f.audit(first, lost[0], lost[1], word, later)
		require.Equal(t, []audit.Fault{{Root: 3, Rule: audit.RootGivenOut}}, p.Faults)
		require.Equal(t, []int64{2, 3}, p.Lost)
	})
}

// TestAListThatWasChangedIsTold and keeps nothing else from being proved.
func TestAListThatWasChangedIsTold(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(paper())
		g := f.root()
		f.exec("UPDATE audit_heads SET seq = 7")
		for _, list := range []string{"", "nonsense\n", strings.Repeat("x", 100_000), d.Code + " 7 " + d.AuditHead + " 0 -\n"} {
			g.List = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }
			faults := f.audit(g).Faults
			require.Contains(t, faults, audit.Fault{Root: 1, File: g.Name, Rule: audit.ListChanged})
			require.Contains(t, faults, audit.Fault{Root: 1, Rule: audit.HeadsChanged})
			require.Contains(t, faults, audit.Fault{Dossier: d.Code, From: 2, Seq: 7, Root: 1, Rule: audit.EntryMissing})
		}
	})
}
