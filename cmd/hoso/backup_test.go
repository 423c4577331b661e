package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/blob"
	"hoso/internal/dossier"
	"hoso/internal/pgtest"
	"hoso/internal/program"
	"hoso/internal/register"
	"hoso/internal/store"
)

// registers are an empty database of each kind, for a shell of its own.
func registers() map[string]func(t *testing.T) *shell {
	return map[string]func(t *testing.T) *shell{
		"sqlite":   func(t *testing.T) *shell { return newShell(t) },
		"postgres": func(t *testing.T) *shell { return newShell(t, "HOSO_DATABASE_URL="+pgtest.Empty(t)) },
	}
}

// lived has two dossiers, one of them with a scan and what waits to be passed on.
func (s *shell) lived() (codes []string) {
	s.t.Helper()
	s.must("migrate")
	codes = s.fileTwo()
	c, r := s.open()
	blobs, err := blob.Open(c.BlobDir())
	require.NoError(s.t, err)
	defer blobs.Close() //nolint:errcheck // a test
	kept, err := blobs.Put(bytes.NewReader([]byte("scan")), 100)
	require.NoError(s.t, err)
	_, err = blobs.Put(bytes.NewReader([]byte("nobody's")), 100)
	require.NoError(s.t, err)
	_, err = r.AddDocument(s.t.Context(), store.Request{Subject: "lan", Role: "clerk", Key: "up", Digest: "d", Kind: "upload"}, store.Document{SHA256: kept.SHA256, StorageName: kept.Name, MediaType: "application/pdf",
		Bytes: kept.Bytes, Verdict: string(dossier.Ready), Findings: "[]", Subject: "lan", DossierCode: codes[0]}, func(store.Document) store.Answer { return store.Answer{Status: 201} })
	require.NoError(s.t, err)
	for _, code := range codes {
		require.NoError(s.t, r.Started(s.t.Context(), store.KindStart, code))
	}
	_, _, err = r.BeginEffect(s.t.Context(), codes[0]+"/submit/1", codes[0], "submit")
	require.NoError(s.t, err)
	s.must("audit", "root")
	return codes
}

func (s *shell) open() (program.Config, *store.Store) {
	s.t.Helper()
	c, err := program.Load(s.environ)
	require.NoError(s.t, err)
	require.NoError(s.t, c.Check())
	r, err := c.OpenRegister()
	require.NoError(s.t, err)
	s.t.Cleanup(func() { r.Close() }) //nolint:errcheck // a test
	return c, r
}

func TestARegisterComesBackFromItsBackup(t *testing.T) {
	t.Parallel()
	for kind, shellOn := range registers() {
		for _, form := range []string{"folder", "file.tar"} {
			t.Run(kind+" "+form, func(t *testing.T) {
				t.Parallel()
				was := shellOn(t)
				codes := was.lived()
				to := filepath.Join(t.TempDir(), "backups", form)
				require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o700))
				said := was.must("backup", "--to", to)
				require.Contains(t, said, "2 dossiers (2 open), 2 audit entries")
				require.Contains(t, said, "only you may read them")
				requirePrivate(t, filepath.Dir(to))
				was.fails("", "backup", "--to", to) // it is there
				was.file("after the backup")
				was.must("audit", "root")

				now := shellOn(t)
				said = now.must("restore", "--from", to)
				require.Contains(t, said, "2 dossiers, 2 audit entries, 1 documents\n2 workflows are to be started anew")
				require.Contains(t, said, "root 2 is signed with word of the restore")
				require.Contains(t, now.must("audit", "verify"), "2 roots: nothing was changed or taken away")
				require.Contains(t, now.must("audit", "show", codes[0]), "filed")

				c, r := now.open()
				b, err := r.Backlog(t.Context())
				require.NoError(t, err)
				require.EqualValues(t, 2, b.Starts, "every open dossier is started anew")
				for _, key := range []string{codes[0] + "/submit/1", codes[1] + "/submit/1"} {
					_, first, err := r.BeginEffect(t.Context(), key, key[:len(key)-len("/submit/1")], "submit")
					require.NoError(t, err)
					require.False(t, first, "whatever the register knows, the portal is asked first")
				}
				files, err := filepath.Glob(filepath.Join(c.BlobDir(), "*", "*"))
				require.NoError(t, err)
				require.Len(t, files, 1, "of files only those that the register names")
				require.FileExists(t, filepath.Join(now.data, "keys", "receipt-key.json"))
				requirePrivate(t, now.data)

				next := now.file("after the restore")
				require.True(t, strings.HasSuffix(next[:len(next)-2], "-1003"), "%s: numbers that may have been given are passed over", next)
				_, first, err := r.BeginEffect(t.Context(), next+"/submit/1", next, "submit")
				require.NoError(t, err)
				require.True(t, first, "nobody can have submitted this one")
				require.Contains(t, now.must("audit", "verify"), "nothing was changed or taken away")

				// What was given out between backup and restore is told, and is no fault.
				require.Contains(t, now.must("audit", "verify", "--roots", filepath.Join(was.data, "audit", "roots")), "1 roots given out after it are not in it any more (2)")

				now.fails("a restore", "restore", "--from", to) // there is one
			})
		}
	}
}

