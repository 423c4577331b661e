package catalogue_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
)

func files(named map[string]string) fs.FS {
	set := fstest.MapFS{}
	for name, text := range named {
		set[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return set
}

// What is loaded, written and loaded again is the same.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	want := builtIn(t)
	text, err := yaml.Marshal(want)
	require.NoError(t, err)
	got, err := catalogue.Load(files(map[string]string{"all.yaml": string(text)}))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// A new office needs a line in a file and nothing else.
func TestAddAnOfficeInAFileOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, catalogue.Files()))
	require.NoError(t, os.WriteFile(dir+"/more.yaml", []byte(`offices:
  - {id: VNPBDI, network: vnpost, name: "Bưu điện Ba Đình", address: "…", area: "001", validity: {from: "2025-03-01"}, source: "x"}
`), 0o600))
	c, err := catalogue.Load(os.DirFS(dir))
	require.NoError(t, err)
	o, ok := c.Office("VNPBDI", now)
	require.True(t, ok)
	require.Equal(t, "001", o.Area)
	require.Len(t, c.Offices, 33)
}

func TestLoadSplitsAndSkips(t *testing.T) {
	t.Parallel()
	c, err := catalogue.Load(files(map[string]string{
		"a.yaml":       "networks:\n  - {id: vnpost, name: \"A\"}\n---\nnetworks:\n  - {id: fpt, name: \"B\"}\n",
		"b.yml":        "carriers:\n  - {id: vnpost, name: \"A\", networks: [vnpost]}\noffices:\n",
		"empty.yaml":   "# nothing yet\n",
		".hidden.yaml": "nonsense: [",
		"README.md":    "not data",
		"sub/c.yaml":   "nonsense: [",
	}))
	require.NoError(t, err)
	require.Len(t, c.Networks, 2)
	k, ok := c.Carrier("vnpost")
	require.True(t, ok)
	require.Equal(t, []string{"vnpost"}, k.Networks)
	n, ok := c.Network("fpt")
	require.True(t, ok)
	require.Equal(t, "B", n.Name)
}

func TestLoadWithoutFiles(t *testing.T) {
	t.Parallel()
	_, err := catalogue.Load(files(map[string]string{"README.md": ""}))
	require.ErrorContains(t, err, "no *.yaml file")
	_, err = catalogue.Load(os.DirFS(t.TempDir() + "/nowhere"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// An unreadable record is told once; what refers to it is not blamed.
func TestMisreadRecordsDoNotSpread(t *testing.T) {
	t.Parallel()
	_, err := catalogue.Load(files(map[string]string{"n.yaml": `networks:
  - {id: vnpost, name: "A", colour: red}
carriers:
  - {id: vnpost, name: "A", networks: [vnpost]}
`}))
	require.EqualError(t, err, `n.yaml:2: network vnpost: unknown field "colour"`)

	_, err = catalogue.Load(files(map[string]string{
		"a.yaml": "networks: [\n",
		"b.yaml": "carriers:\n  - {id: vnpost, name: \"A\", networks: [vnpost]}\n",
	}))
	require.EqualError(t, err, `a.yaml:1: sequence end token ']' not found`)
}

func TestProblemsCanBeTakenApart(t *testing.T) {
	t.Parallel()
	_, err := catalogue.Load(files(map[string]string{"b.yaml": "x: 1\n", "a.yaml": "# c\ny: 2\nz: 3\n"}))
	var all catalogue.Problems
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 3, "sorted by file and line")
	require.Equal(t, catalogue.Problem{File: "a.yaml", Line: 2, Rule: `unknown list "y"`}, all[0])
	var one catalogue.Problem
	require.True(t, errors.As(err, &one))
	require.Equal(t, "a.yaml: x", fmt.Sprint(catalogue.Problem{File: "a.yaml", Rule: "x"}))
}

// No file, however broken, brings the loader down.
func FuzzLoad(f *testing.F) {
	f.Add(good)
	f.Add("offices:\n  - &a {id: *a}\n  - <<: {id: x}\n  - ? [a]\n    : b\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := catalogue.Load(files(map[string]string{"set.yaml": text}))
		require.NotEqual(t, c == nil, err == nil)
	})
}
