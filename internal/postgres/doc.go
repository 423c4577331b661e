// Package postgres runs a PostgreSQL of our own from the programs that the
// system has: it finds them, makes a cluster, and says how the server is called.
// PostgreSQL refuses to run as root; there the system's user "postgres" stands in.
package postgres
