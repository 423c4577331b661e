package embedded

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/workflows"
)

func TestTemporalIsToldEverythingItMustKnow(t *testing.T) {
	t.Parallel()
	line := strings.Join(temporalArguments(7233, 8233, "d", []string{"--exit-with-parent"}), " ")
	require.True(t, strings.HasPrefix(line, "server start-dev --ip 127.0.0.1 --port 7233 --ui-port 8233 --db-filename d/temporal.db"))
	require.True(t, strings.HasSuffix(line, "--exit-with-parent"))
	for name, kind := range workflows.SearchAttributes() {
		require.Contains(t, line, "--search-attribute "+name+"="+kind)
	}
}
