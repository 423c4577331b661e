package embedded

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"hoso/workflows"
)

// host is where the child listens: this machine only.
const host = "127.0.0.1"

// temporalArguments speak "server start-dev", which the devserver and an installed
// temporal both understand. dir is that of its database.
func temporalArguments(port, uiPort int, dir string, extra []string) []string {
	args := []string{
		"server", "start-dev", "--ip", host, "--port", strconv.Itoa(port), "--ui-port", strconv.Itoa(uiPort),
		"--db-filename", filepath.Join(dir, "temporal.db"), "--namespace", "default", "--log-level", "warn",
	}
	return append(append(args, AttributeArguments()...), extra...)
}

// AttributeArguments tell a Temporal server which search attributes to have.
func AttributeArguments() (args []string) {
	attributes := workflows.SearchAttributes()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		args = append(args, "--search-attribute", name+"="+attributes[name])
	}
	return args
}