func TestEveryOpenDossierIsStartedAnew(t *testing.T) {
	t.Parallel()
	for kind, shellOn := range registers() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := shellOn(t)
			codes := s.lived()
			_, r := s.open()
			s.happens(r, codes[1], register.Transition{Kind: "status"}, func(t *register.Transition) {
				t.After.Stage, t.After.Status = dossier.StageClosed, dossier.Withdrawn
			})
			pool, err := r.Pool()
			require.NoError(t, err)
			b, err := r.Backlog(t.Context())
			require.NoError(t, err)
			require.Zero(t, b.Starts)
			require.Contains(t, s.must("start-anew"), "1 workflows are to be started")
			var code string
			require.NoError(t, pool.QueryRowContext(t.Context(), "SELECT dossier_code FROM outbox WHERE kind = 'start' AND state = 'pending'").Scan(&code))
			require.Equal(t, codes[0], code, "the other is closed")
		})
	}
}

// file files one more dossier.
func (s *shell) file(key string) string {
	s.t.Helper()
	_, r := s.open()
	n := store.NewDossier{Filing: dossier.Filing{Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 1,
		Applicant: dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An"}, Delivery: dossier.Delivery{Method: dossier.AtCounter}},
		Office: "VNPHKI", Network: "vnpost", ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01"}
	a, err := r.File(s.t.Context(), store.Request{Subject: "lan", Role: "clerk", Key: key, Digest: key, Kind: "file"}, n, func(store.Dossier) store.Answer { return store.Answer{Status: 201} })
	require.NoError(s.t, err)
	return a.Location
}

// requirePrivate wants files below a folder to be their owner's only, but for
// public keys.
func requirePrivate(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(path, "receipt-keys") {
			return err
		}
		info, err := e.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, "%s: %s", path, info.Mode())
		return nil
	}))
}

