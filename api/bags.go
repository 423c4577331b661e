package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"hoso/internal/calendar"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// Bag is a sealed bag with the paper originals of many dossiers.
type Bag struct {
	Number       string      `json:"number" example:"VNPHKI-250205-B001-D"`
	Office       string      `json:"office" doc:"Whose clerk sealed it."`
	Network      string      `json:"network"`
	Authority    string      `json:"authority" doc:"For whom it is."`
	Seal         string      `json:"seal" doc:"The number on the seal."`
	Holder       Holder      `json:"holder"`
	Offered      *Holder     `json:"offered,omitempty" doc:"To whom it is offered."`
	Opened       bool        `json:"opened" doc:"Its way is over: the authority has counted what is in it, or it is back at its office."`
	Trouble      string      `json:"trouble,omitempty" enum:"paper_missing,paper_extra,seal_broken" doc:"What was found at the last take; a manager's retry lets it go on."`
	Late         bool        `json:"late"`
	WaitingFor   WaitingFor  `json:"waiting_for"`
	SealedAt     Time        `json:"sealed_at"`
	HandedOverAt *Time       `json:"handed_over_at" nullable:"true" doc:"When the authority signed for it: the legal filing moment of the dossiers in it."`
	Papers       []BagPaper  `json:"papers,omitempty"`
	History      []BagChange `json:"history,omitempty"`
}

// Holder is somebody who can hold papers.
type Holder struct {
	Kind string `json:"kind" enum:"citizen,office,carrier,authority"`
	ID   string `json:"id,omitempty"`
}

// BagPaper is a paper that lies, or lay, in a bag.
type BagPaper struct {
	Dossier   string       `json:"dossier"`
	Component string       `json:"component"`
	Form      dossier.Form `json:"form"`
	Holder    Holder       `json:"holder" doc:"Who holds it now."`
	Inside    bool         `json:"inside" doc:"It lies in the bag still."`
}

// BagChange is a step of a bag.
type BagChange struct {
	At    Time          `json:"at"`
	Kind  string        `json:"kind" enum:"bag_sealed,bag_offered,bag_taken,bag_trouble,bag_cleared,bag_opened,bag_lost,bag_late"`
	Label string        `json:"label"`
	Role  string        `json:"role"`
	Actor string        `json:"actor"`
	Data  BagChangeData `json:"data"`
	Note  string        `json:"note,omitempty"`
}

// BagChangeData is where the bag was after a step, and what a count found.
type BagChangeData struct {
	Holder     Holder   `json:"holder"`
	Offered    *Holder  `json:"offered,omitempty"`
	Trouble    string   `json:"trouble,omitempty"`
	SealBroken bool     `json:"seal_broken,omitempty"`
	Missing    []string `json:"missing,omitempty" doc:"As dossier and component."`
	Extra      int      `json:"extra,omitempty"`
}

// SealBagRequest puts the papers of dossiers into a bag.
type SealBagRequest struct {
	Authority string   `json:"authority" minLength:"1" maxLength:"40" example:"H26.12.03"`
	Seal      string   `json:"seal" pattern:"^[A-Za-z0-9][A-Za-z0-9/-]{0,39}$" doc:"The number on the seal."`
	Dossiers  []string `json:"dossiers" minItems:"1" maxItems:"200" uniqueItems:"true" doc:"Whose papers go into it: all that lie free at the office."`
}

// BagHandoverRequest is one act of a bag's way.
type BagHandoverRequest struct {
	Act     string         `json:"act" enum:"offer,take"`
	To      *HandoverEnd   `json:"to,omitempty" doc:"With offer: to whom."`
	Seal    string         `json:"seal,omitempty" enum:"intact,broken" doc:"With take: how the seal was found; intact if absent."`
	Missing []MissingPaper `json:"missing,omitempty" maxItems:"500" doc:"With take: what is on the list and not in the bag."`
	Extra   int            `json:"extra,omitempty" minimum:"0" maximum:"500" doc:"With take: how many papers are in the bag and on no list."`
	Note    string         `json:"note,omitempty" maxLength:"1000"`
}

// MissingPaper is a paper that a count did not find.
type MissingPaper struct {
	Dossier   string `json:"dossier" maxLength:"40"`
	Component string `json:"component" maxLength:"60"`
}

