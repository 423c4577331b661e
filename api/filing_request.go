package api

import "hoso/internal/dossier"

// FilingRequest is a dossier as a clerk hands it in.
type FilingRequest struct {
	Procedure  string           `json:"procedure_code" maxLength:"40" example:"2.000635"`
	Case       string           `json:"case,omitempty" maxLength:"60" doc:"The procedure's usual case if absent."`
	Authority  string           `json:"authority,omitempty" maxLength:"40" doc:"May be absent where it follows from the procedure and the applicant's area."`
	Quantity   int              `json:"quantity,omitempty" minimum:"1" maximum:"100" default:"1" doc:"Copies or items asked for."`
	Applicant  PersonRequest    `json:"applicant" doc:"Whose dossier it is."`
	CardText   string           `json:"card_text,omitempty" maxLength:"2000" doc:"What the QR code on the applicant's identity card says; the applicant is held against it, and it is not kept."`
	Submitter  *PersonRequest   `json:"submitter,omitempty" doc:"Who stands at the counter, if somebody else."`
	Mandate    MandateRequest   `json:"mandate"`
	Components []GivenComponent `json:"components" maxItems:"60"`
	Delivery   DeliveryRequest  `json:"delivery"`
	FreeHelp   bool             `json:"free_help,omitempty" doc:"Somebody who cannot do it alone was helped without a fee."`
	Vulnerable bool             `json:"vulnerable,omitempty"`
}

// PersonRequest is a party to a dossier.
type PersonRequest struct {
	Kind        string `json:"kind" enum:"citizen,enterprise,organisation"`
	FullName    string `json:"full_name" maxLength:"200"`
	CitizenID   string `json:"citizen_id,omitempty" maxLength:"40" doc:"12 digits; a citizen's."`
	TaxCode     string `json:"tax_code,omitempty" maxLength:"40" doc:"An enterprise's."`
	DateOfBirth string `json:"date_of_birth,omitempty" maxLength:"40" doc:"A citizen's, as 1990-01-31."`
	Phone       string `json:"phone,omitempty" maxLength:"40"`
	Email       string `json:"email,omitempty" maxLength:"254"`
	Address     string `json:"address,omitempty" maxLength:"500"`
	Area        string `json:"area,omitempty" maxLength:"10" doc:"Ward or commune by the statistics office's code, where known."`
}

func (p PersonRequest) person() dossier.Person { return dossier.Person(p) }

// MandateRequest says by what right the person at the counter acts.
type MandateRequest struct {
	Kind     string           `json:"kind" enum:"self,assisted,authorised"`
	Evidence *EvidenceRequest `json:"evidence,omitempty" doc:"Needed unless one acts for oneself."`
}

// EvidenceRequest is the proof of a mandate.
type EvidenceRequest struct {
	Method     string `json:"method" enum:"signature,otp,witnessed,document"`
	DocumentID string `json:"document_id,omitempty" maxLength:"64" doc:"Needed with the method document."`
}

// GivenComponent is one component as the clerk gives it.
type GivenComponent struct {
	Code       string       `json:"code" maxLength:"60"`
	Form       dossier.Form `json:"form,omitempty" enum:"scan,paper_original,paper_certified,from_database,reused,not_available" doc:"scan if absent and there is a document_id."`
	DocumentID string       `json:"document_id,omitempty" maxLength:"64" doc:"Of the scan; with reused, of the earlier dossier's."`
	From       *ReuseSource `json:"from,omitempty" doc:"With reused, instead of document_id: the earlier dossier of the same person, filed within the same network."`
	Reason     string       `json:"reason,omitempty" maxLength:"1000" doc:"Needed with not_available."`
	Substitute string       `json:"substitute,omitempty" maxLength:"60" doc:"With not_available: the component given in its place, which stands in the list itself."`
}

// DeliveryRequest is how the citizen wants the result.
type DeliveryRequest struct {
	Method    dossier.DeliveryMethod `json:"method" enum:"courier,counter,electronic"`
	Carrier   string                 `json:"carrier,omitempty" maxLength:"40" doc:"Needed with courier; chosen for the others, since paper needs a way back too."`
	Recipient *RecipientRequest      `json:"recipient,omitempty" doc:"The applicant if absent."`
}

// RecipientRequest is who is to receive a parcel.
type RecipientRequest struct {
	FullName string `json:"full_name" maxLength:"200"`
	Phone    string `json:"phone" maxLength:"40"`
	Address  string `json:"address" maxLength:"500"`
}

func (r RecipientRequest) person() dossier.Person {
	return dossier.Person{FullName: r.FullName, Phone: r.Phone, Address: r.Address}
}
