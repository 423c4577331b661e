//go:build !unix

package pgtest

import (
	"errors"
	"testing"
)

// Cluster is a PostgreSQL of our own; there is none on this system.
type Cluster struct{}

var errNoCluster = errors.New("no cluster can be started on this system: set " + EnvServer + " to the address of a server")

func start(string) (*Cluster, error) { return nil, errNoCluster }

// Start fails the test: see [EnvServer].
func Start(t testing.TB) *Cluster {
	t.Helper()
	t.Fatalf("pgtest: %v", errNoCluster)
	return nil
}

// StartAt fails the test, too.
func StartAt(t testing.TB, _ string) *Cluster {
	t.Helper()
	return Start(t)
}

// URL is "".
func (*Cluster) URL() string { return "" }

// Stop does nothing.
func (*Cluster) Stop(testing.TB) {}

// Kill does nothing.
func (*Cluster) Kill(testing.TB) {}

// Restart does nothing.
func (*Cluster) Restart(testing.TB) {}

// Set does nothing.
func (*Cluster) Set(string, string) {}

func (*Cluster) remove() {}
