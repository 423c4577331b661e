// Package walls holds the walls between the rooms: its test reads what every
// package imports and calls, and fails where a wall is crossed. It has no code of
// its own; docs/architecture.md says why the walls stand where they do.
package walls
