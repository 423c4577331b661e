package audit

import (
	"cmp"
	"fmt"
)

// The rules that a ledger or a root can break.
const (
	EntryMissing  = "entry_missing"   // another one stands in its place
	DoesNotFollow = "does_not_follow" // it names another one before it
	EntryChanged  = "entry_changed"   // it is not what its hash says
	StepChanged   = "step_changed"    // it stands under another step than its own
	CutShort      = "cut_short"       // the register knows another end
	OtherThanRoot = "other_than_root" // whole, but not the chain of which a root was signed

	DossierMissing = "dossier_missing" // it has left traces, and no row
	NumberMissing  = "number_missing"  // its running number was given
	NumberUnknown  = "number_unknown"  // its running number was never given

	RootMissing   = "root_missing"
	RootChanged   = "root_changed" // not in its one form, or in another one's place
	RootUnsigned  = "root_unsigned"
	RootUnfollows = "root_does_not_follow"
	HeadsChanged  = "heads_changed"  // its list of heads is not the one that was signed
	HeadMissing   = "head_missing"   // the list that was given out has a line that the register's has not
	RootGivenOut  = "root_given_out" // one was given out that the register does not have
	ListChanged   = "list_changed"   // it was given out with a root, and is not the list that was signed
	FileChanged   = "file_changed"   // it was given out, and is no root that a key of ours signed
)

var words = map[string]string{
	EntryMissing: "is missing", DoesNotFollow: "does not follow the one before it", EntryChanged: "was changed",
	StepChanged: "stands under another step than its own", CutShort: "is where the chain ends, and the register knows another end",
	OtherThanRoot: "is not the one of which the root was signed", DossierMissing: "its row is missing", NumberMissing: "the dossier of this number is missing",
	NumberUnknown: "this number was never given", RootMissing: "is missing", RootChanged: "was changed", RootUnsigned: "is not signed with a key of ours",
	RootUnfollows: "does not follow the one before it", HeadsChanged: "its list of heads was changed", HeadMissing: "is not in the register's list of heads, but in the one given out",
	RootGivenOut: "was given out and is not the register's", ListChanged: "has a list beside it that is not the one that was signed",
	FileChanged: "is not a root signed with a key of ours",
}

// Fault is a place at which the audit ledger does not hold.
type Fault struct {
	Dossier string `json:"dossier,omitempty"`
	Ledger  string `json:"ledger,omitempty"` // custody; "" for the changes
	From    int64  `json:"from,omitempty"`   // first entry that may be concerned, where there are several
	Seq     int64  `json:"seq,omitempty"`    // of the entry
	Root    int64  `json:"root,omitempty"`   // number of the root that tells
	File    string `json:"file,omitempty"`   // that was given out
	Rule    string `json:"rule"`
}

// Error names the place and what is wrong there.
func (f Fault) Error() string {
	at := "audit:"
	if f.Dossier != "" {
		at += " " + f.Dossier
	}
	if f.Ledger != "" {
		at += " " + f.Ledger
	}
	if f.Root != 0 {
		at += fmt.Sprintf(" root %d", f.Root)
	}
	if f.File != "" {
		at += " " + f.File
	}
	switch {
	case f.From != 0 && f.From != f.Seq:
		at += fmt.Sprintf(" entries %d to %d, of which the last", f.From, f.Seq)
	case f.entry():
		at += fmt.Sprintf(" entry %d", f.Seq)
	}
	return at + " " + cmp.Or(words[f.Rule], f.Rule)
}

// entry says whether the fault is one entry's; the end of an empty chain is 0.
func (f Fault) entry() bool { return f.Seq != 0 || f.Rule == CutShort }
