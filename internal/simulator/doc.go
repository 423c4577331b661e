// Package simulator holds what the simulators share: a ledger on disk, knobs that
// make them misbehave, a sender of signed callbacks, the frame of a server that
// starts, works and stops cleanly, and the desk at which it is operated.
//
// A simulator stands for an outside party. It ships with hoso, so that the
// whole can be tried on one machine, and it is what tests of the whole count
// effects with. Three rules follow:
//
//   - An effect is on disk (fsync) before its answer leaves, and before any
//     callback tells of it. State is rebuilt from the ledger and from nothing
//     else, so a simulator may be killed at any instant.
//   - Everything it will do to a dossier is drawn when the dossier arrives,
//     from a seed, and written down: a restart goes on with the same story.
//   - No person's data reaches ledger or log: keys, codes, unit ids, digests.
//
// How a call goes through a simulator:
//
//	read -> draw faults -> [refuse | 429 | 500 | hang] -> effect, fsync
//	     -> [delay | lose the answer | hang | 500 | garbage] -> answer
package simulator
