package chipcard

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
)

// Layout is how the text of a card's QR code is laid out.
type Layout struct {
	Version string `json:"version"`
	Source  string `json:"source"`
	// Separator parts the fields, which come in this order; at least so many of
	// them must be there, and more may follow.
	Separator string   `json:"separator"`
	Fields    []string `json:"fields"`
	Least     int      `json:"least"`
	// Date is Go's layout of dates.
	Date string `json:"date"`
	// Sexes are the words of the card for ours.
	Sexes map[string]string `json:"sexes"`
	// Severity says whether a difference to what was typed warns or refuses.
	Severity map[string]string `json:"severity"`

	citizenID, oldNumber *regexp.Regexp
}

//go:embed layout.json
var layoutJSON []byte

// Default is the layout that comes with the program.
var Default = mustLayout(layoutJSON)

// The fields of a card.
const (
	fieldCitizenID = "citizen_id"
	fieldOldNumber = "old_number"
	fieldFullName  = "full_name"
	fieldBirth     = "date_of_birth"
	fieldSex       = "sex"
	fieldAddress   = "address"
	fieldIssued    = "issued_on"
)

func mustLayout(raw []byte) Layout {
	var file struct {
		Layout
		CitizenID string `json:"citizen_id"`
		OldNumber string `json:"old_number"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		panic("chipcard: layout.json: " + err.Error())
	}
	l := file.Layout
	l.citizenID, l.oldNumber = regexp.MustCompile(file.CitizenID), regexp.MustCompile(file.OldNumber)
	for _, f := range []string{fieldCitizenID, fieldFullName, fieldBirth} {
		if i := slices.Index(l.Fields, f); i < 0 || i >= l.Least {
			panic("chipcard: layout.json: no card without " + f)
		}
	}
	for rule, s := range l.Severity {
		if s != "warn" && s != "refuse" {
			panic("chipcard: layout.json: severity of " + rule + " must be warn or refuse")
		}
	}
	return l
}
