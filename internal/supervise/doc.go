// Package supervise keeps an engine of several parts alive on one machine: parts
// are started from the bottom up and stopped from the top down, those that are
// processes are started again when they die, and one engine at a time has a data
// folder.
package supervise
