// Package stack is the house as it stands in production, on one machine and
// without containers: PostgreSQL, Temporal on it, and hoso's parts, each a
// process of its own that is started again when it dies.
//
//	PostgreSQL -> Temporal (one process, or four roles) and its page
//	           -> simulators -> APIs -> workers
//
// plan.go says which programs are called and how; cluster.go makes the databases;
// start.go puts it all up, from the bottom, and down, from the top.
package stack
