// Package confined reads hostile files in a child process of the same binary,
// so that a file can bring down its reader and nothing else.
//
//	parent: file ─► unlinked copy, read-only ─► child (fd 3) ─► one JSON answer
//	          └─ watches memory and time ─► kills the group ─► a verdict all the same
//
// The child has five plain environment variables of ours, no network and no
// processes but its own where the system lets us take them away, opens no files but
// those that programs need where there is Landlock, and is bounded in memory,
// processor time, time and open files (limits.json). It is still the same user: what
// it could do to sockets that have a path is told in docs/scan-safety.md. What our
// own reader cannot judge it hands to other programs, poppler's pdftoppm and
// zbarimg, which run as its own children: what it has used itself is taken off their
// limits first. When the parent dies the
// child dies. What becomes of a file must not depend on the machine: a child that
// others ended, or that did not get its processor time, is ErrBusy. Its clock stands
// still while it waits for a processor.
//
// How memory is bounded: RLIMIT_AS does not fit Go, which reserves much more
// address space than it uses. RLIMIT_DATA counts only what is writable, and the
// runtime maps that in small steps as the heap grows; so the child sets it, and
// the runtime collects garbage harder when it comes near (GOMEMLIMIT). Beside it
// the parent watches how much the child and its own children hold, which is all
// there is where a build with the race detector has no use for RLIMIT_DATA.
// RLIMIT_NPROC is left alone: it counts all processes of the user, ours too.
//
// A program calls Serve first thing in main; a child does not come back from it.
package confined
