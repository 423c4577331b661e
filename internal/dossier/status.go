package dossier

import (
	"fmt"
	"strconv"
)

// Status is the business status, a number of the national portal's list of ten.
type Status int

// The ten statuses.
const (
	Registered         Status = 1
	Accepted           Status = 2
	Refused            Status = 3
	Processing         Status = 4
	SupplementRequired Status = 5
	PaymentRequired    Status = 6
	Withdrawn          Status = 7
	Stopped            Status = 8
	Resolved           Status = 9
	Returned           Status = 10
)

// Name is the status's stable English word, e.g. "supplement_required".
func (s Status) Name() string { return graph.info(s).Name }

// Label is what a clerk or citizen reads, in Vietnamese.
func (s Status) Label() string { return graph.info(s).Label }

// LabelEN is the same in English.
func (s Status) LabelEN() string { return graph.info(s).LabelEN }

// Valid says whether the number is on the list.
func (s Status) Valid() bool { return s >= Registered && s <= Returned }

// Final says whether no edge leads out of the status.
func (s Status) Final() bool { return s.Valid() && len(graph.next[s]) == 0 }

// Decided says whether the authority has spoken its last word: from here on the
// dossier can no longer be withdrawn.
func (s Status) Decided() bool {
	return s == Refused || s == Stopped || s == Resolved || s == Returned
}

// String gives number and name for logs and test failures.
func (s Status) String() string {
	if !s.Valid() {
		return "status " + strconv.Itoa(int(s))
	}
	return fmt.Sprintf("%d %s", int(s), s.Name())
}

// ParseStatus reads a status by number or by name.
func ParseStatus(text string) (Status, bool) {
	for _, info := range graph.Statuses {
		if text == info.Name || text == strconv.Itoa(int(info.Code)) {
			return info.Code, true
		}
	}
	return 0, false
}