type (
	// BagRef names a bag.
	BagRef struct {
		Number string `path:"number" maxLength:"40"`
	}
	sealBagInput     struct{ Body SealBagRequest }
	bagHandoverInput struct {
		BagRef
		Body BagHandoverRequest
	}
	bagRetryInput struct {
		BagRef
		Body RetryRequest
	}
	bagReasonInput struct {
		BagRef
		Body ReasonRequest
	}
	bagsInput struct {
		Page
		Open string `query:"open" enum:"true,false" doc:"true: only those under way."`
		Late string `query:"late" enum:"true,false" doc:"true: only those that somebody should have handed on by now."`
	}
	sealBagOutput struct {
		Location string `header:"Location"`
		Body     Bag
	}
	bagOutput  struct{ Body Bag }
	bagsOutput struct{ Body List[Bag] }
)

func (s *Server) registerBags() {
	register(s, Op{
		ID: "seal-bag", Method: http.MethodPost, Path: "/v1/bags", Tag: "bags", Status: http.StatusCreated, Command: true,
		Summary: "Put the papers of dossiers into a sealed bag for an authority", Problems: []Code{InvalidDossier},
		Doc: "All or none: each dossier must be the office's own, on its way to the authority, with papers that lie free at the office. From then on the papers change hands with the bag.",
	}, only(identity.Clerk), s.sealBag)
	bagReaders := only(identity.Clerk, identity.Supervisor, identity.Centre, identity.Manager, identity.Courier, identity.Auditor, identity.Admin)
	register(s, Op{ID: "list-bags", Method: http.MethodGet, Path: "/v1/bags", Tag: "bags", Summary: "Bags, newest first"}, bagReaders, s.listBags)
	register(s, Op{ID: "show-bag", Method: http.MethodGet, Path: "/v1/bags/{number}", Tag: "bags", Summary: "A bag, what is in it and its way", Problems: []Code{NotFound}}, bagReaders, s.showBag)
	register(s, s.bagOp("handover", "Hand a bag on", "One act: `offer` by who holds it, `take` by who receives it; the holder changes at the take. "+
		"A taker who finds the seal broken, or at the authority a paper missing or one too many, says so: then the bag stays with who offered it and stops until a manager's retry."),
		only(identity.Clerk, identity.Courier, identity.Centre), s.handBagOn)
	register(s, s.bagOp("open", "Open a bag that has not left its office", "Its papers lie free at the office again."), only(identity.Clerk), s.openBag)
	register(s, s.bagOp("retry", "Let a stopped bag go on", "Somebody has looked into what was wrong; the taker counts again. A broken seal or a paper too many that was looked into stops the bag no more. "+
		"Papers that were missing are among the others again, or with `missing: lost` out of the bag: their dossiers wait for a manager, the others go on."), only(identity.Manager, identity.Supervisor), s.retryBag)
	register(s, s.bagOp("lost", "Note that a bag is gone with all that is in it", "Its holder answers for it; each dossier waits for a manager until its papers are found or replaced."), only(identity.Manager), s.loseBag)
	register(s, Op{
		ID: "bag-sheet", Method: http.MethodGet, Path: "/v1/bags/{number}/sheet", Tag: "bags",
		Summary: "The hand-over record of a bag (form 08)", Problems: []Code{NotFound, InvalidDossier}, Tune: answersBytes("application/pdf"),
		Doc: "Whom the bag is offered to, or who took it last, stands as the taker. Written anew each time; kept nowhere.",
	}, bagReaders, s.bagSheet)
}

// bagScope is whose bags a subject may see.
func bagScope(who identity.Subject) store.BagScope {
	if who.Role == identity.Courier {
		return store.BagScope{Carrier: who.Carrier}
	}
	return store.BagScope{Scope: scopeOf(who)}
}

func (s *Server) findBag(ctx context.Context, number string) (store.Bag, error) {
	if !dossier.ValidBagNumber(number) {
		return store.Bag{}, store.ErrNotFound
	}
	return s.deps.Store.Bag(ctx, bagScope(SubjectFrom(ctx)), number)
}

func (s *Server) sealBag(ctx context.Context, in *sealBagInput) (*sealBagOutput, error) {
	who := SubjectFrom(ctx)
	c, today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	req := requestOf(ctx, "seal_bag")
	if _, known := c.Authority(in.Body.Authority, today); !known {
		return sealed(s.answeredBefore(ctx, req, NewInvalidDossier(Field("/authority", "authority_unknown"))))
	}
	until, err := s.handOverBy(ctx, who)
	if err != nil {
		return nil, err
	}
	n := store.NewBag{Office: who.Office, Network: who.Network, Authority: in.Body.Authority, Seal: in.Body.Seal, Dossiers: in.Body.Dossiers, Until: until}
	a, err := s.deps.Store.SealBag(ctx, req, n, func(b store.Bag, _ []store.BagPaper) (store.Answer, error) {
		body, err := json.Marshal(bagView(requestIn(ctx).lang, b))
		return store.Answer{Status: http.StatusCreated, Body: body}, err
	})
	if refusal := new(store.BagRefusal); errors.As(err, &refusal) {
		return sealed(s.answeredBefore(ctx, req, NewInvalidDossier(Field("/dossiers/"+strconv.Itoa(refusal.Index), refusal.Rule))))
	}
	if errors.Is(err, store.ErrSealUsed) {
		return sealed(s.answeredBefore(ctx, req, NewInvalidDossier(Field("/seal", "seal_used"))))
	}
	if err != nil {
		return nil, err
	}
	s.deps.Relay.Kick() // the dossiers have word of it; the bag's own workflow starts when it is asked something, or in a moment
	return sealed(a.Body, nil)
}

