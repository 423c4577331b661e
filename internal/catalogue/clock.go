package catalogue

import (
	"strings"

	"hoso/internal/dossier"
)

// Clock is one version of the rules by which terms run: what starts them, what a
// supplement does, how often they may be extended, when somebody is warned.
type Clock struct {
	ID       string             `yaml:"id" json:"id"`
	Version  string             `yaml:"version" json:"version"`
	Name     string             `yaml:"name" json:"name"`
	Rules    dossier.ClockRules `yaml:"rules" json:"rules"`
	Validity Validity           `yaml:"validity" json:"validity"`
	Source   string             `yaml:"source" json:"source"`
	Sure     string             `yaml:"sure" json:"sure"` // A, B, C or R; see the package documentation
}

// StandardClock is the clock of a procedure that names none.
const StandardClock = "standard"

// ClockID names the clock that the procedure's term runs by.
func (p Procedure) ClockID() string {
	if p.Clock == "" {
		return StandardClock
	}
	return p.Clock
}

func (r *report) checkClock(c Clock, at spot) {
	if !kebab.MatchString(c.ID) {
		r.fault(at.at("id"), "id %q is not of small letters, digits and hyphens", c.ID)
	}
	r.needText(c.Version, "version", at)
	r.needText(c.Name, "name", at)
	r.needText(c.Source, "source", at)
	r.needWord(c.Sure, []string{"A", "B", "C", "R"}, "rating of sureness", at.at("sure"))
	rules := at.at("rules")
	c.Rules.Check(func(field, rule string) { r.fault(rules.at(field), "%s: %s", field, rule) })
	r.checkValidity(c.Validity, at)
	if strings.Contains(c.Version, "/") {
		r.fault(at.at("version"), "version %q holds a slash", c.Version)
	}
}

// checkClockOf wants the clock that a procedure names to exist as long as the
// procedure does. A catalogue without any clock is one of before there were any.
func (s *set) checkClockOf(c *Catalogue, p Procedure, at spot) {
	if p.Clock == "" || s.blind || s.misread["clock"] {
		return
	}
	if _, known := c.Clock(p.Clock, p.Validity.From); !known {
		s.fault(at.at("clock"), "clock %q is not there on %s", p.Clock, p.Validity.From)
	}
}
