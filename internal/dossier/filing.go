package dossier

// Filing is what a clerk hands in: the whole request, before anything is stored.
type Filing struct {
	Procedure  string // procedure code
	Case       string
	Authority  string // "" where competence follows from procedure and area
	Quantity   int    // copies or items asked for, at least 1
	Applicant  Person // whose dossier it is
	Submitter  *Person
	Mandate    Mandate
	Components []Given
	Delivery   Delivery
	FreeHelp   bool
	Vulnerable bool
}

// Person is a party to a dossier. It never leaves the database but for the
// portal and the carrier.
type Person struct {
	Kind        string // citizen, enterprise, organisation
	FullName    string
	CitizenID   string
	TaxCode     string
	DateOfBirth string // 2006-01-02
	Phone       string
	Email       string
	Address     string
	Area        string // today's ward or commune by its GSO code, where known
}

// The kinds of person.
const (
	Citizen      = "citizen"
	Enterprise   = "enterprise"
	Organisation = "organisation"
)

// Mandate says by what right the person at the counter acts.
type Mandate struct {
	Kind           string // self, assisted, authorised
	EvidenceMethod string // signature, otp, witnessed, document
	EvidenceDoc    string // document id, with method document
}

// Delivery is how the citizen wants the result.
type Delivery struct {
	Method    DeliveryMethod
	Carrier   string
	Recipient Person // name, phone and address only
}

// DeliveryMethod is a way of giving the result.
type DeliveryMethod string

// The ways of giving the result.
const (
	ByCourier  DeliveryMethod = "courier"
	AtCounter  DeliveryMethod = "counter"
	Electronic DeliveryMethod = "electronic"
)

// Form is the shape in which a component is given.
type Form string

// The forms of a component.
const (
	FormScan           Form = "scan"
	FormPaperOriginal  Form = "paper_original"
	FormPaperCertified Form = "paper_certified"
	FormFromDatabase   Form = "from_database"
	FormReused         Form = "reused"        // a scan of an earlier dossier of the same person
	FormNotAvailable   Form = "not_available" // it cannot be given
)

// Forms lists them in a fixed order.
func Forms() []Form {
	return []Form{FormScan, FormPaperOriginal, FormPaperCertified, FormFromDatabase, FormReused, FormNotAvailable}
}

// Digital says whether the form is a scan that can be filed at the portal.
func (f Form) Digital() bool { return f == FormScan || f == FormReused }

// Paper says whether the form is a sheet that somebody must carry.
func (f Form) Paper() bool { return f == FormPaperOriginal || f == FormPaperCertified }

// Given is one component as the clerk gives it.
type Given struct {
	Code     string
	Form     Form
	Document string // document id, with the forms scan and reused
	Reason   string // with form not_available
	// Substitute is the code of what is given in its place, with form not_available.
	Substitute string
}

// Wanted is one component as the procedure version asks for it.
type Wanted struct {
	Code          string
	Required      bool
	Forms         []Form
	PaperDemanded bool // the original itself must reach the authority
	// When says for which filings it is on the list at all, RequiredWhen for which
	// it is required beyond Required; nil asks nothing.
	When         *Condition
	RequiredWhen *Condition
	// Substitutes may be given in its place, where it cannot be given itself.
	Substitutes []Wanted
}

// Verdict is what the digitization check makes of a scan.
type Verdict string

// The verdicts.
const (
	Ready      Verdict = "ready"
	Doubtful   Verdict = "doubtful"
	Unreadable Verdict = "unreadable"
)
