package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoso/internal/register"
	"hoso/internal/trail"
)

// The kinds and states of inbox messages.
const (
	KindPortal = "portal"
	KindParcel = "parcel"
	KindPapers = "papers" // from a bag

	InboxPending   = "pending"   // to be signalled to the workflow
	InboxSignalled = "signalled" // the workflow has it and will say what became of it
	InboxApplied   = "applied"
	InboxLate      = "late"      // came after the dossier was closed
	InboxUnmatched = "unmatched" // names nothing that we know
)

// Inbox is something an outside party reported, kept before it is answered.
type Inbox struct {
	ID          string `gorm:"primaryKey"`
	Source      string // "portal", "courier:vnpost", …
	EventID     string
	Digest      string
	Kind        string
	DossierCode string
	Payload     string // JSON of the report as the workflow gets it
	TextID      string
	State       string
	Attempts    int
	NextAt      time.Time
	ReceivedAt  time.Time
	AppliedAt   *time.Time
	trail.Trail `gorm:"embedded"` // of the request that wrote it
}

// TableName is inbox.
func (Inbox) TableName() string { return "inbox" }

// Waiting says whether the workflow has not dealt with the message yet.
func (m Inbox) Waiting() bool { return m.State == InboxPending || m.State == InboxSignalled }

// Arrival is a report as it comes in.
type Arrival struct {
	Source  string
	EventID string
	Digest  string // SHA-256 of the body, to tell a repetition from a change
	Text    string // free text of the report
	// PartTexts are its words on each part of what it asks for.
	PartTexts []string
}

// arriving is a report on its way into the inbox.
type arriving struct {
	Arrival
	row   Inbox
	known Inbox // the same event, where it came before
	again bool  // whether it did
}

// lookUp adds the question whether the event is known. One that is stays as it is
// until the transaction ends: of two repetitions only one may be news by now.
func (a *arriving) lookUp(b *batch) {
	take(b, &a.known, &a.again, "WHERE source = ? AND event_id = ?"+b.forUpdate(), a.Source, a.EventID)
}

// admit says whether the event is news, and gives it its row. One that is known
// with another body is ErrEventChanged. One that named nothing we knew is news
// when it names something by now, as it may after a restore.
func (s *Store) admit(ctx context.Context, a *arriving) (fresh bool, err error) {
	a.row.ID, a.row.Source, a.row.EventID, a.row.Digest = newID(), a.Source, a.EventID, a.Digest
	a.row.ReceivedAt, a.row.NextAt = s.now(), s.now().Add(relayDelay)
	a.row.Trail = trail.From(ctx)
	if a.row.State == "" {
		a.row.State = InboxPending
	}
	switch {
	case !a.again:
		return true, nil
	case a.known.Digest != a.Digest:
		return false, ErrEventChanged
	case a.known.State == InboxUnmatched && a.row.State != InboxUnmatched: // now we know what it is about
		a.row.ID, a.row.ReceivedAt = a.known.ID, a.known.ReceivedAt
		return true, nil
	}
	a.row = a.known
	return false, nil
}

// keep adds the writing of the row, when all of it is known.
func (a *arriving) keep(b *batch) {
	if !a.again {
		insert(b, a.row)
		return
	}
	b.write(`UPDATE "inbox" SET dossier_code = ?, text_id = ?, state = ?, next_at = ?, applied_at = ?, payload = ? WHERE id = ?`,
		a.row.DossierCode, a.row.TextID, a.row.State, a.row.NextAt, a.row.AppliedAt, a.row.Payload, a.row.ID)
}

// errKnown rolls a transaction back whose event turned out to be known.
var errKnown = errors.New("known event")

// accept has a report entered within a transaction, and gives its row and whether
// it is news. Of two that bring the same event at once the slower finds it known.
func (s *Store) accept(ctx context.Context, a Arrival, enter func(tx *gorm.DB, a *arriving) (fresh bool, err error)) (Inbox, bool, error) {
	for tries := 1; ; tries++ {
		in := arriving{Arrival: a}
		fresh := false
		err := s.tx(ctx, func(tx *gorm.DB) (err error) {
			in = arriving{Arrival: a}
			if fresh, err = enter(tx, &in); err == nil && !fresh {
				err = errKnown
			}
			return err
		})
		switch {
		case errors.Is(err, errKnown):
			return in.row, false, s.logged(s.with(ctx))
		case errors.Is(err, gorm.ErrDuplicatedKey) && tries == 1:
			continue
		}
		return in.row, fresh, err
	}
}

