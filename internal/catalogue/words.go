package catalogue

import (
	"maps"
	"slices"
)

// longest is the largest number that makes sense with each unit of a term: just
// under ten years, counting 250 working days a year. None has no number.
var longest = map[string]int{
	"hour": 87_599, "working_day": 2_499, "day": 3_649, "month": 119, "same_day": 1, "none": 0,
}

// TermUnits are the units a term may have.
func TermUnits() []string { return slices.Sorted(maps.Keys(longest)) }

// Channels are the ways a dossier may reach the authority.
func Channels() []string { return []string{"online", "post", "direct"} }

// Forms are the ways a component may be given.
func Forms() []string {
	return []string{"scan", "paper_original", "paper_certified", "from_database", "not_available"}
}

// FeeUnits are what a fee may be counted by.
func FeeUnits() []string { return []string{"dossier", "copy", "page", "person", "case"} }

// Levels are the kinds of bodies that decide. A register_holder or notary is
// chosen by the citizen; no list of them is kept.
func Levels() []string {
	return []string{
		"commune", "province", "commune_police", "province_police",
		"tax", "social_insurance", "notary", "register_holder",
	}
}

// LevelCentre is an authority that receives and returns and decides nothing.
const LevelCentre = "centre"

// kind is what a kind of area looks like: how long its code is and how far it
// stands from the whole city; a parent always stands nearer.
type kind struct{ digits, depth int }

var kinds = map[string]kind{
	"province": {2, 0},
	"district": {3, 1}, // also a town or a rural district
	"ward":     {5, 2},
	"commune":  {5, 2},
	"township": {5, 2},
}

// AreaKinds are the kinds of areas.
func AreaKinds() []string { return slices.Sorted(maps.Keys(kinds)) }
