package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

type funnelInput struct {
	From string `query:"from" format:"date" required:"true" maxLength:"10" doc:"The first day of filing that counts."`
	To   string `query:"to" format:"date" required:"true" maxLength:"10" doc:"The last day of filing that counts."`
	By   string `query:"by" enum:"network,office,area,procedure" default:"network"`
}

// Funnel is what became of the dossiers filed on some days, in Hà Nội's time.
type Funnel struct {
	From  string      `json:"from" format:"date"`
	To    string      `json:"to" format:"date" doc:"The last day of filing that counts."`
	By    string      `json:"by" enum:"network,office,area,procedure"`
	Items []FunnelRow `json:"items"`
	Total FunnelRow   `json:"total"`
}

// FunnelRow counts one group.
type FunnelRow struct {
	Key             string   `json:"key" doc:"Of the network, office, area or procedure; empty in the total."`
	Name            string   `json:"name,omitempty"`
	Filed           int64    `json:"filed"`
	Online          int64    `json:"online" doc:"Online alone; no paper follows."`
	OnlineWithPaper int64    `json:"online_with_paper" doc:"Online, and papers follow; not among online."`
	Paper           int64    `json:"paper"`
	ReturnToCitizen int64    `json:"return_to_citizen" doc:"Wait at the counter now, for a better scan or the paper."`
	NotAllowed      int64    `json:"not_allowed" doc:"Attempts turned away at the filing; not among the filed. One repeated under its Idempotency-Key is the same attempt, as far as the server still knows it."`
	Overrides       int64    `json:"overrides" doc:"Dossiers whose way a named person chose."`
	OnlineRate      *float64 `json:"online_rate" nullable:"true" doc:"(online + online_with_paper) / all with a final route, which are those and paper. null without any."`
	OnTime          int64    `json:"on_time" doc:"Decided in time."`
	Overdue         int64    `json:"overdue"`
	ResultReturned  int64    `json:"result_returned"`
}

type funnelOutput struct{ Body Funnel }

// longestFunnel is the longest period of a report, in days.
const longestFunnel = 366

func (s *Server) registerReports() {
	register(s, Op{
		ID: "funnel-report", Method: http.MethodGet, Path: "/v1/reports/funnel", Tag: "reports", Summary: "How dossiers came to the authority, and what became of them",
		Doc: "Dossiers by their day of filing, from `from` to `to`, both included. A supervisor sees the own network only.",
	}, only(identity.Manager, identity.Supervisor), s.funnel)
}

func (s *Server) funnel(ctx context.Context, in *funnelInput) (*funnelOutput, error) {
	from, until, err := period(in.From, in.To)
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.Funnel(ctx, scopeOf(SubjectFrom(ctx)), from, until, in.By)
	if err != nil {
		return nil, err
	}
	c, err := s.cat.get(ctx)
	if err != nil {
		return nil, err
	}
	out := &funnelOutput{Funnel{From: in.From, To: in.To, By: in.By, Items: []FunnelRow{}}}
	var total store.FunnelRow
	last := dossier.LocalDay(until.Add(-time.Second))
	for _, r := range rows {
		v := funnelView(r)
		v.Name = groupName(c, in.By, r.Key, last)
		out.Body.Items = append(out.Body.Items, v)
		total = sum(total, r)
	}
	out.Body.Total = funnelView(total)
	return out, nil
}

// period reads two days as the moments between which they lie: until the day after
// the last one begins.
func period(from, to string) (first, until time.Time, err error) {
	first, err = time.ParseInLocation(time.DateOnly, from, dossier.Zone)
	if err != nil {
		return first, until, NewInvalidRequest(Parameter("from", "date_expected"))
	}
	last, err := time.ParseInLocation(time.DateOnly, to, dossier.Zone)
	until = last.AddDate(0, 0, 1)
	switch {
	case err != nil:
		return first, until, NewInvalidRequest(Parameter("to", "date_expected"))
	case last.Before(first):
		return first, until, NewInvalidRequest(Parameter("to", "period_backwards"))
	case until.Sub(first) > longestFunnel*24*time.Hour:
		return first, until, NewInvalidRequest(Parameter("to", "period_too_long", "max", strconv.Itoa(longestFunnel)))
	}
	return first, until, nil
}

func sum(a, b store.FunnelRow) store.FunnelRow {
	return store.FunnelRow{Filed: a.Filed + b.Filed, Online: a.Online + b.Online, OnlineWithPaper: a.OnlineWithPaper + b.OnlineWithPaper, Paper: a.Paper + b.Paper,
		Returned: a.Returned + b.Returned, NotAllowed: a.NotAllowed + b.NotAllowed, Overrides: a.Overrides + b.Overrides,
		OnTime: a.OnTime + b.OnTime, Overdue: a.Overdue + b.Overdue, ResultReturned: a.ResultReturned + b.ResultReturned}
}

func funnelView(r store.FunnelRow) FunnelRow {
	v := FunnelRow{Key: r.Key, Filed: r.Filed, Online: r.Online, OnlineWithPaper: r.OnlineWithPaper, Paper: r.Paper, ReturnToCitizen: r.Returned,
		NotAllowed: r.NotAllowed, Overrides: r.Overrides, OnTime: r.OnTime, Overdue: r.Overdue, ResultReturned: r.ResultReturned}
	online := v.Online + v.OnlineWithPaper
	if all := online + v.Paper; all > 0 {
		rate := float64(online) / float64(all)
		v.OnlineRate = &rate
	}
	return v
}

// groupName is what the catalogue calls a group on a day.
func groupName(c *catalogue.Catalogue, by, key, day string) string {
	switch by {
	case "network":
		n, _ := c.Network(key)
		return n.Name
	case "office":
		o, _ := c.Office(key, day)
		return o.Name
	case "area":
		a, _ := c.Area(key, day)
		return a.Name
	default:
		p, _ := c.Procedure(key, day)
		return p.Name
	}
}
