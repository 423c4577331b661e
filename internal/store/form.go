package store

import (
	"cmp"
	"context"
	"time"

	"gorm.io/gorm"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// The states of a form.
const (
	FormPending = "pending"
	FormReady   = "ready"  // written; from here on it never changes
	FormFailed  = "failed" // not to be written; Cause says which field is at fault
)

// formDelay is how long a form is left to whoever asks for it first: the clerk
// who has just filed prints the slip at once.
const formDelay = 2 * time.Second

// Form is an official form of a dossier: ordered in the transaction of the step
// that yields it, rendered after.
type Form struct {
	ID          string `gorm:"primaryKey"`
	DossierCode string
	Kind        dossier.FormKind
	N           int   // the how many-th of its kind, from 1
	Seq         int64 // the audit entry of the step that yielded it
	State       string
	Data        FormFacts `gorm:"serializer:json"`
	LawDay      string    // the day whose law counts, 2006-01-02

	// What was written, once it is ready.
	Title       string
	Number      string // official number of the form, "" for one that has none
	Version     string // of the form, by the law that made it
	SHA256      string `gorm:"column:sha256"`
	StorageName string
	Bytes       int64
	MediaType   string
	Pages       int
	Mark, KeyID string // of the signed statement, where it carries one
	RenderedAt  *time.Time

	CreatedAt time.Time // when the step was recorded: the form's date
	Attempts  int
	NextAt    time.Time
	Cause     string // code of how the last try failed
}

// FormFacts are what a form says of the dossier as it was then and that later
// steps change in the dossier's own row.
type FormFacts struct {
	PortalCode       string     `json:"portal_code,omitempty"`
	ProcedureVersion string     `json:"procedure_version"`
	ProcedureFrom    string     `json:"procedure_from"`
	ReceivedAt       *time.Time `json:"received_at,omitempty"`
	DueAt            *time.Time `json:"due_at,omitempty"`
	DueBefore        *time.Time `json:"due_before,omitempty"` // the date that the step replaced
	Until            *time.Time `json:"until,omitempty"`      // limit of what is waited for
	Asked            []string   `json:"asked,omitempty"`

	Parts []register.Part `json:"parts,omitempty"` // the same page by page
}

// order leaves the forms that a step yields, in the step's own transaction and
// after its audit entry.
func (s *Store) order(tx *gorm.DB, before, after Dossier, step string) error {
	b, forms := byHand(tx), s.formsOf(before, after, step)
	if len(forms) == 0 {
		return nil
	}
	had := make([]int, len(forms))
	for i, form := range forms {
		b.add("SELECT COUNT(*) FROM forms WHERE dossier_code = ? AND kind = ?", []any{form.DossierCode, string(form.Kind)}, one(&had[i]))
	}
	if err := b.send(); err != nil {
		return err
	}
	for i, form := range forms {
		form.N = had[i] + 1
		if form.Kind == dossier.FormReceipt && had[i] > 0 {
			continue // a dossier is received once
		}
		insertNew(b, nil, form)
	}
	return b.leave()
}

// formsOf makes the rows of the forms that a step yields, each as the first of
// its kind. before is the zero Dossier for a filing.
func (s *Store) formsOf(before, after Dossier, step string) []Form {
	kinds := dossier.FormsDue(step, formStanding(before), formStanding(after))
	now := s.now()
	rows := make([]Form, len(kinds))
	for i, kind := range kinds {
		rows[i] = Form{ID: newID(), DossierCode: after.Code, Kind: kind, N: 1, Seq: after.Revision, State: FormPending, Data: formFacts(before, after),
			LawDay: lawDay(after), CreatedAt: now, NextAt: now.Add(formDelay)}
	}
	return rows
}

func formStanding(d Dossier) dossier.FormStanding {
	counts := d.Clock.ID == "" || d.Clock.StartedAt != nil // the term waits for nothing, or has no rules
	return dossier.FormStanding{Status: d.Status, Stage: d.Stage, Appointed: d.ReceivedAt != nil && d.PortalCode != nil && (d.DueAt != nil || counts)}
}

func formFacts(before, after Dossier) FormFacts {
	f := FormFacts{ProcedureVersion: after.ProcedureVersion, ProcedureFrom: after.ProcedureFrom, ReceivedAt: after.ReceivedAt, DueAt: after.DueAt,
		Until: after.WaitingUntil, Asked: after.Asked, Parts: after.AskedParts}
	if after.PortalCode != nil {
		f.PortalCode = *after.PortalCode
	}
	if before.DueAt != nil && (after.DueAt == nil || !before.DueAt.Equal(*after.DueAt)) {
		f.DueBefore = before.DueAt
	}
	return f
}

// lawDay is the day of valid reception, which decides which law counts; before
// it, the day of filing.
func lawDay(d Dossier) string {
	if d.ReceivedAt != nil {
		return dossier.LocalDay(*d.ReceivedAt)
	}
	return dossier.LocalDay(d.FiledAt)
}

// Forms lists a dossier's forms in the order of the steps that yielded them.
func (s *Store) Forms(ctx context.Context, code string) ([]Form, error) {
	var rows []Form
	err := s.with(ctx).Where("dossier_code = ?", code).Order("seq, kind").Find(&rows).Error
	return rows, err
}

// Form finds one form of a dossier.
func (s *Store) Form(ctx context.Context, code, id string) (Form, error) {
	var row Form
	err := s.with(ctx).Where("dossier_code = ? AND id = ?", code, id).Take(&row).Error
	return row, found(err)
}

// LeaseForms takes forms to be rendered.
func (s *Store) LeaseForms(ctx context.Context, limit int, hold time.Duration) ([]Form, error) {
	return lease[Form](s, ctx, limit, hold)
}

// FormWritten enters what was rendered, unless somebody was faster: then what is
// there stays. It answers the form as it is now.
func (s *Store) FormWritten(ctx context.Context, f Form) (Form, error) {
	err := s.with(ctx).Model(&Form{}).Where("id = ? AND state <> ?", f.ID, FormReady).Updates(map[string]any{
		"state": FormReady, "title": f.Title, "number": f.Number, "version": f.Version, "sha256": f.SHA256, "storage_name": f.StorageName, "bytes": f.Bytes,
		"media_type": f.MediaType, "pages": f.Pages, "mark": f.Mark, "key_id": f.KeyID, "rendered_at": s.now(), "cause": "",
	}).Error
	if err != nil {
		return f, err
	}
	return s.Form(ctx, f.DossierCode, f.ID)
}

// FormNotWritten notes why a form could not be rendered, and when it is tried
// again; nil when it is not.
func (s *Store) FormNotWritten(ctx context.Context, id, cause string, again *time.Time) error {
	up := map[string]any{"cause": cause}
	if again == nil {
		up["state"] = FormFailed
	} else {
		up["next_at"] = micros(*again)
	}
	return s.with(ctx).Model(&Form{}).Where("id = ? AND state = ?", id, FormPending).Updates(up).Error
}

// ComponentsAt reads what a dossier consisted of after one of its audit entries:
// of each component the newest version that had been taken over by then.
func (s *Store) ComponentsAt(ctx context.Context, code string, seq int64) ([]GivenComponent, error) {
	var rows []Component
	taken := s.db.Model(&Operation{}).Select("id").Where("dossier_code = ? AND state = ? AND revision > 0 AND revision <= ?", code, OperationApplied, seq)
	err := s.with(ctx).Where("dossier_code = ? AND state IN ? AND (operation_id = ? OR operation_id IN (?))", code,
		[]string{ComponentCurrent, ComponentSuperseded}, FiledWith, taken).Order("created_at, id").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	return s.withDocuments(ctx, newest(rows))
}

// newest keeps the last version of each component, in the order in which the
// components came first.
func newest(rows []Component) []Component {
	place := map[string]int{}
	var out []Component
	for _, c := range rows {
		if i, there := place[c.Component]; there {
			out[i] = c
			continue
		}
		place[c.Component] = len(out)
		out = append(out, c)
	}
	return out
}

// DueDateAt is the version of a dossier's due date in force after an audit entry.
func DueDateAt(dates []DueDate, seq int64) *DueDate {
	var last *DueDate
	for i := range dates {
		if dates[i].Seq <= seq && (last == nil || cmp.Compare(dates[i].N, last.N) > 0) {
			last = &dates[i]
		}
	}
	return last
}
