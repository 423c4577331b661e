package postgres

import (
	"maps"
	"slices"
	"strconv"
)

// Arguments call the server "postgres" on a cluster. What stands here outranks
// the cluster's own files.
func Arguments(data string, port int, settings map[string]string) []string {
	args := []string{"-D", data, "-p", strconv.Itoa(port)}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// Durable are the settings with which an acknowledged commit survives a power cut.
func Durable() map[string]string {
	return map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
}
