package workflows_test

import (
	"fmt"
	"time"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// The cast: what portals, carriers and people usually do. Stories change what
// they are about.

const day = 24 * time.Hour

var (
	clerk   = custody.Holder{Kind: custody.Office, ID: "VNPHKI"}
	courier = custody.Holder{Kind: custody.Carrier, ID: "viettelpost"}
	centre  = custody.Holder{Kind: custody.Authority, ID: "H26.12.03"}
)

// said is something the portal says, some time after it did an act.
type said struct {
	after  time.Duration
	status dossier.Status
	with   func(*register.PortalReport)
	untold bool
	late   time.Duration // how much later it arrives than it happened
	times  int           // how often it is told; once by default
}

func paperResult(r *register.PortalReport) { r.Result = &register.Result{Known: true, Paper: true} }

func noPaper(r *register.PortalReport) { r.Result = &register.Result{Known: true} }

func official(r *register.PortalReport) { r.PortalCode = "H26.12.03-250210-0007" }

func fee(amount int64) func(*register.PortalReport) {
	return func(r *register.PortalReport) { r.Fee = amount }
}

func asking(components ...string) func(*register.PortalReport) {
	return func(r *register.PortalReport) { r.Asked = components }
}

// decides is the usual course: accepted, processed, resolved with a paper.
var decides = []said{
	{after: time.Hour, status: dossier.Accepted, with: official},
	{after: 3 * time.Hour, status: dossier.Processing},
	{after: 2 * day, status: dossier.Resolved, with: paperResult},
}

// portal says what is listed under an act once the act is done: "submit",
// "supplement/1", "payment/8000".
func portal(course map[string][]said) func(*world, string, workflows.Effect) []event {
	return func(w *world, _ string, e workflows.Effect) []event {
		return w.tells(e.Key, course[e.Key[len(w.Facts.Code)+1:]])
	}
}

// tells makes events of what is said after now; each has one id, however often
// it is told.
func (w *world) tells(of string, list []said) []event {
	var out []event
	for i, s := range list {
		r := register.PortalReport{Status: s.status, At: w.now().Add(s.after)}
		if s.with != nil {
			s.with(&r)
		}
		for n := range max(s.times, 1) {
			out = append(out, event{ID: fmt.Sprintf("%s-%d", of, i+1), At: r.At.Add(s.late).Add(time.Duration(n) * time.Minute), Says: &r, Untold: s.untold})
		}
	}
	return out
}

// way is what befalls a parcel, hour by hour.
type way []dossier.DeliveryState

var delivered = way{dossier.DeliveryBooked, dossier.DeliveryPickedUp, dossier.DeliveryInTransit, dossier.DeliveryOut, dossier.DeliveryDelivered}

// carrier brings parcels by the ways listed under "out/1", "home/2"; all others
// are delivered.
func carrier(ways map[string]way) func(*world, *act) []event {
	return func(w *world, b *act) []event {
		leg := "home"
		if b.Act == "book_out" {
			leg = "out"
		}
		course, listed := ways[fmt.Sprintf("%s/%d", leg, b.Attempt)]
		if !listed {
			course = delivered
		}
		return w.carries(b.Key, course)
	}
}

func (w *world) carries(key string, course way) []event {
	var out []event
	for i, state := range course {
		at := w.now().Add(time.Duration(i) * time.Hour)
		out = append(out, event{ID: fmt.Sprintf("%s-%d", key, i+1), At: at, Parcel: &parcelSays{Key: key, State: state, At: at}})
	}
	return out
}

// staff does what is listed for each wait, and what is usual for the rest.
func staff(own map[dossier.What]func(w *world, a register.Position) []ask) func(*world, register.Position, register.Position) []ask {
	return func(w *world, _, a register.Position) []ask {
		if f, listed := own[a.Waiting.What]; listed {
			return f(w, a)
		}
		if f, listed := usual[a.Waiting.What]; listed {
			return f(w, a)
		}
		return nil
	}
}

var usual = map[dossier.What]func(*world, register.Position) []ask{
	dossier.WhatHandover: func(*world, register.Position) []ask { return []ask{{time.Hour, offers(clerk, courier)}} },
	dossier.WhatTake: func(w *world, a register.Position) []ask {
		if a.Waiting.Who == dossier.WhoClerk {
			return []ask{{time.Hour, takes(clerk)}}
		}
		return []ask{{time.Hour, takes(centre)}}
	},
	dossier.WhatAcceptance: func(_ *world, a register.Position) []ask {
		if a.Waiting.Who != dossier.WhoAuthority {
			return nil
		}
		return []ask{{time.Hour, decide(dossier.Accepted, nil)}, {2 * time.Hour, decide(dossier.Processing, nil)}, {day, decide(dossier.Resolved, paperResult)}}
	},
	dossier.WhatRetry: func(*world, register.Position) []ask { return []ask{{day, command(dossier.Retry)}} },
	dossier.WhatPickup: func(*world, register.Position) []ask {
		return []ask{{day, command(dossier.Pickup)}}
	},
}

func command(kind dossier.Command) operation {
	return operation{Command: workflows.Command{Kind: kind}}
}

func offers(by, to custody.Holder) operation {
	return operation{Command: workflows.Command{Kind: dossier.Handover, Hand: &workflows.Hand{Act: "offer", By: by, To: to}}}
}

func takes(by custody.Holder) operation {
	return operation{Command: workflows.Command{Kind: dossier.Handover, Hand: &workflows.Hand{Act: "take", By: by}}}
}

// decide is an officer's decision by hand; its time is when it is sent.
func decide(s dossier.Status, with func(*register.PortalReport)) operation {
	r := register.PortalReport{Status: s}
	if with != nil {
		with(&r)
	}
	return operation{Command: workflows.Command{Kind: dossier.Decide, Decision: &r}}
}

func pays(amount int64) operation {
	return operation{Command: workflows.Command{Kind: dossier.RecordFee, Amount: amount}}
}

// supplements gives scans; papers that come with them, and what the check makes
// of it all.
func supplements(papers int, check *workflows.Checked) operation {
	return operation{Command: workflows.Command{Kind: dossier.Supplement}, Papers: papers, Check: check}
}

// online is the usual story, to be changed.
func online(change func(*script)) script {
	s := script{portal: portal(map[string][]said{"submit/1": decides}), carrier: carrier(nil), staff: staff(nil)}
	if change != nil {
		change(&s)
	}
	return s
}

// onPaper is a dossier that goes on paper, decided by hand.
func onPaper(change func(*script)) script {
	return online(func(s *script) {
		s.check, s.papers = workflows.Checked{Route: dossier.RoutePaper, Paper: []string{"giay-chung-sinh"}, Reasons: []string{"paper_given"}}, 1
		if change != nil {
			change(s)
		}
	})
}

// withPaper is a dossier whose scans go online and whose papers follow.
func withPaper(change func(*script)) script {
	return online(func(s *script) {
		s.check, s.papers = workflows.Checked{Route: dossier.RouteOnlineWithPaper, Paper: []string{"giay-chung-sinh"}, Reasons: []string{"paper_demanded"}}, 1
		if change != nil {
			change(s)
		}
	})
}

type workflowsEffect = workflows.Effect

var good = workflows.Checked{Route: dossier.RouteOnline}

// reroutes chooses another way to the authority; need is the paper that must be
// given for it first.
func reroutes(route dossier.Route, need ...string) operation {
	return operation{Command: workflows.Command{Kind: dossier.Reroute, Route: route, Need: need}}
}
