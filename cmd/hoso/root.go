package main

import (
	"cmp"

	"github.com/spf13/cobra"

	"hoso/internal/program"
)

// settings are what all commands share: the environment, and the flags that
// outrank it.
type settings struct {
	streams
	environ     []string
	data        string
	allowRemote bool
}

// newRoot builds the command tree.
func newRoot(environ []string, s streams) *cobra.Command {
	set := &settings{streams: s, environ: environ}
	root := &cobra.Command{
		Use:   "hoso",
		Short: "Carries administrative dossiers from a counter to the citizen's hand",
		Long: `Carries administrative dossiers (hồ sơ) from a counter to the citizen's hand.

"hoso up" runs everything on this machine; "hoso up --demo" shows it at work.`,
		SilenceErrors:     true, // main prints the one line
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.PersistentFlags().StringVar(&set.data, "data", "", "data `folder` (HOSO_DATA, default ./data)")
	root.PersistentFlags().BoolVar(&set.allowRemote, "allow-remote", false, "let other machines reach what listens (HOSO_ALLOW_REMOTE)")
	root.AddGroup(
		&cobra.Group{ID: "run", Title: "Run:"},
		&cobra.Group{ID: "work", Title: "Work with dossiers:"},
		&cobra.Group{ID: "manage", Title: "Manage:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("run", newUp(set), newStack(set), newAPI(set), newWorker(set), newPortalSim(set), newCourierSim(set), newSMSSim(set))
	add("work", newDossier(set), newBag(set), newReport(set), newDemo(set), newVerifyReceipt(set))
	add("manage", newMigrate(set), newPromote(set), newBackup(set), newRestore(set), newStartAnew(set), newDoctor(set), newReady(set), newCatalogue(set), newCalendar(set), newAudit(set), newCustody(set), newUser(set), newToken(set), newBench(set), newVersion(set))
	return root
}

// config reads and checks the configuration: the environment, beneath it what the
// data folder says of itself, above it the flags. change applies a command's own
// flags in between.
func (s *settings) config(change ...func(*program.Config)) (program.Config, error) {
	folder, err := program.ReadEnvFile(cmp.Or(s.data, s.lookup("HOSO_DATA"), "data"))
	if err != nil {
		return program.Config{}, err
	}
	c, err := program.Load(append(folder, s.environ...)) // our own environment outranks the folder's
	if err != nil {
		return c, err
	}
	if s.data != "" {
		c.Data = s.data
	}
	if s.allowRemote {
		c.AllowRemote = true
	}
	for _, f := range change {
		f(&c)
	}
	return c, c.Check()
}

// lookup reads one variable of the environment.
func (s *settings) lookup(name string) string {
	for i := len(s.environ) - 1; i >= 0; i-- {
		if value, ok := cutVariable(s.environ[i], name); ok {
			return value
		}
	}
	return ""
}

func cutVariable(pair, name string) (string, bool) {
	if len(pair) > len(name) && pair[len(name)] == '=' && pair[:len(name)] == name {
		return pair[len(name)+1:], true
	}
	return "", false
}
