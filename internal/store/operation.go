package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/internal/trail"
)

// The states of an operation.
const (
	OperationPending = "pending" // sent to the dossier's workflow, no word yet
	OperationApplied = "applied"
	OperationRefused = "refused"
)

// Operation is something a subject asked for under an idempotency key, with its
// answer. Filings and uploads are applied in the transaction that stores them;
// commands on a dossier are pending until its workflow has dealt with them.
type Operation struct {
	ID             string `gorm:"primaryKey"`
	Subject        string
	IdempotencyKey string
	Digest         string
	Kind           string
	DossierCode    string
	Role           string
	Payload        string // JSON of the command; personal data may stand here and only here
	TextID         string
	State          string
	ResponseStatus int
	ResponseBody   string
	Revision       int64
	Problem        string // JSON of the refusal
	Attempts       int
	NextAt         *time.Time
	CreatedAt      time.Time
	FinishedAt     *time.Time
	trail.Trail    `gorm:"embedded"` // of the request that wrote it
}

// Request identifies what somebody asks for, so that asking twice is asking once.
type Request struct {
	Subject string
	Role    string
	Key     string // the Idempotency-Key
	Digest  string // SHA-256 over method, path and body
	Kind    string
}

// Answer is what was answered, to be given again.
type Answer struct {
	Status int
	Body   []byte
	// Location is the dossier's code or operation's id that the answer is about.
	Location string
}

// txn is the transaction handed to the function that carries a request out.
type txn = *gorm.DB

// once carries a request out in one transaction with its answer, or gives the
// answer of the first time. Two at once: the second waits for the first.
func (s *Store) once(ctx context.Context, req Request, do func(txn) (Answer, error)) (Answer, error) {
	var out Answer
	err := s.tx(ctx, func(tx *gorm.DB) error {
		op, first, err := s.claim(tx, req)
		if err != nil {
			return err
		}
		if !first {
			out = op.answer()
			return nil
		}
		if out, err = do(tx); err != nil {
			return err
		}
		return tx.Model(&Operation{}).Where("id = ?", op.ID).Updates(map[string]any{
			"state": OperationApplied, "response_status": out.Status, "response_body": string(out.Body),
			"dossier_code": out.Location, "finished_at": s.now(),
		}).Error
	})
	return out, err
}

// answered is the row of a request whose answer is known when it is written:
// it is written once.
func answered(ctx context.Context, req Request, a Answer, at time.Time) Operation {
	return Operation{
		ID: newID(), Subject: req.Subject, Role: req.Role, IdempotencyKey: req.Key, Digest: req.Digest, Kind: req.Kind,
		DossierCode: a.Location, State: OperationApplied, ResponseStatus: a.Status, ResponseBody: string(a.Body), CreatedAt: at, FinishedAt: &at,
		Trail: trail.From(ctx),
	}
}

// answerBefore gives what a request that could not be carried out was answered
// by somebody who was faster, or before; otherwise why it could not.
func (s *Store) answerBefore(ctx context.Context, req Request, why error) (Answer, error) {
	op, known, err := s.Recall(ctx, req)
	switch {
	case known && err != nil:
		return Answer{}, err
	case !known:
		return Answer{}, why
	}
	return op.answer(), nil
}

func (op Operation) answer() Answer {
	return Answer{Status: op.ResponseStatus, Body: []byte(op.ResponseBody), Location: op.DossierCode}
}

// claim inserts the request's row, or finds the one that is there.
func (s *Store) claim(tx *gorm.DB, req Request) (Operation, bool, error) {
	op := Operation{
		ID: newID(), Subject: req.Subject, Role: req.Role, IdempotencyKey: req.Key, Digest: req.Digest, Kind: req.Kind,
		State: OperationPending, CreatedAt: s.now(), Trail: trail.From(tx.Statement.Context),
	}
	res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&op)
	if res.Error != nil {
		return op, false, res.Error
	}
	if res.RowsAffected == 1 {
		return op, true, nil
	}
	var known Operation
	if err := tx.Where("subject = ? AND idempotency_key = ?", req.Subject, req.Key).Take(&known).Error; err != nil {
		return op, false, err
	}
	if known.Digest != req.Digest {
		return known, false, ErrKeyReused
	}
	return known, false, s.logged(tx)
}

