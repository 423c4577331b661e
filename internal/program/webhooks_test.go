package program

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWebhookSecretsAreMadeOnce(t *testing.T) {
	t.Parallel()
	c := load(t, "HOSO_DATA="+t.TempDir())
	require.NoError(t, c.Check())
	all := make([]Webhooks, 8)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() { all[i], _ = c.Webhooks([]string{"vnpost", "viettelpost"}) })
	}
	wg.Wait()
	require.Len(t, all[0].Portal, 1)
	require.Len(t, all[0].Couriers, 2)
	for _, w := range all {
		require.Equal(t, all[0], w, "who starts at the same time gets the same")
	}
	info, err := os.Stat(c.WebhookSecrets)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(c.KeyDir())
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing half-made stays")
}

func TestWebhookSecretsAreRefusedWhen(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("s", minSecret)
	for name, c := range map[string]struct {
		content, want string
		mode          os.FileMode
	}{
		"others may read them": {`{"portal":["` + long + `"]}`, "chmod 600", 0o644},
		"one is short":         {`{"couriers":{"vnpost":["short-secret"]}}`, "less than 32", 0o600},
		"it is no JSON":        {`portal: short-secret`, "is not of the form", 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "secrets.json")
			require.NoError(t, os.WriteFile(file, []byte(c.content), c.mode))
			config := load(t, "HOSO_WEBHOOK_SECRETS="+file)
			require.NoError(t, config.Check())
			_, err := config.Webhooks(nil)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "short-secret")
		})
	}
}

func TestNamedWebhookSecretsAreNotMadeUp(t *testing.T) {
	t.Parallel()
	c := load(t, "HOSO_WEBHOOK_SECRETS="+filepath.Join(t.TempDir(), "none.json"))
	require.NoError(t, c.Check())
	_, err := c.Webhooks(nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}
