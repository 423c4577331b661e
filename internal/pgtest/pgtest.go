// Package pgtest gives tests a real PostgreSQL.
//
// The first test of a process that asks for a database starts a throw-away
// cluster, in memory where the machine has a file system for that, and migrates
// a template; each test then gets a database of its own, copied from it:
//
//	test process ──starts──► postgres ──► template ──copied──► one database per test
//	     │                                                     (dropped with the test)
//	     └──holds a pipe──► janitor: when the pipe closes, stops postgres and
//	                        removes its files, however the test process ended
//
// The cluster's durability settings are the safe ones: the program refuses others.
//
// With HOSO_TEST_POSTGRES set to the address of a server ("postgres://…", a user
// who may create databases) that server is used and none is started, but for
// tests that need a cluster to stop and to kill; they call [Start].
//
// Without PostgreSQL's programs a test that needs them fails and says how to get
// them. It is never skipped.
package pgtest

import (
	"os"
	"sync"
	"testing"
)

// EnvServer names the variable that points to a server to be used instead of a
// cluster of our own.
const EnvServer = "HOSO_TEST_POSTGRES"

// URL gives the address of a fresh, migrated database. It is dropped when the
// test ends.
func URL(t testing.TB) string {
	t.Helper()
	return shared(t).fresh(t, true)
}

// Empty gives the address of a fresh database without any migration. It is
// dropped when the test ends.
func Empty(t testing.TB) string {
	t.Helper()
	return shared(t).fresh(t, false)
}

// Main runs a package's tests and clears away what they used of PostgreSQL:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
// A package may do without it, or be killed before it is done. The janitor then
// clears our own cluster away; on a server that we were pointed to, what is left
// goes when a later test process finds it a day old.
func Main(m *testing.M) {
	code := m.Run()
	Close()
	os.Exit(code)
}

// Close clears away what the process uses of PostgreSQL, for a TestMain that
// has more to do than [Main].
func Close() {
	theServer.Lock()
	defer theServer.Unlock()
	if theServer.server != nil {
		theServer.close()
		theServer.server = nil
	}
}

// theServer is what the tests of this process share; nil until one asks.
var theServer struct {
	sync.Mutex
	*server
	err error
}

func shared(t testing.TB) *server {
	t.Helper()
	theServer.Lock()
	defer theServer.Unlock()
	if theServer.server == nil && theServer.err == nil {
		theServer.server, theServer.err = open(os.Getenv(EnvServer))
	}
	if theServer.err != nil {
		t.Fatalf("pgtest: %v", theServer.err)
	}
	return theServer.server
}
