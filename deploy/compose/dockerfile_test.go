package compose

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/stretchr/testify/require"
)

func stages(t *testing.T) []instructions.Stage {
	t.Helper()
	f, err := os.Open(filepath.Join(root, "Dockerfile"))
	require.NoError(t, err)
	defer f.Close()
	parsed, err := parser.Parse(f)
	require.NoError(t, err)
	require.Empty(t, parsed.Warnings)
	all, _, err := instructions.Parse(parsed.AST, nil)
	require.NoError(t, err)
	return all
}

// only gives a stage's commands of one kind.
func only[T instructions.Command](s instructions.Stage) (found []T) {
	for _, c := range s.Commands {
		if one, ok := c.(T); ok {
			found = append(found, one)
		}
	}
	return found
}

func TestTheImage(t *testing.T) {
	t.Parallel()
	all := stages(t)
	require.Len(t, all, 2, "what builds does not ship")
	for _, s := range all {
		require.Regexp(t, pinned, s.BaseName)
	}
	image := all[1]

	users := only[*instructions.UserCommand](image)
	require.Len(t, users, 1)
	require.Regexp(t, `^[1-9]\d+:[1-9]\d+$`, users[0].User, "a number, so that nobody need look it up, and not root")
	last := slices.IndexFunc(image.Commands, func(c instructions.Command) bool { return c.Name() == "USER" })
	for _, c := range image.Commands[last:] {
		require.NotContains(t, []string{"RUN", "COPY", "ADD"}, strings.ToUpper(c.Name()), "nothing is made after the user is chosen")
	}
	require.Empty(t, only[*instructions.AddCommand](image))
	require.Len(t, only[*instructions.HealthCheckCommand](image), 1)
	require.Equal(t, []string{"CMD", "hoso", "ready"}, only[*instructions.HealthCheckCommand](image)[0].Health.Test)
	require.Equal(t, []string{"hoso"}, []string(only[*instructions.EntrypointCommand](image)[0].CmdLine))
	require.False(t, only[*instructions.EntrypointCommand](image)[0].PrependShell, "the program itself gets the signals")
	require.Equal(t, []string{"/data"}, only[*instructions.VolumeCommand](image)[0].Volumes)

	var run string
	for _, r := range only[*instructions.RunCommand](image) {
		run += strings.Join(r.CmdLine, " ")
	}
	for _, tool := range []string{"poppler-utils", "zbar-tools", "ca-certificates", "--no-install-recommends", "rm -rf /var/lib/apt/lists"} {
		require.Contains(t, run, tool)
	}
	uid, _, _ := strings.Cut(users[0].User, ":")
	require.Contains(t, run, "install -d -o "+uid, "the data folder is the user's")
	script, err := os.ReadFile(filepath.Join(root, "deploy", "make-secrets"))
	require.NoError(t, err)
	require.Contains(t, string(script), "user="+uid+"\n", "and so are its secrets")
	for _, s := range all {
		for _, env := range only[*instructions.EnvCommand](s) {
			for _, kv := range env.Env {
				require.NotRegexp(t, regexp.MustCompile(`(?i)password|token|secret`), kv.Key)
			}
		}
		for _, c := range only[*instructions.CopyCommand](s) {
			if c.From != "" {
				require.Equal(t, all[0].Name, c.From)
				continue
			}
			for _, source := range c.SourcePaths {
				_, err := os.Stat(filepath.Join(root, source))
				require.NoError(t, err)
			}
		}
	}
}

// The builder's Go is the one that go.mod asks for, or newer.
func TestTheBuilderIsNewEnough(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	asks := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindStringSubmatch(string(mod))
	require.NotNil(t, asks)
	require.True(t, strings.HasPrefix(stages(t)[0].BaseName, "golang:"+asks[1]+"."), stages(t)[0].BaseName)
}

// What goes into the build is what the build needs, and nothing that is secret.
func TestWhatStaysOutOfTheBuild(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	require.NoError(t, err)
	lines := strings.Split(string(raw), "\n")
	for _, out := range []string{".git", "data", "bin", "deploy", "devserver"} {
		require.Contains(t, lines, out)
	}
	for _, in := range []string{"cmd", "internal", "api", "workflows", "activities", "worker", "go.mod", "go.sum"} {
		require.NotContains(t, lines, in)
	}
}
