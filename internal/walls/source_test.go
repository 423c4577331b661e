package walls_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// module is the name that our own import paths begin with.
const module = "hoso/"

// source is a parsed file of the program, tests left out.
type source struct {
	name string // from the repository's root, with slashes
	room string // its folder
	file *ast.File
	set  *token.FileSet
}

// sources parses every file of the program, in whatever build it takes part.
func sources(t *testing.T) []source {
	t.Helper()
	root := os.DirFS(filepath.Join("..", ".."))
	var all []source
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			if hidden := strings.HasPrefix(e.Name(), ".") && name != "."; hidden || name == "devserver" || name == "data" || e.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		case !strings.HasSuffix(name, ".go"), strings.HasSuffix(name, "_test.go"):
			return nil
		}
		raw, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, raw, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		all = append(all, source{name: name, room: path.Dir(name), file: file, set: set})
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, len(all), 100, "the repository's files were not found")
	return all
}

// imports lists what the file imports: ours without the module's name.
func (s source) imports() []string {
	var out []string
	for _, spec := range s.file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			out = append(out, name)
		}
	}
	return out
}

// at is a place in the file.
func (s source) at(p token.Pos) string {
	return s.name + ":" + strconv.Itoa(s.set.Position(p).Line)
}

// standard says whether a path is of the standard library: its first part has no dot.
func standard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return first+"/" != module && !strings.Contains(first, ".")
}

// within says whether a path is the given one or lies below it.
func within(name, prefix string) bool {
	return name == prefix || strings.HasPrefix(name, prefix+"/")
}
