package program

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/identity"
	"hoso/internal/store"
)

// newRegister is a migrated register in a folder of its own, and its configuration.
func newRegister(t *testing.T, environ ...string) (*store.Store, Config) {
	t.Helper()
	c := load(t, append([]string{"HOSO_DATA=" + t.TempDir(), "HOSO_ADDR=127.0.0.1:0", "TEMPORAL_ADDRESS=127.0.0.1:1"}, environ...)...)
	require.NoError(t, c.Check())
	s, err := c.OpenRegister()
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	_, err = Migrate(t.Context(), s)
	require.NoError(t, err)
	return s, c
}

func TestSubjectsGetTheirScopeFromTheCatalogue(t *testing.T) {
	t.Parallel()
	s, _ := newRegister(t)
	clerk, isNew, err := AddSubject(t.Context(), s, identity.Subject{ID: "an", Role: identity.Clerk, Office: "VNPHKI"})
	require.NoError(t, err)
	require.True(t, isNew)
	require.Equal(t, "vnpost", clerk.Network, "it follows from the office")
	require.Equal(t, "clerk VNPHKI vnpost", Scope(clerk))

	_, isNew, err = AddSubject(t.Context(), s, identity.Subject{ID: "an", Role: identity.Clerk, Office: "VNPHKI", Network: "vnpost"})
	require.NoError(t, err)
	require.False(t, isNew, "the same again changes nothing")

	got, err := directory{s}.Subject(t.Context(), "an")
	require.NoError(t, err)
	require.Equal(t, clerk, got)
	_, err = directory{s}.Subject(t.Context(), "nobody")
	require.ErrorIs(t, err, identity.ErrUnknownSubject)
}

func TestSubjectsAreRefusedWhen(t *testing.T) {
	t.Parallel()
	s, _ := newRegister(t)
	_, _, err := AddSubject(t.Context(), s, identity.Subject{ID: "known", Role: identity.Manager})
	require.NoError(t, err)
	_, _, err = AddSubject(t.Context(), s, identity.Subject{ID: "gone", Role: identity.Manager})
	require.NoError(t, err)
	require.NoError(t, s.DisableSubject(t.Context(), "gone"))
	for want, who := range map[string]identity.Subject{
		"there is no office NOPE":         {ID: "a", Role: identity.Clerk, Office: "NOPE"},
		"belongs to network vnpost":       {ID: "a", Role: identity.Clerk, Office: "VNPHKI", Network: "fpt"},
		"needs its office":                {ID: "a", Role: identity.Clerk},
		"unknown role (roles: clerk":      {ID: "a", Role: "king"},
		"there is no network posts":       {ID: "a", Role: identity.Supervisor, Network: "posts"},
		"there is no authority H99":       {ID: "a", Role: identity.Centre, Authority: "H99"},
		"there is no carrier pigeon":      {ID: "a", Role: identity.Courier, Carrier: "pigeon"},
		"has no office":                   {ID: "a", Role: identity.Manager, Office: "VNPHKI"},
		"rights do not change in passing": {ID: "known", Role: identity.Auditor},
		"gone is disabled":                {ID: "gone", Role: identity.Manager},
	} {
		_, _, err := AddSubject(t.Context(), s, who)
		require.ErrorContains(t, err, want)
	}
}

func TestTheDevelopmentKeyIsGoodOnlyBesideItsOwnKeySet(t *testing.T) {
	t.Parallel()
	_, embedded := newRegister(t)
	key, err := embedded.DevKey()
	require.NoError(t, err)

	named := load(t, "HOSO_DATA="+embedded.Data, "HOSO_DATABASE_URL=postgres://db/hoso", "HOSO_AUTH_KEYS="+key.PublicFile)
	require.NoError(t, named.Check())
	_, err = named.DevKey()
	require.NoError(t, err, "named on purpose")

	other, err := identity.EnsureDevKey(t.TempDir())
	require.NoError(t, err)
	foreign := load(t, "HOSO_DATA="+embedded.Data, "HOSO_AUTH_KEYS="+other.PublicFile)
	require.NoError(t, foreign.Check())
	_, err = foreign.DevKey()
	require.ErrorContains(t, err, "tokens come from its issuer")

	production := load(t, "HOSO_DATA="+t.TempDir(), "HOSO_DATABASE_URL=postgres://db/hoso")
	require.NoError(t, production.Check())
	_, err = production.DevKey()
	require.ErrorContains(t, err, "no development key")
	require.NoFileExists(t, filepath.Join(production.KeyDir(), "dev-key.jwk"))
	_, err = (&Main{Config: production}).verifier()
	require.ErrorContains(t, err, "HOSO_AUTH_KEYS")
}

func TestSummariesFitAndKeepTheOffice(t *testing.T) {
	t.Parallel()
	long := "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con, và nhiều việc khác nữa mà tên gọi dài đến mức không ai đọc hết được trong một danh sách công việc"
	text := summary(long, "Bưu điện Hoàn Kiếm")
	require.LessOrEqual(t, len(text), summaryBytes)
	require.Contains(t, text, "… · Bưu điện Hoàn Kiếm")
	require.Equal(t, "Khai sinh · Bưu điện Hoàn Kiếm", summary("Khai sinh", "Bưu điện Hoàn Kiếm"))

	s, _ := newRegister(t)
	n := &names{store: s}
	require.Equal(t, "9.999999 · NOPE", n.Of(store.Dossier{ProcedureCode: "9.999999", Office: "NOPE", FiledAt: time.Now()}), "what has no name goes by its code")
}
