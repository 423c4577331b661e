package register

import (
	"time"

	"hoso/internal/custody"
)

// BagSnapshot is all that a bag's workflow needs to begin, or to begin anew.
type BagSnapshot struct {
	Bag     custody.Bag `json:"bag"`
	Network string      `json:"network"`
	Waiting Waiting     `json:"waiting"`
	Late    bool        `json:"late,omitempty"`
	Step    int64       `json:"step"`
}

// BagStep is one step of a bag: where it is after it, and why. It is recorded
// once per (bag, step), whatever the repetitions.
type BagStep struct {
	Step    int64       `json:"step"`
	Kind    string      `json:"kind"`  // bag_offered, bag_taken, bag_trouble, bag_opened, bag_cleared, bag_late
	Actor   string      `json:"actor"` // system, or a staff role
	After   custody.Bag `json:"after"`
	Waiting Waiting     `json:"waiting"`
	Late    bool        `json:"late,omitempty"`
	// Count is what the taker found, with bag_trouble.
	Count     custody.Count `json:"count,omitzero"`
	Operation string        `json:"operation,omitempty"`
	TextID    string        `json:"text_id,omitempty"`
}

// BagRecorded is the database's answer to a step of a bag.
type BagRecorded struct {
	// Until is the limit of the wait that the step begins, by the calendar.
	Until *time.Time `json:"until,omitempty"`
}

// PapersReport tells a dossier that its papers have moved with their bag.
type PapersReport struct {
	Inbox string `json:"inbox"`
	Bag   string `json:"bag"`
	// Step is the bag's; of two reports of one bag the higher is the newer.
	Step  int64          `json:"step"`
	Kind  string         `json:"kind"` // papers_bagged, papers_offer, papers_take, papers_unbagged, papers_discrepancy, papers_cleared
	Actor string         `json:"actor"`
	At    time.Time      `json:"at"`
	By    custody.Holder `json:"by"`
	To    custody.Holder `json:"to,omitzero"`
	// Papers is where the dossier's papers are after it.
	Papers  Papers `json:"papers"`
	Trouble string `json:"trouble,omitempty"`
}
