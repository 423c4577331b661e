package catalogue

import (
	"slices"

	"hoso/internal/dossier"
)

// Procedure is one version of an administrative procedure (thủ tục hành chính).
type Procedure struct {
	Code    string `yaml:"code" json:"code"`                           // national code, e.g. 2.000635
	Version string `yaml:"version" json:"version"`                     // number of the decision that published it
	Name    string `yaml:"name" json:"name"`                           // official name, Vietnamese
	NameEN  string `yaml:"name_en,omitempty" json:"name_en,omitempty"` // short, for readers without Vietnamese
	Field   string `yaml:"field" json:"field"`                         // lĩnh vực, as the national portal words it
	Agent   string `yaml:"agent" json:"agent"`                         // AgentAllowed or AgentNotAllowed
	// AgentReason says, in Vietnamese, why an agent may not take it.
	AgentReason   string `yaml:"agent_reason,omitempty" json:"agent_reason,omitempty"`
	AgentReasonEN string `yaml:"agent_reason_en,omitempty" json:"agent_reason_en,omitempty"`

	DecidedAt []string `yaml:"decided_at" json:"decided_at"`                   // levels that decide, nearest first; see Levels
	Channels  []string `yaml:"channels" json:"channels"`                       // see Channels
	Term      Term     `yaml:"term" json:"term"`                               // unless the case has its own
	TermNote  string   `yaml:"term_note,omitempty" json:"term_note,omitempty"` // what a clerk should know about the term
	Clock     string   `yaml:"clock,omitempty" json:"clock,omitempty"`         // id of the clock its term runs by; "" is StandardClock
	Fees      []Fee    `yaml:"fees,omitempty" json:"fees"`
	Cases     []Case   `yaml:"cases" json:"cases"` // the first one is the usual one
	Results   []Result `yaml:"results,omitempty" json:"results"`
	Validity  Validity `yaml:"validity" json:"validity"`
	Source    string   `yaml:"source" json:"source"`
	Sure      string   `yaml:"sure" json:"sure"` // A, B, C or R; see the package documentation
}

// Whether an agent office may take a procedure.
const (
	AgentAllowed    = "allowed"
	AgentNotAllowed = "not_allowed"
)

// Term is how long the authority has.
type Term struct {
	N    int    `yaml:"n" json:"n"`       // 1 for same_day, 0 for none
	Unit string `yaml:"unit" json:"unit"` // see TermUnits
}

// Fee is one fee or charge, in whole đồng.
type Fee struct {
	Name     string   `yaml:"name" json:"name"`
	Amount   *int64   `yaml:"amount" json:"amount"`                         // nil: set elsewhere (city council) and not known here
	Per      string   `yaml:"per" json:"per"`                               // see FeeUnits
	Channels []string `yaml:"channels,omitempty" json:"channels,omitempty"` // empty: whatever the channel
	Note     string   `yaml:"note,omitempty" json:"note,omitempty"`
}

// Case is a situation (trường hợp) with its own checklist.
type Case struct {
	Code       string      `yaml:"code" json:"code"`
	Name       string      `yaml:"name" json:"name"`
	Term       *Term       `yaml:"term,omitempty" json:"term,omitempty"` // nil: the procedure's
	Components []Component `yaml:"components" json:"components"`
}

// Component is one paper of the checklist (thành phần hồ sơ).
type Component struct {
	Code          string   `yaml:"code" json:"code"`
	Name          string   `yaml:"name" json:"name"`
	Required      bool     `yaml:"required" json:"required"`
	Forms         []string `yaml:"forms" json:"forms"`                             // see Forms
	PaperDemanded bool     `yaml:"paper_demanded,omitempty" json:"paper_demanded"` // the paper itself must reach the authority
	Note          string   `yaml:"note,omitempty" json:"note,omitempty"`
	// When says for which filings it is on the list at all; RequiredWhen, for which
	// an optional one is required. See dossier.Condition.
	When         *dossier.Condition `yaml:"when,omitempty" json:"when,omitempty"`
	RequiredWhen *dossier.Condition `yaml:"required_when,omitempty" json:"required_when,omitempty"`
	// Reusable says that a scan of it from an earlier dossier of the same person
	// serves.
	Reusable bool `yaml:"reusable,omitempty" json:"reusable,omitempty"`
	// Substitutes may be given where it cannot be given itself.
	Substitutes []Substitute `yaml:"substitutes,omitempty" json:"substitutes,omitempty"`
}

// Substitute is a paper that stands in for one that the citizen cannot give.
type Substitute struct {
	Code  string   `yaml:"code" json:"code"`
	Name  string   `yaml:"name" json:"name"`
	Forms []string `yaml:"forms" json:"forms"`
	Basis string   `yaml:"basis" json:"basis"` // the law that lets it
}

// GivenForms are all the forms in which the component may be given, by its own
// list and by what else the data says of it.
func (c Component) GivenForms() []string {
	forms := append([]string{}, c.Forms...)
	if c.Reusable {
		forms = append(forms, string(dossier.FormReused))
	}
	if len(c.Substitutes) > 0 && !slices.Contains(c.Forms, string(dossier.FormNotAvailable)) {
		forms = append(forms, string(dossier.FormNotAvailable))
	}
	return forms
}

// Result is what the citizen gets.
type Result struct {
	Code string `yaml:"code,omitempty" json:"code,omitempty"` // KQ.<ministry>.<6 digits>; "" where none is published
	Name string `yaml:"name" json:"name"`
}

// Case finds a case by its code.
func (p Procedure) Case(code string) (Case, bool) {
	return find(p.Cases, func(c Case) bool { return c.Code == code })
}

// TermOf is the term of a case: its own or, without one, the procedure's.
func (p Procedure) TermOf(c Case) Term {
	if c.Term != nil {
		return *c.Term
	}
	return p.Term
}
