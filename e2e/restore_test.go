package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/pgtest"
	"hoso/internal/reconcile"
	"hoso/internal/scan/samplepage"
	"hoso/internal/store"
)

// TestRestoreWithThePortalAhead: dossiers are on their way when a backup is made.
// Then life goes on: some are submitted, decided, delivered; some are filed anew.
// Then register, files, keys and Temporal are gone. The backup comes into an empty
// folder, against portal and carriers that remember everything: all dossiers of the
// backup are returned, and nothing outside has happened twice.
func TestRestoreWithThePortalAhead(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func() string{
		"sqlite":   func() string { return "" },
		"postgres": func() string { return pgtest.Empty(t) },
	} {
		first, second := database(), database()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			drill(t, first, second)
		})
	}
}

func drill(t *testing.T, first, second string) {
	// Every call that gets through has an effect of its own: a second one would show.
	noKeys := map[string]any{"name": "no-keys", "call": map[string]any{"ignore_keys": true}}
	y := newSystem(t, setup{database: first, courier: map[string]any{"rules": []map[string]any{noKeys}},
		portal: map[string]any{"rules": []map[string]any{noKeys, {"name": "held", "script": map[string]any{"hold_before": 9}}}}})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	register := y.register(t)

	decided := fileSome(t, clerk, "decided", 3) // the portal decides them after the backup
	y.allAre(t, register, decided, dossier.Processing)
	y.worker.kill()
	unsent := fileSome(t, clerk, "unsent", 3) // the portal hears of them after the backup
	y.run(t, "audit", "root")
	saved := filepath.Join(t.TempDir(), "backup")
	said := y.run(t, "backup", "--to", saved)
	require.Contains(t, said, "6 dossiers (6 open)")

	y.worker.start(t)
	for _, code := range decided {
		y.release(t, code)
	}
	y.allReturned(t, register, decided, 3*time.Minute)
	y.allAre(t, register, unsent, dossier.Processing)
	lost := fileSome(t, clerk, "lost", 2)
	y.allAre(t, register, lost, dossier.Processing)
	y.run(t, "audit", "root")
	givenOut := filepath.Join(y.dir, "audit", "roots")

	for _, p := range []*process{y.worker, y.apiProc, y.temporal} {
		p.kill()
	}
	y.moveTo(t, second)
	said = y.run(t, "restore", "--from", saved)
	require.Contains(t, said, "6 workflows are to be started anew")
	y.temporal.start(t)
	y.run(t, "migrate")
	y.apiProc.start(t)
	y.worker.start(t)
	register = y.register(t)
	clerk.token = y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"}).token

	y.allReturned(t, register, decided, 5*time.Minute)
	y.allAre(t, register, unsent, dossier.Processing)
	for _, code := range unsent {
		y.release(t, code)
	}
	y.allReturned(t, register, unsent, 5*time.Minute)
	for _, code := range lost {
		_, err := register.Dossier(t.Context(), store.Scope{All: true}, code)
		require.ErrorIs(t, err, store.ErrNotFound, "filed after the backup: a backup alone does not have it")
	}
	after := fileSome(t, clerk, "after", 1)
	require.NotContains(t, lost, after[0], "a number that was given once is not given again")
	y.allAre(t, register, after, dossier.Processing)
	y.release(t, after[0])
	y.allReturned(t, register, after, 3*time.Minute)

	codes := append(append(decided, unsent...), after...)
	y.checkLedgers(t, codes)
	checkRegister(t, register, codes)
	y.checkTemporal(t, codes)
	require.Contains(t, y.run(t, "audit", "verify"), "nothing was changed or taken away")
	require.Contains(t, y.run(t, "audit", "verify", "--roots", givenOut), "1 roots given out after it are not in it any more")
	require.Contains(t, y.run(t, "custody", "verify"), "each original has exactly one holder")
	for _, kind := range reconcile.Kinds() {
		y.requireMetric(t, fmt.Sprintf("hoso_register_drift{kind=%q} 0", kind))
	}
}

// fileSome files online dossiers from one desk under keys of their own.
func fileSome(t *testing.T, clerk caller, name string, n int) (codes []string) {
	t.Helper()
	page := samplepage.Page(samplepage.Options{Title: "TỜ KHAI", DPI: 150, Seed: 1})
	for i := range n {
		scan, err := samplepage.JPEG(page, 85)
		require.NoError(t, err)
		doc := clerk.upload(t, fmt.Sprint("scan-", name, i), fmt.Append(scan, name, i)) // another file each time
		var d dossierAnswer
		require.NoError(t, json.Unmarshal(clerk.post(t, "/v1/dossiers", fmt.Sprint("file-", name, i), canary(i).filing(doc), http.StatusCreated), &d))
		codes = append(codes, d.Code)
	}
	return codes
}

// release lets the portal's officer go on with a dossier.
func (y *system) release(t *testing.T, code string) {
	t.Helper()
	caller{base: y.portalAt}.post(t, "/admin/release", "", map[string]any{"code": code}, http.StatusOK)
}

// moveTo gives the engine an empty folder, an empty database and an empty Temporal;
// portal and carriers stay as they are, with their ledgers.
func (y *system) moveTo(t *testing.T, database string) {
	t.Helper()
	old := y.dir
	dir := filepath.Join(t.TempDir(), "anew")
	require.NoError(t, os.Mkdir(dir, 0o700))
	env := make([]string, 0, len(y.env))
	for _, pair := range y.env {
		switch {
		case strings.HasPrefix(pair, "HOSO_DATA="):
			pair = "HOSO_DATA=" + dir
		case strings.HasPrefix(pair, "HOSO_DATABASE_URL="):
			pair = "HOSO_DATABASE_URL=" + database
		case strings.HasPrefix(pair, "HOSO_AUTH_KEYS="):
			pair = strings.ReplaceAll(pair, old, dir)
		}
		env = append(env, pair)
	}
	y.env = env
	for _, p := range []*process{y.worker, y.apiProc, y.temporal} {
		p.env, p.log = env, filepath.Join(dir, p.name+".log")
	}
	for i, arg := range y.temporal.args {
		y.temporal.args[i] = strings.ReplaceAll(arg, filepath.Join(old, "temporal.db"), filepath.Join(dir, "temporal.db"))
	}
	y.data = dir
}