func sealed(body []byte, err error) (*sealBagOutput, error) {
	var v Bag
	if err == nil {
		err = json.Unmarshal(body, &v)
	}
	if err != nil {
		return nil, err
	}
	return &sealBagOutput{Location: "/v1/bags/" + v.Number, Body: v}, nil
}

func (s *Server) listBags(ctx context.Context, in *bagsInput) (*bagsOutput, error) {
	var after dossierKey
	if _, err := DecodeCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.Bags(ctx, bagScope(SubjectFrom(ctx)), store.BagFilter{Open: in.Open == "true", Late: in.Late == "true",
		AfterTime: after.Filed, AfterID: after.Code, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return &bagsOutput{pageOf(in.Page, rows,
		func(b store.Bag) any { return dossierKey{b.SealedAt.UTC(), b.Number} },
		func(b store.Bag) Bag { return bagView(requestIn(ctx).lang, b) })}, nil
}

func (s *Server) showBag(ctx context.Context, in *BagRef) (*bagOutput, error) {
	b, err := s.findBag(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	v, err := s.wholeBag(ctx, b)
	return &bagOutput{v}, err
}

// wholeBag is a bag with what is in it and its way.
func (s *Server) wholeBag(ctx context.Context, b store.Bag) (Bag, error) {
	v := bagView(requestIn(ctx).lang, b)
	papers, steps, err := s.deps.Store.InBag(ctx, b.Number)
	if err != nil {
		return v, err
	}
	for _, p := range papers {
		v.Papers = append(v.Papers, BagPaper{Dossier: p.DossierCode, Component: p.Component, Form: p.Form, Holder: Holder(p.Place().Holder), Inside: p.Bag == b.Number})
	}
	var ids []string
	for _, st := range steps {
		ids = append(ids, st.TextID)
	}
	texts, err := s.deps.Store.Texts(ctx, b.Number, ids)
	if err != nil {
		return v, err
	}
	for _, st := range steps {
		c := BagChange{At: At(st.At), Kind: st.Kind, Label: requestIn(ctx).lang.happened(st.Kind), Role: st.Role, Actor: st.Subject, Note: texts[st.TextID]}
		if err := json.Unmarshal([]byte(st.Data), &c.Data); err != nil {
			return v, err
		}
		v.History = append(v.History, c)
	}
	return v, nil
}

func bagView(l lang, b store.Bag) Bag {
	v := Bag{Number: b.Number, Office: b.Office, Network: b.Network, Authority: b.Authority, Seal: b.Seal, Holder: Holder(b.Custody().Holder),
		Opened: b.Opened, Trouble: b.Trouble, Late: b.Late, SealedAt: At(b.SealedAt), HandedOverAt: AtOrNil(b.HandedOverAt),
		WaitingFor: waitingView(l, b.WaitingWho, b.WaitingWhat, b.WaitingUntil)}
	if o := Holder(b.Custody().Offered); o.Kind != "" {
		v.Offered = &o
	}
	return v
}

// handOverBy is by when a bag that is sealed now should have been handed on, by
// the office's calendar.
func (s *Server) handOverBy(ctx context.Context, who identity.Subject) (*time.Time, error) {
	l, ok := dossier.Waits.Limit(dossier.WhatHandover)
	if !ok {
		return nil, nil //nolint:nilnil // there is no limit
	}
	book, err := s.deps.Calendars(ctx)
	if err != nil {
		return nil, err
	}
	now := s.deps.Now()
	cal, err := book.ForOffice(who.Office, who.Network, now)
	if err != nil || cal == nil {
		cal = calendar.Default()
	}
	at, err := cal.Due(now, calendar.Term{N: l.N, Unit: calendar.Unit(l.Unit)})
	if err != nil { // out of the calendar's reach: calendar days are better than no end
		at = now.AddDate(0, 0, max(l.N, 1))
	}
	return &at, nil
}
