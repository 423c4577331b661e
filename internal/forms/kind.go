package forms

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Kind is what a form is for, apart from the number the law of the day gives it.
type Kind string

// The kinds of forms.
const (
	KindSlip       Kind = "slip"
	KindReceipt    Kind = "receipt"
	KindSupplement Kind = "supplement"
	KindRefusal    Kind = "refusal"
	KindExtension  Kind = "extension"
	KindStop       Kind = "stop"
	KindControl    Kind = "control"
	KindRegister   Kind = "register"
	KindHandover   Kind = "handover"
)

// Kinds lists every kind, in the order of a dossier's life.
var Kinds = []Kind{KindSlip, KindReceipt, KindSupplement, KindRefusal, KindExtension, KindStop, KindControl, KindRegister, KindHandover}

// Official is one version of an official form, as the law has it.
type Official struct {
	Kind Kind `json:"kind"`
	// Number is the form's number in its annex ("01"); a form that no annex
	// numbers has none.
	Number string `json:"number"`
	// No is our own two-digit number, also for forms that have no official one.
	No          string `json:"no"`
	Name        string `json:"name"`
	Paper       string `json:"paper"`       // A4 or A5
	Orientation string `json:"orientation"` // portrait or landscape
	Version     string `json:"version"`     // "TT 03/2025/TT-VPCP"
	From        string `json:"from"`        // first day, 2006-01-02
	To          string `json:"to"`          // first day that no longer counts; "" is open
	Source      string `json:"source"`
	// Sure says how sure the source is: A law read, B official page, C weak
	// source, R recalled.
	Sure string `json:"sure"`
}

// on tells whether the version holds on a local day. Days in this layout sort as text.
func (o Official) on(day string) bool { return o.From <= day && (o.To == "" || day < o.To) }

//go:embed forms.json
var officialJSON []byte

// officials are the shipped versions, checked at start.
var officials = mustOfficials(officialJSON)

func mustOfficials(raw []byte) []Official {
	all, err := LoadOfficials(bytes.NewReader(raw))
	if err != nil {
		panic("forms: forms.json: " + err.Error())
	}
	return all
}

// LoadOfficials reads form versions and checks them: no unknown field, every
// value of a known kind, and for each kind days without overlap or gap.
func LoadOfficials(r io.Reader) ([]Official, error) {
	var file struct {
		Forms []Official `json:"forms"`
	}
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("read forms: %w", err)
	}
	for _, o := range file.Forms {
		if err := o.check(); err != nil {
			return nil, fmt.Errorf("form %s of %s: %w", o.Kind, o.From, err)
		}
	}
	for _, k := range Kinds {
		if err := checkDays(k, file.Forms); err != nil {
			return nil, fmt.Errorf("form %s: %w", k, err)
		}
	}
	return file.Forms, nil
}

func (o Official) check() error {
	switch {
	case !slices.Contains(Kinds, o.Kind):
		return errors.New("kind is unknown")
	case len(o.No) != 2 || o.Name == "" || o.Version == "" || o.Source == "":
		return errors.New("no (two digits), name, version and source are required")
	case o.Paper != "A4" && o.Paper != "A5":
		return errors.New("paper is A4 or A5")
	case o.Orientation != "portrait" && o.Orientation != "landscape":
		return errors.New("orientation is portrait or landscape")
	case !slices.Contains([]string{"A", "B", "C", "R"}, o.Sure):
		return errors.New("sure is A, B, C or R")
	case !realDay(o.From), o.To != "" && !realDay(o.To):
		return errors.New("from and to are days such as 2025-09-15")
	case o.To != "" && o.To <= o.From:
		return errors.New("ends before it begins")
	}
	return nil
}

// checkDays holds the versions of one kind against each other.
func checkDays(k Kind, all []Official) error {
	var own []Official
	for _, o := range all {
		if o.Kind == k {
			own = append(own, o)
		}
	}
	if len(own) == 0 {
		return errors.New("has no version")
	}
	slices.SortFunc(own, func(a, b Official) int { return bytes.Compare([]byte(a.From), []byte(b.From)) })
	for i, o := range own[:len(own)-1] {
		if o.To != own[i+1].From {
			return fmt.Errorf("the version from %s must end when the next begins, on %s", o.From, own[i+1].From)
		}
	}
	return nil
}

func realDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// InForce finds the version of a form on the day of a time, in Vietnam. A
// dossier keeps the law of its reception day, so that is the day to ask for.
func InForce(k Kind, at time.Time) (Official, error) {
	day := at.In(zone).Format(time.DateOnly)
	for _, o := range officials {
		if o.Kind == k && o.on(day) {
			return o, nil
		}
	}
	return Official{}, fmt.Errorf("no version of form %q holds on %s", k, day)
}

// Officials lists every shipped version.
func Officials() []Official { return slices.Clone(officials) }
