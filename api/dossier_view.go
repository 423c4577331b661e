package api

import (
	"context"
	"time"

	"hoso/internal/catalogue"
	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// Dossier is where a dossier stands. It names no person.
type Dossier struct {
	Code       string           `json:"code" example:"VNPHKI-250205-0001-M"`
	PortalCode *string          `json:"portal_code" nullable:"true" doc:"Mã hồ sơ, from the authority's acceptance." example:"H26.12.03-250205-0001"`
	Procedure  DossierProcedure `json:"procedure"`
	Case       string           `json:"case"`
	Quantity   int              `json:"quantity"`
	Office     string           `json:"office" example:"VNPHKI"`
	Network    string           `json:"network" example:"vnpost"`
	Authority  string           `json:"authority" example:"H26.12.03"`
	Stage      dossier.Stage    `json:"stage" enum:"intake,digitization,submission,decision,delivery,closed"`
	Status     DossierStatus    `json:"status"`
	Route      *dossier.Route   `json:"route" nullable:"true" doc:"online, online_with_paper, paper or return_to_citizen; null until decided."`
	FiledAt    Time             `json:"filed_at"`
	ReceivedAt *Time            `json:"received_at" nullable:"true" doc:"Valid reception, from which the clock runs."`
	DueAt      *Time            `json:"due_at" nullable:"true"`
	ClosedAt   *Time            `json:"closed_at" nullable:"true"`
	Overdue    bool             `json:"overdue"`
	Parked     bool             `json:"parked" doc:"A human task is open."`
	Payment    Payment          `json:"payment"`
	Delivery   Delivery         `json:"delivery"`
	WaitingFor WaitingFor       `json:"waiting_for"`
	Asked      []string         `json:"asked,omitempty" doc:"Components asked for; in_words where the authority named none."`
	Revision   int64            `json:"revision" doc:"Grows with every change."`

	TrackingToken string       `json:"tracking_token,omitempty" doc:"For the code on the slip; only to the office."`
	Warnings      []FieldError `json:"warnings,omitempty" doc:"What was accepted and should be checked."`

	DossierParts
}

// DossierParts are what only the answer about a single dossier holds.
type DossierParts struct {
	Allowed    []dossier.Command  `json:"allowed,omitempty" doc:"The commands it takes now."`
	Components []DossierComponent `json:"components,omitempty"`

	RouteReasons []RouteReason `json:"route_reasons,omitempty" doc:"Why it takes its way."`
	RouteHistory []RouteChoice `json:"route_history,omitempty" doc:"Every decision on its way, oldest first."`
	ToFix        []string      `json:"to_fix,omitempty" doc:"What is to be mended at the counter, in the reader's language."`
	AskedFor     []AskedFor    `json:"asked_for,omitempty" doc:"What is asked for, component by component and page by page."`

	Papers []DossierPaper `json:"papers,omitempty" doc:"Paper originals and who holds them."`
	Tasks  []DossierTask  `json:"tasks,omitempty" doc:"Open human tasks."`
}

// DossierProcedure names a procedure in the version that the dossier keeps.
type DossierProcedure struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

// DossierStatus is the business status of the national portal's list.
type DossierStatus struct {
	Code  dossier.Status `json:"code" minimum:"1" maximum:"10"`
	Name  string         `json:"name" example:"processing"`
	Label string         `json:"label" example:"Đang xử lý"`
}

// Payment is how the fees stand, in whole đồng.
type Payment struct {
	State    dossier.PaymentState `json:"state" enum:"none,due,paid,partly_paid,overpaid,refund_due,refunded"`
	Due      int64                `json:"due"`
	Paid     int64                `json:"paid"`
	Refunded int64                `json:"refunded"`
}

// Delivery is how the result comes home.
type Delivery struct {
	Method     dossier.DeliveryMethod `json:"method" enum:"courier,counter,electronic"`
	Carrier    string                 `json:"carrier,omitempty"`
	State      dossier.DeliveryState  `json:"state"`
	ShipmentID *string                `json:"shipment_id" nullable:"true"`
}

// WaitingFor is whose turn it is.
type WaitingFor struct {
	Who   dossier.Who  `json:"who" enum:"citizen,clerk,portal,authority,courier,manager,nobody"`
	What  dossier.What `json:"what"`
	Label string       `json:"label" doc:"Both in the reader's language."`
	Until *Time        `json:"until" nullable:"true"`
}

// DossierComponent is one component as it was given.
type DossierComponent struct {
	Code       string                    `json:"code"`
	Form       dossier.Form              `json:"form"`
	Version    int                       `json:"version" doc:"From 1; a new one leaves the earlier ones as they were."`
	DocumentID string                    `json:"document_id,omitempty"`
	Substitute string                    `json:"substitute,omitempty" doc:"With not_available: what is given in its place."`
	Verdict    string                    `json:"verdict,omitempty" doc:"Of the scan."`
	GivenAt    Time                      `json:"given_at"`
	Earlier    []DossierComponentVersion `json:"earlier,omitempty" doc:"Earlier versions, oldest first."`
}

// DossierComponentVersion is an earlier version of a component.
type DossierComponentVersion struct {
	Version    int          `json:"version"`
	Form       dossier.Form `json:"form"`
	DocumentID string       `json:"document_id,omitempty"`
	Verdict    string       `json:"verdict,omitempty"`
	GivenAt    Time         `json:"given_at"`
}

// DossierPaper is one paper original.
type DossierPaper struct {
	Component string       `json:"component"`
	Form      dossier.Form `json:"form"`
	Holder    string       `json:"holder" example:"office VNPHKI"`
	OfferedTo string       `json:"offered_to,omitempty" example:"carrier viettelpost"`
	Bag       string       `json:"bag,omitempty" doc:"Number of the sealed bag that it lies in; only the bag is handed on."`
}

// DossierTask is something that a person must do.
type DossierTask struct {
	Kind     string      `json:"kind"`
	Owner    dossier.Who `json:"owner"`
	Cause    string      `json:"cause,omitempty"`
	DueAt    Time        `json:"due_at"`
	OpenedAt Time        `json:"opened_at"`
}

// dossierView shows a row of the register.
func dossierView(l lang, d store.Dossier, p catalogue.Procedure) Dossier {
	return Dossier{
		Code: d.Code, PortalCode: d.PortalCode, Procedure: DossierProcedure{Code: d.ProcedureCode, Name: p.Name, Version: d.ProcedureVersion},
		Case: d.CaseCode, Quantity: d.Quantity, Office: d.Office, Network: d.Network, Authority: d.Authority,
		Stage: d.Stage, Status: statusView(l, d.Status), Route: orNil(d.Route),
		FiledAt: At(d.FiledAt), ReceivedAt: AtOrNil(d.ReceivedAt), DueAt: AtOrNil(d.DueAt), ClosedAt: AtOrNil(d.ClosedAt),
		Overdue: d.Overdue, Parked: d.Parked != "",
		Payment:    Payment{State: d.Fees().State(endedWithout(d.Status)), Due: d.FeeDue, Paid: d.FeePaid, Refunded: d.FeeRefunded},
		Delivery:   Delivery{Method: d.DeliveryMethod, Carrier: d.DeliveryCarrier, State: d.DeliveryState, ShipmentID: orNil(d.ShipmentID)},
		WaitingFor: waitingView(l, d.WaitingWho, d.WaitingWhat, d.WaitingUntil), Asked: d.Asked, Revision: d.Revision,
	}
}

func statusView(l lang, s dossier.Status) DossierStatus {
	return DossierStatus{Code: s, Name: s.Name(), Label: l.status(s)}
}

func waitingView(l lang, who dossier.Who, what dossier.What, until *time.Time) WaitingFor {
	label := l.what(what)
	if who != dossier.WhoNobody {
		label = l.who(who) + ": " + label
	}
	return WaitingFor{Who: who, What: what, Label: label, Until: AtOrNil(until)}
}

// endedWithout says whether a dossier ended without the authority's service.
func endedWithout(s dossier.Status) bool {
	return s == dossier.Refused || s == dossier.Withdrawn || s == dossier.Stopped
}

func orNil[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

// wholeDossier shows a dossier with its parts, as far as they are the caller's
// business: a courier learns of the papers only.
func (s *Server) wholeDossier(ctx context.Context, d store.Dossier) (Dossier, error) {
	c, err := s.cat.get(ctx)
	if err != nil {
		return Dossier{}, err
	}
	v := dossierView(requestIn(ctx).lang, d, versionOf(c, d))
	papers, err := s.deps.Store.Papers(ctx, d.Code)
	if err != nil {
		return v, err
	}
	for _, p := range papers {
		v.Papers = append(v.Papers, DossierPaper{Component: p.Component, Form: p.Form,
			Holder: holder(p.HolderKind, p.HolderID), OfferedTo: holder(p.OfferedKind, p.OfferedID), Bag: p.Bag})
	}
	who := SubjectFrom(ctx)
	if who.Role == identity.Courier {
		return v, nil
	}
	if who.Role == identity.Clerk {
		v.TrackingToken = d.TrackToken
	}
	v.Allowed = d.Standing(len(papers) > 0).Allowed()
	if err := s.addRoute(ctx, d, &v); err != nil {
		return v, err
	}
	return v, s.addParts(ctx, &v)
}

func holder(kind, id string) string { return custody.Holder{Kind: kind, ID: id}.String() }

func (s *Server) addParts(ctx context.Context, v *Dossier) error {
	versions, err := s.deps.Store.ComponentVersions(ctx, v.Code)
	if err != nil {
		return err
	}
	v.Components = componentsView(versions)
	tasks, err := s.deps.Store.OpenTasks(ctx, v.Code)
	for _, t := range tasks {
		v.Tasks = append(v.Tasks, DossierTask{Kind: t.Kind, Owner: t.Owner, Cause: t.Cause, DueAt: At(t.DueAt), OpenedAt: At(t.OpenedAt)})
	}
	return err
}

// componentsView shows each component in its current version, in the order in
// which they were given, with the versions before it.
func componentsView(versions []store.GivenComponent) []DossierComponent {
	var out []DossierComponent
	earlier := map[string][]DossierComponentVersion{}
	for _, c := range versions {
		verdict := ""
		if c.Document != nil {
			verdict = c.Document.Verdict
		}
		code := c.Component.Component
		if c.State != store.ComponentCurrent {
			earlier[code] = append(earlier[code], DossierComponentVersion{Version: c.Version, Form: c.Form, DocumentID: c.DocumentID, Verdict: verdict, GivenAt: At(c.CreatedAt)})
			continue
		}
		out = append(out, DossierComponent{Code: code, Form: c.Form, Version: c.Version, DocumentID: c.DocumentID, Substitute: c.Substitute, Verdict: verdict, GivenAt: At(c.CreatedAt)})
	}
	for i, c := range out {
		out[i].Earlier = earlier[c.Code]
	}
	return out
}
