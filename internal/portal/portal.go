// Package portal is the engine's view of the authority's side: the public
// service portal (or a provincial processing system) that receives dossiers,
// asks for supplements and fees, and decides.
//
// The interface stands at the level of the business act, not of any wire
// format: an adapter per real system translates. Each act carries a business
// key that was stored before the call; Lookup answers whether the act behind a
// key has happened, so that an unknown outcome is asked about and never blindly
// repeated. Errors are *outcome.Error.
package portal

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrNoSuchKey is Lookup's answer for a key the portal has never acted upon.
var ErrNoSuchKey = errors.New("portal: no act under this key")

// Connector is one portal. Implementations are safe for concurrent use.
type Connector interface {
	// Submit files a dossier with its scans. Done means that the portal holds
	// it; acceptance by an officer comes later as an Event.
	Submit(ctx context.Context, s Submission) (Receipt, error)
	// Supplement hands in what the portal asked for.
	Supplement(ctx context.Context, s Supplement) (Receipt, error)
	// ConfirmPayment tells the portal that the fee it asked for has been paid.
	ConfirmPayment(ctx context.Context, p Payment) (Receipt, error)
	// Withdraw takes the dossier back at the citizen's wish. Refused with code
	// "already_decided" when a decision exists.
	Withdraw(ctx context.Context, w Withdrawal) (Receipt, error)
	// Lookup answers what became of the act behind the key: its receipt, or
	// ErrNoSuchKey when no such act has happened.
	Lookup(ctx context.Context, key string) (Receipt, error)
	// Events lists all the portal has to say about a dossier, oldest first. The
	// event ids are those the portal's callbacks carry.
	Events(ctx context.Context, code string) ([]Event, error)
}

// Submission is a dossier on its way to the authority.
type Submission struct {
	Key       string     `json:"key"`       // business key, e.g. "<code>/submit/1"
	Code      string     `json:"code"`      // hoso's dossier code
	Procedure string     `json:"procedure"` // procedure code, e.g. "2.000635"
	Case      string     `json:"case"`
	Authority string     `json:"authority"` // deciding unit, e.g. "H26.12.03"
	Office    string     `json:"office"`    // agent office that took it
	Network   string     `json:"network"`
	Quantity  int        `json:"quantity"`
	FiledAt   time.Time  `json:"filed_at"`
	Applicant Person     `json:"applicant"`
	Documents []Document `json:"documents"`
	// PaperFollows says that some components come as paper after the scans.
	PaperFollows bool `json:"paper_follows"`
	// ResultByPost says that the citizen wants the paper result by courier.
	ResultByPost bool `json:"result_by_post"`
}

// Person is who the dossier is about. It goes to the portal and nowhere else.
type Person struct {
	Kind        string `json:"kind"` // citizen, enterprise, organisation
	FullName    string `json:"full_name"`
	CitizenID   string `json:"citizen_id,omitempty"`
	TaxCode     string `json:"tax_code,omitempty"`
	DateOfBirth string `json:"date_of_birth,omitempty"`
	Phone       string `json:"phone,omitempty"`
	Email       string `json:"email,omitempty"`
	Address     string `json:"address,omitempty"`
}

// Document is one scan. Open gives its bytes; adapters call it at most once.
type Document struct {
	Component string                                       `json:"component"`
	SHA256    string                                       `json:"sha256"`
	MediaType string                                       `json:"media_type"`
	Bytes     int64                                        `json:"bytes"`
	State     int                                          `json:"state,omitempty"`
	Open      func(context.Context) (io.ReadCloser, error) `json:"-"`
}

// How a component came to be digital, by the national portal's numbers (0 is not
// digital, 3 reused from another result).
const (
	Digitized = 1
	Reused    = 2 // from a component of another dossier
)

// Supplement is what the citizen gave after a request.
type Supplement struct {
	Key       string     `json:"key"`
	Code      string     `json:"code"`
	Round     int        `json:"round"` // 1 for the first request
	Documents []Document `json:"documents"`
}

// Payment reports a fee as paid. Amount is in whole đồng.
type Payment struct {
	Key    string    `json:"key"`
	Code   string    `json:"code"`
	Amount int64     `json:"amount"`
	PaidAt time.Time `json:"paid_at"`
}

// Withdrawal takes a dossier back.
type Withdrawal struct {
	Key    string `json:"key"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// Receipt says that an act was done.
type Receipt struct {
	Key string `json:"key"`
	// Reference is the portal's own mark for the act.
	Reference string    `json:"reference"`
	DoneAt    time.Time `json:"done_at"`
}

// Event is one thing the portal says about a dossier. Its status is a number of
// the national portal's list of ten (1 registered … 10 returned).
type Event struct {
	ID         string     `json:"event_id"` // unique within the portal
	Code       string     `json:"code"`
	Status     int        `json:"status"`
	OccurredAt time.Time  `json:"occurred_at"`
	PortalCode string     `json:"portal_code,omitempty"` // with status 2
	DueAt      *time.Time `json:"due_at,omitempty"`      // appointment, with status 2
	Text       string     `json:"text,omitempty"`        // reason or wish, for people
	Components []string   `json:"components,omitempty"`  // with status 5: what is asked for
	Asked      []Asked    `json:"asked,omitempty"`       // with status 5: the same page by page, where the officer told
	FeeAmount  int64      `json:"fee_amount,omitempty"`  // with status 6, whole đồng
	Result     *Result    `json:"result,omitempty"`      // with status 9
}

// Asked is what the officer asks for of one component: all of it, or some pages.
type Asked struct {
	Component string `json:"component"`
	Pages     []int  `json:"pages,omitempty"` // from 1
	Text      string `json:"text,omitempty"`  // why, for people
}

// Result is what a decided dossier yields.
type Result struct {
	// Paper says that there is a paper result to bring to the citizen.
	Paper bool `json:"paper"`
	// Documents are electronic results, fetched from the portal by digest.
	Documents []ResultDocument `json:"documents,omitempty"`
}

// ResultDocument is an electronic result: small, and carried in the event.
type ResultDocument struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	SHA256    string `json:"sha256"`
	Content   []byte `json:"content"` // base64 in JSON
}