func TestARestoreIsRefusedWhen(t *testing.T) {
	t.Parallel()
	was := newShell(t)
	was.lived()
	good := filepath.Join(t.TempDir(), "backup")
	was.must("backup", "--to", good)
	edit := func(t *testing.T, dir string, change func(m map[string]any)) {
		file := filepath.Join(dir, "manifest.json")
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var m map[string]any
		require.NoError(t, json.Unmarshal(raw, &m))
		change(m)
		raw, err = json.Marshal(m)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, raw, 0o600))
	}
	for name, c := range map[string]struct {
		want  string
		spoil func(t *testing.T, s *shell, dir string)
	}{
		"there is no manifest": {"holds no manifest.json", func(t *testing.T, _ *shell, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "manifest.json")))
		}},
		"the manifest is none": {"is not a manifest", func(t *testing.T, _ *shell, dir string) { edit(t, dir, func(m map[string]any) { clear(m) }) }},
		"of a later form":      {"reads form 1", func(t *testing.T, _ *shell, dir string) { edit(t, dir, func(m map[string]any) { m["version"] = 2 }) }},
		"a newer migration": {"migration 99 and this program knows", func(t *testing.T, _ *shell, dir string) {
			edit(t, dir, func(m map[string]any) { m["migrations"] = []int{1, 99} })
		}},
		"another kind of database": {"HOSO_DATABASE_URL names a sqlite one", func(t *testing.T, _ *shell, dir string) {
			edit(t, dir, func(m map[string]any) { m["database"] = "postgres" })
		}},
		"it leads out of its place": {"outside the backup", func(t *testing.T, _ *shell, dir string) {
			edit(t, dir, func(m map[string]any) { m["files"] = []map[string]any{{"name": "../x", "bytes": 1, "sha256": "x"}} })
		}},
		"counts do not fit": {"is not what its manifest counts", func(t *testing.T, _ *shell, dir string) {
			edit(t, dir, func(m map[string]any) { m["counts"] = map[string]any{"dossiers": 3} })
		}},
		"a byte has changed": {"database.sqlite is not what the manifest says", func(t *testing.T, _ *shell, dir string) {
			f, err := os.OpenFile(filepath.Join(dir, "database.sqlite"), os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteAt([]byte{7}, 5000)
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}},
		"a file is missing":   {"is missing: fetch the backup anew", func(t *testing.T, _ *shell, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "keys"))) }},
		"there is a register": {"there is a register at", func(_ *testing.T, s *shell, _ string) { s.must("migrate") }},
		"a log of a register is left": {"there is hoso.db-wal of another register", func(t *testing.T, s *shell, _ string) {
			require.NoError(t, os.WriteFile(filepath.Join(s.data, "hoso.db-wal"), []byte("x"), 0o600))
		}},
		"there are roots": {"there are signed roots in", func(t *testing.T, s *shell, _ string) {
			require.NoError(t, os.MkdirAll(filepath.Join(s.data, "audit", "roots"), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(s.data, "audit", "roots", "2025-02-05-000001.json"), []byte("x"), 0o600))
		}},
		"there are files": {"there are files in", func(t *testing.T, s *shell, _ string) {
			require.NoError(t, os.MkdirAll(filepath.Join(s.data, "blobs", "ab"), 0o700))
		}},
		"there are keys": {"is there already: move it away", func(t *testing.T, s *shell, _ string) {
			require.NoError(t, os.MkdirAll(filepath.Join(s.data, "keys"), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(s.data, "keys", "receipt-key.json"), []byte("x"), 0o600))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "spoilt")
			require.NoError(t, os.CopyFS(dir, os.DirFS(good)))
			s := newShell(t)
			c.spoil(t, s, dir)
			before := within(t, s.data)
			s.fails(c.want, "restore", "--from", dir)
			require.Equal(t, before, within(t, s.data), "nothing has changed")
			if name != "there is a register" {
				s.fails("there is no register", "audit", "verify") // nothing takes what came in half
			}
		})
	}
}

// within lists the files below a folder.
func within(t *testing.T, dir string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		return err
	}))
	return names
}

// TestARestoreThatBrokeOffIsTakenByNobody: the database is filled and is not what
// the backup says.
func TestARestoreThatBrokeOffIsTakenByNobody(t *testing.T) {
	t.Parallel()
	was := newShell(t, "HOSO_DATABASE_URL="+pgtest.Empty(t))
	was.lived()
	dir := filepath.Join(t.TempDir(), "backup")
	was.must("backup", "--to", dir)
	file := filepath.Join(dir, "manifest.json")
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, bytes.Replace(raw, []byte(`"dossiers": 2`), []byte(`"dossiers": 3`), 1), 0o600))
	now := newShell(t, "HOSO_DATABASE_URL="+pgtest.Empty(t))
	before := within(t, dir)
	now.fails("is not what its manifest counts: drop the database", "restore", "--from", dir)
	require.Equal(t, before, within(t, dir), "a backup stays as it is")
	require.Empty(t, within(t, now.data))
	now.fails("", "audit", "root")
	now.fails("", "migrate")
	now.fails("the database is not empty", "restore", "--from", dir)
}

