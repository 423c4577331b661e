package walls_test

import (
	"go/ast"
	"go/parser"
	"testing"

	"github.com/stretchr/testify/require"
)

// The walls are only worth something if crossing one shows.
func TestACrossingShows(t *testing.T) {
	t.Parallel()
	domain, workflow := walls[0], walls[2]
	require.True(t, forbidden(domain, "gorm.io/gorm"))
	require.True(t, forbidden(domain, "hoso/internal/store"))
	require.True(t, forbidden(domain, "net/http"), "below net")
	require.False(t, forbidden(domain, "strings"))
	require.False(t, forbidden(domain, "network"), "only the path and what lies below it")
	require.True(t, forbidden(workflow, "go.temporal.io/sdk/client"))
	require.False(t, forbidden(workflow, "go.temporal.io/sdk/workflow"))
	require.True(t, forbidden(workflow, "os"))

	for code, want := range map[string]string{
		"time.Now()": "time.Now", "func() { go f() }": "a goroutine", "func() { select {} }": "select", "make(chan int)": "a channel of Go's own",
		"workflow.Now(ctx)": "", "time.Second": "",
	} {
		expr, err := parser.ParseExpr(code)
		require.NoError(t, err)
		found := ""
		ast.Inspect(expr, func(n ast.Node) bool {
			if words := restless(n, true); words != "" {
				found = words
			}
			return true
		})
		require.Equal(t, want, found, code)
	}
}
