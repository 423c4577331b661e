package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
	"hoso/internal/identity"
)

func TestMigrateTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	first := s.must("migrate")
	require.Regexp(t, `built-in set loaded, \d+ entries`, first)
	require.Contains(t, first, "Temporal:  not reached; run `hoso migrate` again")
	require.Contains(t, s.must("migrate"), "catalogue: kept as it is")
}

// Who starts workers next, as the containers do, must not go on without the search
// attributes: workers would refuse to start, and nobody would migrate again.
func TestMigrateFailsWithoutATemporalThatItAwaits(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.fails("the database is migrated, but Temporal could not be prepared within 10ms (", "migrate", "--await-temporal", "10ms")
	s.fails("--await-temporal must be a length of time", "migrate", "--await-temporal", "-1s")
	require.Contains(t, s.must("migrate"), "catalogue: kept as it is", "the database is")
}

func TestTokensAreForRegisteredSubjects(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	out, said, err := s.run("token", "--role", "clerk", "--office", "VNPHKI")
	require.NoError(t, err)
	require.Equal(t, "clerk-vnphki: registered (clerk VNPHKI vnpost)\n", said)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	token := lines[len(lines)-1]
	require.Len(t, strings.Split(token, "."), 3)

	_, said, err = s.run("token", "--role", "clerk", "--office", "VNPHKI", "--valid", "1h")
	require.NoError(t, err)
	require.Contains(t, said, "known", "the second time it is the same subject")

	key, err := identity.EnsureDevKey(filepath.Join(s.data, "keys"))
	require.NoError(t, err)
	info, err := os.Stat(key.PrivateFile)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	for who, args := range map[string][]string{
		"officer-x: registered (centre H26.12.03)":         {"--role", "centre", "--authority", "H26.12.03", "--subject", "officer-x"},
		"centre-h26.12.03: registered (centre H26.12.03)":  {"--role", "centre", "--authority", "H26.12.03"},
		"supervisor-fpt: registered (supervisor fpt)":      {"--role", "supervisor", "--network", "fpt"},
		"courier-viettelpost: registered (courier viettel": {"--role", "courier", "--carrier", "viettelpost"},
		"manager: registered (manager)":                    {"--role", "manager"},
	} {
		_, said, err := s.run(append([]string{"token"}, args...)...)
		require.NoError(t, err)
		require.Contains(t, said, who)
	}
	s.fails("there is no office NOPE", "token", "--role", "clerk", "--office", "NOPE")
	s.fails("rights do not change in passing", "token", "--role", "auditor", "--subject", "manager")
}

func TestInstallationsWithAnIssuerHaveNoDevelopmentTokens(t *testing.T) {
	t.Parallel()
	other, err := identity.EnsureDevKey(t.TempDir())
	require.NoError(t, err)
	s := newShell(t)
	s.must("migrate")
	s.environ = append(s.environ, "HOSO_AUTH_KEYS="+other.PublicFile)
	s.fails("tokens come from its issuer", "token", "--role", "manager")
}

func TestUsers(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	require.Equal(t, "an registered (clerk VNPHKI vnpost)\n", s.must("user", "add", "an", "--role", "clerk", "--office", "VNPHKI"))
	require.Equal(t, "an is registered already (clerk VNPHKI vnpost)\n", s.must("user", "add", "an", "--role", "clerk", "--office", "VNPHKI"))
	require.Equal(t, "ha registered (manager)\n", s.must("user", "add", "ha", "--role", "manager"))
	require.Equal(t, "ha disabled\n", s.must("user", "disable", "ha"))
	s.fails("there is no subject nobody", "user", "disable", "nobody")
	s.fails("needs its office", "user", "add", "b", "--role", "clerk")
	s.golden("user-list", s.must("user", "list"))

	var list struct {
		Items []struct {
			Subject, Role, Office string
			Disabled              bool
			CreatedAt             time.Time `json:"created_at"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.must("user", "list", "--json")), &list))
	require.Len(t, list.Items, 2)
	require.Equal(t, "an", list.Items[0].Subject)
	require.True(t, list.Items[1].Disabled)
	require.WithinDuration(t, time.Now(), list.Items[0].CreatedAt, time.Minute)
}

func TestDoctorFailsWhenSomethingDoes(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	out, _, err := s.run("doctor")
	require.ErrorIs(t, err, errTold)
	require.Contains(t, out, "FAIL  database           there is no register at")
	s.must("migrate")
	out, errs, err := s.run("doctor")
	require.ErrorIs(t, err, errTold, "Temporal is away")
	require.Empty(t, errs)
	s.golden("doctor", out)
}

func TestCatalogueFaultsAreNamedWithFileAndLine(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	dir := filepath.Join(t.TempDir(), "catalogue")
	require.NoError(t, os.CopyFS(dir, catalogue.Files()))
	s.golden("catalogue-check", s.must("catalogue", "check", dir))

	offices := filepath.Join(dir, "offices.yaml")
	raw, err := os.ReadFile(offices)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(offices, []byte(strings.Replace(string(raw), "network: vnpost", "network: post", 1)), 0o600))
	for _, command := range []string{"check", "load"} {
		out, errs, err := s.run("catalogue", command, dir)
		require.ErrorIs(t, err, errTold)
		require.Empty(t, out)
		require.Regexp(t, `(?m)^offices\.yaml:\d+: office VNPHKI: `, errs)
		require.Contains(t, errs, "nothing was loaded")
	}
	require.NoError(t, os.WriteFile(offices, []byte(strings.Replace(string(raw), "Bưu điện 75 Đinh Tiên Hoàng", "Bưu điện Bờ Hồ", 1)), 0o600))
	require.Contains(t, s.must("catalogue", "load", dir), "\n1 entries new or changed\n")
	require.Contains(t, s.must("catalogue", "load"), "\n1 entries new or changed\n", "back to the built-in set")
}

func TestASamplePageIsDrawn(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "page.pdf")
	require.Contains(t, s.must("demo", "page", file), "a sample page")
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "%PDF", string(raw[:4]))
}
