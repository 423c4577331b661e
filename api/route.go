package api

import (
	"context"
	"slices"
	"strings"

	"hoso/internal/dossier"
	"hoso/internal/store"
)

// RouteRequest chooses another way to the authority.
type RouteRequest struct {
	Route  dossier.Route `json:"route" enum:"online,online_with_paper,paper"`
	Reason string        `json:"reason" maxLength:"1000"`
}

type routeInput struct {
	DossierRef
	Body RouteRequest
}

// RouteReason is one reason for the way that a dossier takes.
type RouteReason struct {
	Code    string `json:"code" example:"paper_demanded"`
	Message string `json:"message" doc:"In the reader's language."`
}

// RouteChoice is one decision on a dossier's way: when, who, what, why.
type RouteChoice struct {
	Route   dossier.Route `json:"route"`
	Reasons []RouteReason `json:"reasons"`
	ByHand  bool          `json:"by_hand" doc:"A named person's choice; otherwise the check's."`
	Actor   Actor         `json:"actor"`
	Reason  string        `json:"reason,omitempty" doc:"The person's own words."`
	At      Time          `json:"at"`
}

// reroute sets a dossier on another way, as far as the procedure and what is
// given allow it.
func (s *Server) reroute(ctx context.Context, in *routeInput) (*commandOutput, error) {
	return s.command(ctx, dossier.Reroute, in.Code, func(d store.Dossier, p *prepared) error {
		p.ask.Text = strings.TrimSpace(in.Body.Reason)
		p.demand(p.ask.Text != "", "/reason", "reason_required")
		src, err := s.sourceOf(ctx, d)
		if err != nil {
			return err
		}
		scanned := scannedOf(src.given, src.docs)
		way := dossier.Way{Channels: src.proc.Channels}
		need, rule := way.Lawful(in.Body.Route, src.wanted, scanned)
		if rule != "" {
			var lawful []string
			for _, r := range way.LawfulRoutes(src.wanted, scanned) {
				lawful = append(lawful, string(r))
			}
			p.wrong("/route", rule, "allowed", strings.Join(lawful, ", "))
		}
		p.ask.Payload = store.RouteOrder{Route: in.Body.Route, Need: need}
		return nil
	})
}

// scannedOf joins what is given with what the check found of it.
func scannedOf(given []dossier.Given, docs map[string]store.Document) []dossier.Scanned {
	out := make([]dossier.Scanned, len(given))
	for i, g := range given {
		out[i] = dossier.Scanned{Given: g}
		if d, there := docs[g.Document]; there && g.Form.Digital() {
			out[i].Verdict = dossier.Verdict(d.Verdict)
		}
	}
	return out
}

// routeReasons words the reasons of a route.
func (l lang) routeReasons(codes []string) []RouteReason {
	out := []RouteReason{}
	for _, code := range codes {
		out = append(out, RouteReason{Code: code, Message: routeWords[code].in(l, nil)})
	}
	return out
}

var routeWords = map[string]text{
	"scans_usable":         {"Các bản quét dùng được, thủ tục nhận trực tuyến.", "The scans can be used, and the procedure is offered online."},
	"nothing_to_scan":      {"Không có giấy tờ nào phải quét, thủ tục nhận trực tuyến.", "There is nothing to scan, and the procedure is offered online."},
	"scan_unreadable":      {"Có bản quét không đọc được: quét lại hoặc nộp bản giấy.", "A scan cannot be read: scan again, or give the paper."},
	"paper_given":          {"Có giấy tờ nộp bằng bản giấy.", "Some papers are given on paper."},
	"paper_demanded":       {"Thủ tục yêu cầu nộp bản giấy.", "The procedure demands a paper itself."},
	"online_not_offered":   {"Thủ tục không có kênh trực tuyến.", "The procedure is not offered online."},
	"portal_down":          {"Cổng dịch vụ công đang ngừng tiếp nhận, giấy tờ được chuyển bằng đường bưu chính.", "The portal takes nothing at present; the papers go by post."},
	"portal_down_wait":     {"Cổng dịch vụ công đang ngừng tiếp nhận: hồ sơ quét chờ đến khi Cổng hoạt động lại; muốn đi ngay thì nộp bản giấy khi nộp hồ sơ.", "The portal takes nothing at present: what is scanned waits until it does; to go at once, give the paper at the filing."},
	"overridden":           {"Người có thẩm quyền đã chọn cách nộp này.", "A named person chose this way."},
	"override_void":        {"Cách nộp đã chọn không còn thực hiện được với giấy tờ hiện có.", "The way that was chosen cannot be gone with what is given now."},
	"paper_missing":        {"Cần nộp bản giấy trước.", "The paper must be given first."},
	"not_allowed_at_agent": {"Người yêu cầu phải có mặt tại cơ quan, đại lý không nhận được.", "The citizen must appear at the authority; an agent cannot take it."},
}

// addRoute tells of a dossier's way: its reasons, who decided it when, and what
// is to be mended where it came back.
func (s *Server) addRoute(ctx context.Context, d store.Dossier, v *Dossier) error {
	rows, err := s.deps.Store.RouteDecisions(ctx, d.Code)
	if err != nil {
		return err
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.TextID)
	}
	texts, err := s.deps.Store.Texts(ctx, d.Code, ids)
	if err != nil {
		return err
	}
	l := requestIn(ctx).lang
	for _, r := range rows {
		v.RouteHistory = append(v.RouteHistory, RouteChoice{Route: r.Route, Reasons: l.routeReasons(r.Reasons), ByHand: r.ByHand,
			Actor: actorView(r.Actor, r.Role), Reason: texts[r.TextID], At: At(r.DecidedAt)})
	}
	if len(rows) > 0 {
		v.RouteReasons = l.routeReasons(rows[len(rows)-1].Reasons)
	}
	if v.AskedFor, err = s.askedView(ctx, d); err != nil || d.WaitingWhat != dossier.WhatRescan {
		return err
	}
	src, err := s.sourceOf(ctx, d)
	v.ToFix = src.toFix(l, d.Asked, lastReasons(rows))
	return err
}

// lastReasons are those of the last decision.
func lastReasons(rows []store.RouteDecision) []string {
	if len(rows) == 0 {
		return nil
	}
	return rows[len(rows)-1].Reasons
}

// toFix says of each component that came back what is to be mended: what is wrong
// with its scan, or that its paper is to be given, which no better scan replaces
// where that way was chosen.
func (src source) toFix(l lang, components, reasons []string) []string {
	var out []string
	onPaper := slices.Contains(reasons, "paper_missing")
	for _, g := range src.given {
		if !slices.Contains(components, g.Code) {
			continue
		}
		words := findingWords(l, src.docs[g.Document])
		if onPaper || len(words) == 0 {
			words = []string{givePaper[l]}
		}
		for _, w := range words {
			out = append(out, src.nameOf(g.Code)+": "+w)
		}
	}
	return out
}

var givePaper = text{"hãy nộp bản giấy.", "give the paper."}

// findingWords are the sentences of what makes a scan unreadable.
func findingWords(l lang, d store.Document) []string {
	var out []string
	for _, f := range findingsOf(d) {
		if f.Severity == "error" {
			out = append(out, f.Message(l.tag()))
		}
	}
	return out
}
