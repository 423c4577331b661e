// Package backup writes the register and all that lies in files with it into a
// folder (or one tar file), and takes it back out: the database as of one moment,
// the files that it names, keys, signed roots, and a manifest with the digest of
// each.
//
// A backup holds people's particulars and private keys. Its folder and files are
// their owner's only; nothing of what is in them is ever printed.
package backup