// Recall finds what was asked for under a request's key. known is false when it
// is new; ErrKeyReused when the key came with something else.
func (s *Store) Recall(ctx context.Context, req Request) (op Operation, known bool, err error) {
	err = found(s.with(ctx).Where("subject = ? AND idempotency_key = ?", req.Subject, req.Key).Take(&op).Error)
	switch {
	case errors.Is(err, ErrNotFound):
		return op, false, nil
	case err != nil:
		return op, false, err
	case op.Digest != req.Digest:
		return op, true, ErrKeyReused
	}
	return op, true, s.logged(s.with(ctx))
}

// Answered keeps what a command was answered, so that its repetition is answered
// the same. The first answer stays; it is what comes back.
func (s *Store) Answered(ctx context.Context, id string, status int, body []byte) ([]byte, error) {
	res := s.with(ctx).Model(&Operation{}).Where("id = ? AND response_status = 0", id).
		Updates(map[string]any{"response_status": status, "response_body": string(body)})
	if res.Error != nil || res.RowsAffected == 1 {
		return body, res.Error
	}
	op, err := s.Operation(ctx, id)
	return []byte(op.ResponseBody), err
}

// Ask is a command on a dossier, ready to be stored.
type Ask struct {
	Code    string
	Payload any    // becomes the operation's JSON payload
	Text    string // free text, stored apart
	// PartTexts are the words on each part of what a decision asks for.
	PartTexts []string
	// Evidence is a document that becomes the dossier's, "" for none.
	Evidence string
	// Components are given with a supplement; they count once it is applied.
	Components []Component
	// Results are electronic results that come with a decision by hand.
	Results []Result
}

// Begin stores a command before it is sent to the workflow, or finds the one
// stored under the same key.
func (s *Store) Begin(ctx context.Context, req Request, ask Ask) (Operation, error) {
	var op Operation
	err := s.tx(ctx, func(tx *gorm.DB) error {
		var first bool
		var err error
		if op, first, err = s.claim(tx, req); err != nil || !first {
			return err
		}
		if r, asks := ask.Payload.(register.PortalReport); asks {
			if err := s.addPartTexts(tx, ask.Code, r.Parts, ask.PartTexts); err != nil {
				return err
			}
		}
		payload, err := json.Marshal(ask.Payload)
		if err != nil {
			return err
		}
		op.DossierCode, op.Payload = ask.Code, string(payload)
		if op.TextID, err = s.addText(tx, ask.Code, ask.Text); err != nil {
			return err
		}
		if err := claimDocuments(tx, ask.Code, ask.Evidence); err != nil {
			return err
		}
		retry := s.now().Add(relayDelay)
		op.NextAt = &retry
		for i := range ask.Components {
			c := &ask.Components[i]
			if c.Form != dossier.FormReused { // it stays the earlier dossier's
				if err := claimDocuments(tx, ask.Code, c.DocumentID); err != nil {
					return err
				}
			}
			c.ID, c.DossierCode, c.OperationID, c.State, c.CreatedAt = newID(), ask.Code, op.ID, ComponentPending, s.now()
		}
		if len(ask.Components) > 0 {
			if err := tx.Create(&ask.Components).Error; err != nil {
				return err
			}
		}
		for i := range ask.Results {
			r := &ask.Results[i]
			if err := claimDocuments(tx, ask.Code, r.DocumentID); err != nil {
				return err
			}
			r.ID, r.DossierCode, r.SourceID, r.CreatedAt = newID(), ask.Code, op.ID, s.now()
		}
		if len(ask.Results) > 0 {
			if err := tx.Create(&ask.Results).Error; err != nil {
				return err
			}
		}
		return tx.Save(&op).Error
	})
	return op, err
}

// Refuse closes a pending operation with the workflow's refusal. An operation
// that is no longer pending stays as it is.
func (s *Store) Refuse(ctx context.Context, id, problem string) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		res := tx.Model(&Operation{}).Where("id = ? AND state = ?", id, OperationPending).
			Updates(map[string]any{"state": OperationRefused, "problem": problem, "finished_at": s.now(), "next_at": nil})
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		return tx.Model(&Component{}).Where("operation_id = ? AND state = ?", id, ComponentPending).Update("state", ComponentRefused).Error
	})
}

// Operation finds an operation by id.
func (s *Store) Operation(ctx context.Context, id string) (Operation, error) {
	var op Operation
	err := s.with(ctx).Where("id = ?", id).Take(&op).Error
	return op, found(err)
}

// errNoOperation guards the workflow's own bookkeeping.
var errNoOperation = errors.New("store: transition names an unknown operation")
