package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// Dossier is the register's row of a dossier: codes, times and states. The
// people in it stand in their own table.
type Dossier struct {
	Code             string `gorm:"primaryKey"`
	Office           string
	Network          string
	Area             string
	Authority        string
	ProcedureCode    string
	ProcedureVersion string
	ProcedureFrom    string // the version's first day, which names it in the catalogue
	CaseCode         string
	Quantity         int
	Clerk            string
	FreeHelp         bool
	Vulnerable       bool
	MandateKind      string
	MandateMethod    string
	MandateDocument  string
	DeliveryMethod   dossier.DeliveryMethod
	DeliveryCarrier  string
	DeliveryState    dossier.DeliveryState
	ShipmentID       string
	PortalCode       *string
	FiledAt          time.Time
	ReceivedAt       *time.Time
	DueAt            *time.Time
	ClosedAt         *time.Time
	Stage            dossier.Stage
	Status           dossier.Status
	Route            dossier.Route
	Overdue          bool
	Parked           string
	WaitingWho       dossier.Who
	WaitingWhat      dossier.What
	WaitingUntil     *time.Time
	Asked            []string        `gorm:"serializer:json"`
	AskedParts       []register.Part `gorm:"serializer:json"`
	Given            bool
	FeeDue           int64
	FeePaid          int64
	FeeRefunded      int64
	FeeAsked         int64 // what the authority asked for last
	ResultKnown      bool
	ResultPaper      bool
	Rounds           int
	SubmitAttempt    int
	Submitted        bool
	LastReport       *time.Time
	Clock            register.Clock `gorm:"serializer:json"`
	ClockMark        string         // the last mark of the term that has come, while it runs
	RulesVersion     string
	TrackToken       string
	SearchName       string
	PhoneTail        string
	IDTail           string
	Revision         int64
	Step             int64
	AuditHead        string
	CustodySeq       int64  // last entry of the ledger of its papers
	CustodyHead      string // and its hash
}

// Fees is the dossier's fee ledger summed up.
func (d Dossier) Fees() dossier.Fees {
	return dossier.Fees{Due: d.FeeDue, Paid: d.FeePaid, Refunded: d.FeeRefunded}
}

// Scope is what a person may see. The zero Scope sees nothing.
type Scope struct {
	All       bool
	Office    string
	Network   string
	Authority string
}

// scoped narrows a query over dossiers to a scope.
func scoped(q *gorm.DB, sc Scope) *gorm.DB {
	switch {
	case sc.All:
		return q
	case sc.Office != "":
		return q.Where("dossiers.office = ?", sc.Office)
	case sc.Network != "":
		return q.Where("dossiers.network = ?", sc.Network)
	case sc.Authority != "":
		return q.Where("dossiers.authority = ?", sc.Authority)
	default:
		return q.Where("1 = 0")
	}
}

// condition is scoped for a statement written by hand.
func (sc Scope) condition() (sql string, args []any) {
	switch {
	case sc.All:
		return "", nil
	case sc.Office != "":
		return " AND office = ?", []any{sc.Office}
	case sc.Network != "":
		return " AND network = ?", []any{sc.Network}
	case sc.Authority != "":
		return " AND authority = ?", []any{sc.Authority}
	default:
		return " AND 1 = 0", nil
	}
}

// Dossier finds a dossier within a scope; ErrNotFound otherwise.
func (s *Store) Dossier(ctx context.Context, sc Scope, code string) (Dossier, error) {
	var d Dossier
	var there bool
	err := s.together(ctx, func(b *batch) {
		within, args := sc.condition()
		take(b, &d, &there, "WHERE code = ?"+within, append([]any{code}, args...)...)
	})
	return d, foundIf(there, err)
}

// lockDossier reads a dossier and keeps others from changing it until the
// transaction ends. On SQLite the transaction itself holds the write lock.
func lockDossier(tx *gorm.DB, code string) (Dossier, error) {
	var d Dossier
	var there bool
	b := byHand(tx)
	take(b, &d, &there, "WHERE code = ?"+b.forUpdate(), code)
	return d, foundIf(there, b.send())
}

// WarnedAny filters for dossiers of whose term any mark has come.
const WarnedAny = "any"

// Filter narrows a list. Empty fields do not.
type Filter struct {
	Status     dossier.Status
	Stage      dossier.Stage
	Office     string
	Network    string
	Authority  string
	Procedure  string
	WaitingFor dossier.Who
	Overdue    *bool
	Parked     *bool
	DueBefore  time.Time
	Warned     string // the last mark of the term that has come, or any for whatever one
	// Query finds code, portal code, name without accents, phone tail.
	Query string
	// After is the last row of the page before: its filing time and code.
	AfterTime time.Time
	AfterCode string
	Limit     int
}

// Dossiers lists a scope's dossiers, newest filing first.
func (s *Store) Dossiers(ctx context.Context, sc Scope, f Filter) ([]Dossier, error) {
	q := scoped(s.with(ctx), sc)
	for column, value := range map[string]string{
		"stage": string(f.Stage), "office": f.Office, "network": f.Network, "authority": f.Authority,
		"procedure_code": f.Procedure, "waiting_who": string(f.WaitingFor),
	} {
		if value != "" {
			q = q.Where(clause.Eq{Column: clause.Column{Table: "dossiers", Name: column}, Value: value})
		}
	}
	if f.Status != 0 {
		q = q.Where("status = ?", f.Status)
	}
	if f.Overdue != nil {
		q = q.Where("overdue = ?", *f.Overdue)
	}
	if f.Parked != nil {
		q = q.Where("(parked <> '') = ?", *f.Parked)
	}
	if !f.DueBefore.IsZero() {
		q = q.Where("due_at < ?", micros(f.DueBefore))
	}
	switch f.Warned {
	case "":
	case WarnedAny:
		q = q.Where("clock_mark <> ''")
	default:
		q = q.Where("clock_mark = ?", f.Warned)
	}
	if f.Query != "" {
		q = search(q, f.Query)
	}
	if f.AfterCode != "" {
		q = q.Where("(filed_at < ? OR filed_at = ? AND code < ?)", f.AfterTime, f.AfterTime, f.AfterCode)
	}
	var rows []Dossier
	err := q.Order("filed_at DESC, code DESC").Limit(f.Limit).Find(&rows).Error
	return rows, err
}

func search(q *gorm.DB, text string) *gorm.DB {
	code := strings.ToUpper(strings.TrimSpace(text))
	name := "%" + escapeLike(dossier.FoldName(text)) + "%"
	return q.Where(`(code = ? OR portal_code = ? OR code LIKE ? ESCAPE '!' OR search_name LIKE ? ESCAPE '!' OR phone_tail = ?)`,
		code, code, escapeLike(code)+"%", name, strings.TrimSpace(text))
}

func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}
