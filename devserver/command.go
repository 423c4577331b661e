package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/temporalio/ui-server/v2/server/version"
	"go.temporal.io/server/common/headers"
)

// buildVersion is set by the linker: -X main.buildVersion=...
var buildVersion = "dev"

// newCommand builds the tree "hoso-devserver server start-dev", the same two
// words the temporal CLI uses, and beside it "server start", on PostgreSQL.
func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "hoso-devserver",
		Short: "Temporal in one program: server and web page on SQLite or PostgreSQL, on this machine only",
		// In the manner of "temporal --version", so that one pattern reads both.
		Version:           fmt.Sprintf("%s (Server %s, UI %s)", buildVersion, headers.ServerVersion, version.UIVersion),
		SilenceErrors:     true, // main prints the one line
		SilenceUsage:      true, // a taken port is no reason to print 30 lines of flags
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	server := &cobra.Command{Use: "server", Short: "Run a Temporal server", Args: cobra.NoArgs}
	server.AddCommand(newStartCommand(run), newPostgresCommand(run))
	root.AddCommand(server)
	return root
}
