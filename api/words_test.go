package api

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

// A kind of change that nobody has worded would reach a clerk as a code: the
// workflow's and the register's sources are the list.
func TestEveryChangeIsWorded(t *testing.T) {
	t.Parallel()
	kinds := regexp.MustCompile(`(?:Kind: |kind: |kind = |kind, task := |d\.close\(ctx, |d\.atCounter\(ctx, )"([a-z_]+)"`)
	var found []string
	for _, pattern := range []string{"../workflows/*.go", "../internal/store/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range kinds.FindAllStringSubmatch(string(source), -1) {
				if m[1] == "parcel_" {
					continue // with each type of event, below
				}
				require.NotEmpty(t, eventWords[m[1]], "%s in %s", m[1], file)
				found = append(found, m[1])
			}
		}
	}
	require.Subset(t, found, []string{"filed", "submitted", "status", "closed", "at_counter", "papers_travel"})
	for _, event := range dossier.ParcelEventTypes() {
		require.NotEmpty(t, eventWords["parcel_"+string(event)], event)
	}
	for _, c := range dossier.Commands() {
		if c != dossier.Handover && c != dossier.Pickup && c != dossier.Withdraw { // recorded as what they bring about
			require.NotEmpty(t, eventWords[string(c)], c)
		}
	}
}

func TestEveryWordHasItsEnglish(t *testing.T) {
	t.Parallel()
	for _, s := range dossier.Stages() {
		require.NotEmpty(t, stageWords[s], s)
	}
	for who, words := range whoWords {
		require.True(t, who.Valid())
		require.NotEmpty(t, words)
	}
	require.Len(t, whoWords, 7)
	for what := range whatWords {
		require.NotEmpty(t, what.Label(), what)
	}
	for kind, words := range eventWords {
		require.NotEmpty(t, words[vi], kind)
		require.NotEmpty(t, words[en], kind)
	}
	require.Equal(t, "with a kind of tomorrow", vi.happened("with a kind of tomorrow"))
}
