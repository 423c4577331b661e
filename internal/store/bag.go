package store

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
)

// KindBag is the outbox row that starts a bag's workflow.
const KindBag = "bag"

// Bag is a sealed bag with the papers of many dossiers.
type Bag struct {
	Number       string `gorm:"primaryKey"`
	Office       string
	Network      string
	Authority    string
	Seal         string
	HolderKind   string
	HolderID     string
	OfferedKind  string
	OfferedID    string
	Opened       bool
	Trouble      string
	Counted      string // JSON of what was found and settled at takes, "" for nothing
	WaitingWho   dossier.Who
	WaitingWhat  dossier.What
	WaitingUntil *time.Time
	Late         bool
	Step         int64
	SealedBy     string
	SealedAt     time.Time
	HandedOverAt *time.Time // when the authority signed for what is in it
	UpdatedAt    time.Time
}

// BagPaper says that a paper lies, or lay, in a bag.
type BagPaper struct {
	Bag         string `gorm:"primaryKey"`
	PaperID     string `gorm:"primaryKey"`
	DossierCode string
}

// BagStep is a row of a bag's history.
type BagStep struct {
	Bag         string `gorm:"primaryKey"`
	Step        int64  `gorm:"primaryKey;autoIncrement:false"`
	At          time.Time
	Kind        string
	Subject     string
	Role        string
	OperationID string
	Data        string // JSON: holder, offered, trouble and what the taker found
	TextID      string
}

// Custody is the bag as the rules see it.
func (b Bag) Custody() custody.Bag {
	c := countedOf(b.Counted)
	return custody.Bag{Found: c.Found, Settled: c.Settled, Number: b.Number, From: custody.Holder{Kind: custody.Office, ID: b.Office}, To: custody.Holder{Kind: custody.Authority, ID: b.Authority},
		Holder: custody.Holder{Kind: b.HolderKind, ID: b.HolderID}, Offered: custody.Holder{Kind: b.OfferedKind, ID: b.OfferedID}, Opened: b.Opened, Trouble: b.Trouble}
}

func (b *Bag) put(c custody.Bag) {
	b.HolderKind, b.HolderID, b.OfferedKind, b.OfferedID = c.Holder.Kind, c.Holder.ID, c.Offered.Kind, c.Offered.ID
	b.Opened, b.Trouble, b.Counted = c.Opened, c.Trouble, counted{Found: c.Found, Settled: c.Settled}.text()
}

// counted is what takers found, and what of it somebody has looked into.
type counted struct {
	Trouble string        `json:"trouble,omitempty"` // of papers without a bag
	Found   custody.Count `json:"found,omitzero"`
	Settled custody.Count `json:"settled,omitzero"`
}

// text is "" where nothing was ever wrong.
func (c counted) text() string {
	if c.Trouble == "" && c.Found.None() && c.Settled.None() {
		return ""
	}
	raw, err := json.Marshal(c)
	if err != nil { // strings and numbers always marshal
		panic("store: " + err.Error())
	}
	return string(raw)
}

func countedOf(text string) (c counted) {
	_ = json.Unmarshal([]byte(text), &c) // the zero value where there is none
	return c
}

// BagOrder is the payload of a command on a bag.
type BagOrder struct {
	Act   string         `json:"act,omitempty"` // offer or take
	By    custody.Holder `json:"by,omitzero"`
	To    custody.Holder `json:"to,omitzero"`
	Count custody.Count  `json:"count,omitzero"`
	Lost  bool           `json:"lost,omitempty"` // with a retry: what was missing is lost
}

// BagSnapshot reads all that a bag's workflow needs to begin, or to begin anew.
func (s *Store) BagSnapshot(ctx context.Context, number string) (register.BagSnapshot, error) {
	var b Bag
	if err := s.with(ctx).Where("number = ?", number).Take(&b).Error; err != nil {
		return register.BagSnapshot{}, found(err)
	}
	return register.BagSnapshot{Bag: b.Custody(), Network: b.Network, Late: b.Late, Step: b.Step,
		Waiting: register.Waiting{Who: b.WaitingWho, What: b.WaitingWhat, Until: b.WaitingUntil}}, nil
}

// BagScope is whose bags are wanted; the zero value is nobody's.
type BagScope struct {
	Scope
	Carrier string // those that the carrier holds or is offered
}

func (sc BagScope) narrow(q *gorm.DB) *gorm.DB {
	switch {
	case sc.All:
		return q
	case sc.Office != "":
		return q.Where("office = ?", sc.Office)
	case sc.Network != "":
		return q.Where("network = ?", sc.Network)
	case sc.Authority != "":
		return q.Where("authority = ?", sc.Authority)
	case sc.Carrier != "":
		return q.Where("(holder_kind = ? AND holder_id = ? OR offered_kind = ? AND offered_id = ?)", custody.Carrier, sc.Carrier, custody.Carrier, sc.Carrier)
	default:
		return q.Where("1 = 0")
	}
}

// BagFilter narrows a list of bags.
type BagFilter struct {
	Open, Late bool
	AfterTime  time.Time
	AfterID    string
	Limit      int
}

// Bags lists bags, newest first.
func (s *Store) Bags(ctx context.Context, sc BagScope, f BagFilter) ([]Bag, error) {
	q := sc.narrow(s.with(ctx))
	if f.Open {
		q = q.Where("NOT opened")
	}
	if f.Late {
		q = q.Where("late AND NOT opened")
	}
	if f.AfterID != "" {
		q = q.Where("(sealed_at < ? OR sealed_at = ? AND number < ?)", f.AfterTime, f.AfterTime, f.AfterID)
	}
	var rows []Bag
	err := q.Order("sealed_at DESC, number DESC").Limit(f.Limit).Find(&rows).Error
	return rows, err
}

// Bag finds a bag within a scope; ErrNotFound otherwise.
func (s *Store) Bag(ctx context.Context, sc BagScope, number string) (Bag, error) {
	var b Bag
	err := sc.narrow(s.with(ctx)).Where("number = ?", number).Take(&b).Error
	return b, found(err)
}

// InBag lists what lies, or lay, in a bag, and the bag's history.
func (s *Store) InBag(ctx context.Context, number string) ([]Paper, []BagStep, error) {
	var rows []Paper
	err := s.with(ctx).Where("id IN (?)", s.with(ctx).Model(&BagPaper{}).Select("paper_id").Where("bag = ?", number)).
		Order("dossier_code, component, id").Find(&rows).Error
	if err != nil {
		return nil, nil, err
	}
	var steps []BagStep
	err = s.with(ctx).Where("bag = ?", number).Order("step").Find(&steps).Error
	return rows, steps, err
}