// AcceptReport keeps a portal's report. A dossier that we do not know makes it
// unmatched, which is kept and counted but refuses nothing.
func (s *Store) AcceptReport(ctx context.Context, a Arrival, code string, r register.PortalReport, results []Result) (Inbox, bool, error) {
	if a.Text == "" && len(a.PartTexts) == 0 && len(results) == 0 {
		if row, fresh, err := s.acceptPlain(ctx, a, code, r); fresh || err != nil {
			return row, fresh, err
		}
	}
	return s.accept(ctx, a, func(tx *gorm.DB, in *arriving) (bool, error) {
		known := 0
		b := byHand(tx)
		b.add("SELECT COUNT(*) FROM dossiers WHERE code = ?", []any{code}, one(&known))
		in.lookUp(b)
		if err := b.send(); err != nil {
			return false, err
		}
		in.row.Kind, in.row.DossierCode = KindPortal, code
		if known == 0 {
			in.row.State = InboxUnmatched
		}
		if fresh, err := s.admit(ctx, in); err != nil || !fresh {
			return false, err
		}
		if err := s.wordsOf(tx, in, r.Parts); err != nil {
			return false, err
		}
		r.Inbox, r.TextID = in.row.ID, in.row.TextID
		raw, err := json.Marshal(r)
		if err != nil {
			return false, err
		}
		in.row.Payload = string(raw)
		for _, res := range results {
			res.ID, res.DossierCode, res.SourceID, res.CreatedAt = newID(), code, in.row.ID, s.now()
			insertNew(b, nil, res) // it may be there from when the report named nothing we knew
		}
		in.keep(b)
		return true, b.leave()
	})
}

// acceptPlain is AcceptReport for a report that is its row and no more, in one
// trip: most are, and most are news. What has come before is left alone.
func (s *Store) acceptPlain(ctx context.Context, a Arrival, code string, r register.PortalReport) (Inbox, bool, error) {
	in := arriving{Arrival: a}
	in.row.Kind, in.row.DossierCode = KindPortal, code
	if _, err := s.admit(ctx, &in); err != nil {
		return Inbox{}, false, err
	}
	r.Inbox = in.row.ID
	raw, err := json.Marshal(r)
	if err != nil {
		return Inbox{}, false, err
	}
	in.row.Payload = string(raw)
	var fresh int64
	err = s.together(ctx, func(b *batch) {
		insertNewBut(b, func(n int64) { fresh = n }, in.row, "state",
			"CASE WHEN EXISTS (SELECT 1 FROM dossiers WHERE code = ?) THEN ? ELSE ? END", code, InboxPending, InboxUnmatched)
		b.add("SELECT state FROM inbox WHERE id = ?", []any{in.row.ID}, one(&in.row.State))
	})
	return in.row, fresh == 1, err
}

// wordsOf keeps the free texts of a report about a dossier that we know, and names
// them by id.
func (s *Store) wordsOf(tx *gorm.DB, in *arriving, parts []register.Part) (err error) {
	if in.row.State == InboxUnmatched {
		return nil
	}
	if in.row.TextID, err = s.addText(tx, in.row.DossierCode, in.Text); err != nil {
		return err
	}
	return s.addPartTexts(tx, in.row.DossierCode, parts, in.PartTexts)
}

// addPartTexts keeps the words on the parts of a request and names them by id.
func (s *Store) addPartTexts(tx *gorm.DB, code string, parts []register.Part, texts []string) (err error) {
	for i := range parts {
		if i < len(texts) {
			if parts[i].TextID, err = s.addText(tx, code, texts[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Signalled marks messages as handed to their workflows.
func (s *Store) Signalled(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	return s.together(ctx, func(b *batch) {
		which, list := b.among("id", ids)
		b.write(`UPDATE "inbox" SET state = ? WHERE state = ? AND `+which, InboxSignalled, InboxPending, list)
	})
}

// Late marks a message that came after its dossier was closed, and records it.
func (s *Store) Late(ctx context.Context, m Inbox) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		d, err := lockDossier(tx, m.DossierCode)
		if err != nil {
			return err
		}
		now := s.now()
		res := tx.Model(&Inbox{}).Where("id = ? AND state IN ?", m.ID, []string{InboxPending, InboxSignalled}).
			Updates(map[string]any{"state": InboxLate, "applied_at": &now})
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		if err := s.append(tx, &d, change{kind: "late_report", actor: m.Source, role: "system", textID: m.TextID, data: map[string]string{"inbox": m.ID, "kind": m.Kind}}); err != nil {
			return err
		}
		return tx.Model(&d).Select("revision", "audit_head").Updates(&d).Error
	})
}

// PortalReport reads the report of a message.
func (m Inbox) PortalReport() (register.PortalReport, error) {
	var r register.PortalReport
	if err := json.Unmarshal([]byte(m.Payload), &r); err != nil {
		return r, fmt.Errorf("store: inbox row %s: %w", m.ID, err)
	}
	return r, nil
}

// ParcelReport reads the report of a message.
func (m Inbox) ParcelReport() (register.ParcelReport, error) {
	var r register.ParcelReport
	if err := json.Unmarshal([]byte(m.Payload), &r); err != nil {
		return r, fmt.Errorf("store: inbox row %s: %w", m.ID, err)
	}
	return r, nil
}

// PapersReport reads the report of a message.
func (m Inbox) PapersReport() (register.PapersReport, error) {
	var r register.PapersReport
	if err := json.Unmarshal([]byte(m.Payload), &r); err != nil {
		return r, fmt.Errorf("store: inbox row %s: %w", m.ID, err)
	}
	return r, nil
}
