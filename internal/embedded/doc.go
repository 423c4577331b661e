// Package embedded is the whole house in one command: Temporal as a child
// process, and API, worker, relay and the two simulators in this one, on a data
// folder that nobody else is using.
//
// It starts from the bottom up and stops from the top down, so that nothing that
// runs misses what it stands on:
//
//	Temporal -> register -> simulators -> worker -> API and relay
package embedded
