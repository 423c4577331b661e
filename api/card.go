package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"hoso/internal/chipcard"
	"hoso/internal/confined"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/scan"
)

// CodeReader finds the QR codes on a picture or a PDF and gives their bytes.
type CodeReader interface {
	Codes(ctx context.Context, r io.ReaderAt, size int64, p scan.Profile) ([][]byte, error)
}

// CardText is what a hand scanner typed.
type CardText struct {
	Text string `json:"text" minLength:"1" maxLength:"2000" doc:"What the QR code on the identity card says, as the scanner typed it."`
}

// IdentityCard is what a card says of its owner, to be confirmed. Nothing of it
// is kept.
type IdentityCard struct {
	Applicant CardOwner `json:"applicant" doc:"The same fields as a filing's applicant."`
	OldNumber string    `json:"old_number,omitempty"`
	Sex       string    `json:"sex,omitempty" enum:"male,female"`
	IssuedOn  string    `json:"issued_on,omitempty" format:"date"`
	Layout    string    `json:"layout" doc:"Version of the layout that the card was read by."`
}

// CardOwner is an applicant as far as a card knows.
type CardOwner struct {
	Kind        string `json:"kind" enum:"citizen"`
	FullName    string `json:"full_name"`
	CitizenID   string `json:"citizen_id"`
	DateOfBirth string `json:"date_of_birth" format:"date"`
	Address     string `json:"address,omitempty" doc:"As the card says; where the owner lives now is to be asked."`
}

type (
	cardTextInput struct{ Body CardText }
	cardOutput    struct{ Body IdentityCard }
)

func (s *Server) registerCard() {
	doc := "Answers the fields of an applicant, to be confirmed by the clerk. Nothing is stored, and nothing of it is logged."
	register(s, Op{
		ID: "read-identity-card", Method: http.MethodPost, Path: "/v1/identity-card/read", Tag: "identity card",
		Summary: "Take apart what a hand scanner read from an identity card", Doc: doc, Problems: []Code{InvalidCard},
	}, only(identity.Clerk), s.readCard)
	register(s, Op{
		ID: "scan-identity-card", Method: http.MethodPost, Path: "/v1/identity-card/scan", Tag: "identity card",
		Summary: "Read the QR code on a picture of an identity card", Doc: doc, Problems: []Code{InvalidCard}, MaxBytes: s.deps.Scan.MaxBytes + formRoom,
	}, only(identity.Clerk), s.scanCard)
}

func (s *Server) readCard(_ context.Context, in *cardTextInput) (*cardOutput, error) {
	c, err := chipcard.Default.Read([]byte(in.Body.Text))
	if err != nil {
		return nil, invalidCard("/text", err)
	}
	return cardView(c), nil
}

func (s *Server) scanCard(ctx context.Context, in *documentInput) (*cardOutput, error) {
	file := in.RawBody.Data().File
	if file.Size == 0 {
		return nil, NewInvalidRequest(Field("/file", "file_empty"))
	}
	codes, err := s.codesOn(ctx, file, file.Size)
	if err != nil {
		return nil, err
	}
	var why error = chipcard.FaultNone
	for _, code := range codes {
		c, bad := chipcard.Default.Read(code)
		if bad == nil {
			return cardView(c), nil
		}
		why = bad
	}
	return nil, invalidCard("/file", why)
}

// retryCodes is long, because a missing program does not come by itself.
const retryCodes = 10 * time.Minute

func (s *Server) codesOn(ctx context.Context, r io.ReaderAt, size int64) ([][]byte, error) {
	if s.deps.Codes == nil {
		return nil, noCardReader()
	}
	codes, err := s.deps.Codes.Codes(ctx, r, size, s.deps.Scan)
	switch {
	case errors.Is(err, confined.ErrNoTool):
		return nil, noCardReader()
	case errors.Is(err, confined.ErrInput):
		return nil, NewProblem(InvalidCard, Field("/file", "card_no_picture"))
	case errors.Is(err, confined.ErrBusy):
		return nil, NewUnavailable(retryCheck)
	case err != nil:
		return nil, fmt.Errorf("reading codes: %w", err)
	}
	return codes, nil
}

func noCardReader() *Problem {
	p := NewUnavailable(retryCodes)
	p.Errors = []FieldError{Field("/file", "card_reader_missing")}
	return p
}

func invalidCard(pointer string, err error) error {
	var fault chipcard.Fault
	if !errors.As(err, &fault) {
		return err
	}
	return NewProblem(InvalidCard, Field(pointer, string(fault)))
}

func cardView(c chipcard.Card) *cardOutput {
	return &cardOutput{IdentityCard{
		Applicant: CardOwner{Kind: dossier.Citizen, FullName: c.FullName, CitizenID: c.CitizenID, DateOfBirth: c.DateOfBirth, Address: c.Address},
		OldNumber: c.OldNumber, Sex: c.Sex, IssuedOn: c.IssuedOn, Layout: chipcard.Default.Version,
	}}
}

// card holds the applicant as typed against the identity card, where the filing
// brings what the card says. It goes no further.
func (f *filing) card() {
	if f.in.CardText == "" {
		return
	}
	c, err := chipcard.Default.Read([]byte(f.in.CardText))
	var fault chipcard.Fault
	if errors.As(err, &fault) {
		f.wrong("/card_text", string(fault))
		return
	}
	f.found(chipcard.Default.Check("/applicant", c, f.out.Applicant))
}