// TestABackupInOneFileAfterOneThatDied: what it left is taken away.
func TestABackupInOneFileAfterOneThatDied(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.lived()
	to := filepath.Join(t.TempDir(), "b.tar")
	require.NoError(t, os.MkdirAll(to+".partial", 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(to+".partial", "database.sqlite"), []byte("half"), 0o600))
	s.must("backup", "--to", to)
	require.NoDirExists(t, to+".partial")
	newShell(t).must("restore", "--from", to)
}

// TestTheRootOfARestoreIsGivenOut though one of its day and number was before.
func TestTheRootOfARestoreIsGivenOut(t *testing.T) {
	t.Parallel()
	was := newShell(t)
	was.lived()
	to := filepath.Join(t.TempDir(), "backup")
	was.must("backup", "--to", to)
	was.file("after the backup")
	was.must("audit", "root")
	kept := filepath.Join(t.TempDir(), "kept")
	require.NoError(t, os.CopyFS(kept, os.DirFS(filepath.Join(was.data, "audit", "roots"))))

	now := newShell(t)
	now.must("restore", "--from", to)
	roots := filepath.Join(now.data, "audit", "roots")
	require.NoError(t, os.RemoveAll(roots)) // and in its place the roots of before
	require.NoError(t, os.CopyFS(roots, os.DirFS(kept)))
	said := now.must("audit", "root")
	require.Contains(t, said, "root 3 over")
	require.Len(t, within(t, roots), 2*4, "two of before, and two of the register's own besides the first")
	require.Contains(t, now.must("audit", "verify"), "1 roots given out after it are not in it any more (2)")
	now.sql("DELETE FROM audit_roots WHERE n > 1", "DELETE FROM audit_heads WHERE root > 1")
	_, told, err := now.run("audit", "verify")
	require.ErrorIs(t, err, errTold)
	require.Equal(t, 2, strings.Count(told, "root 2 was given out and is not the register's"), told)
}

func TestARestoreMixesWithNothing(t *testing.T) {
	t.Parallel()
	was := newShell(t, "HOSO_DATABASE_URL="+pgtest.Empty(t))
	was.lived()
	dir := filepath.Join(t.TempDir(), "backup")
	was.must("backup", "--to", dir)
	now := newShell(t, "HOSO_DATABASE_URL="+pgtest.URL(t))
	now.fails("the database is not empty: create a new one", "restore", "--from", dir)

	empty := pgtest.Empty(t)
	unsafe := empty + map[bool]string{true: "&", false: "?"}[strings.Contains(empty, "?")] + "synchronous_commit=off"
	newShell(t, "HOSO_DATABASE_URL="+unsafe).fails("synchronous_commit", "restore", "--from", dir)
	newShell(t, "HOSO_DATABASE_URL="+empty).must("restore", "--from", dir) // it is empty still
}

func TestABackupTellsOfDamagedFiles(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.lived()
	c, _ := s.open()
	_, r := s.open()
	rows, err := r.Pool()
	require.NoError(t, err)
	var name string
	require.NoError(t, rows.QueryRowContext(t.Context(), "SELECT storage_name FROM documents").Scan(&name))
	file := filepath.Join(c.BlobDir(), name[:2], name)
	require.NoError(t, os.WriteFile(file, []byte("other"), 0o600))
	_, said, err := s.run("backup", "--to", filepath.Join(t.TempDir(), "b"))
	require.ErrorIs(t, err, errTold)
	require.Contains(t, said, "the file with digest "+name+" is missing or damaged")
	spoilt := filepath.Join(t.TempDir(), "b")
	_, _, err = s.run("backup", "--to", spoilt)
	require.ErrorIs(t, err, errTold)
	require.Contains(t, newShell(t).must("restore", "--from", spoilt), "the file with digest "+name+" was missing or damaged when the backup was made")
	require.NoError(t, os.Remove(file))
	_, said, err = s.run("backup", "--to", filepath.Join(t.TempDir(), "b"))
	require.ErrorIs(t, err, errTold)
	require.Contains(t, said, "all else is in the backup")
}
