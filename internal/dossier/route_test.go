package dossier_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/dossier"
)

// The checklist on which the tests of routes play: a form that scans well, a
// mandate that may be either, and a certificate whose original must travel.
var routeWanted = []dossier.Wanted{
	{Code: "to-khai", Required: true, Forms: []dossier.Form{dossier.FormScan, dossier.FormPaperOriginal}},
	{Code: "uy-quyen", Forms: []dossier.Form{dossier.FormScan, dossier.FormPaperOriginal, dossier.FormPaperCertified, dossier.FormFromDatabase, dossier.FormNotAvailable}},
	{Code: "giay-chung-nhan", Forms: []dossier.Form{dossier.FormScan, dossier.FormPaperOriginal}, PaperDemanded: true},
}

var (
	everyChannel = []string{"online", "post", "direct"}
	postOnly     = []string{"post", "direct"}
)

func scan(code string, v dossier.Verdict) dossier.Scanned {
	return dossier.Scanned{Given: dossier.Given{Code: code, Form: dossier.FormScan, Document: "doc-" + code}, Verdict: v}
}

func sheet(code string, form dossier.Form) dossier.Scanned {
	return dossier.Scanned{Given: dossier.Given{Code: code, Form: form}}
}

func TestDecideRoute(t *testing.T) {
	t.Parallel()
	type scanned = []dossier.Scanned
	cases := map[string]struct {
		channels []string
		given    scanned
		want     dossier.RouteDecision
	}{
		"good scans go online": {everyChannel, scanned{scan("to-khai", dossier.Ready), scan("uy-quyen", dossier.Ready)},
			dossier.RouteDecision{Route: dossier.RouteOnline, Reasons: []string{"scans_usable"}}},
		"a doubtful scan goes online": {everyChannel, scanned{scan("to-khai", dossier.Doubtful)},
			dossier.RouteDecision{Route: dossier.RouteOnline, Reasons: []string{"scans_usable"}}},
		"what the database knows needs no sheet": {everyChannel, scanned{scan("to-khai", dossier.Ready), sheet("uy-quyen", dossier.FormFromDatabase)},
			dossier.RouteDecision{Route: dossier.RouteOnline, Reasons: []string{"scans_usable"}}},
		"the database knows all of it": {everyChannel, scanned{sheet("uy-quyen", dossier.FormFromDatabase)},
			dossier.RouteDecision{Route: dossier.RouteOnline, Reasons: []string{"nothing_to_scan"}}},
		"what cannot be given stops nothing": {everyChannel, scanned{scan("to-khai", dossier.Ready), sheet("uy-quyen", dossier.FormNotAvailable)},
			dossier.RouteDecision{Route: dossier.RouteOnline, Reasons: []string{"scans_usable"}}},
		"a poor scan returns to the clerk": {everyChannel, scanned{scan("to-khai", dossier.Ready), scan("uy-quyen", dossier.Unreadable)},
			dossier.RouteDecision{Route: dossier.RouteReturn, Unreadable: []string{"uy-quyen"}, Reasons: []string{"scan_unreadable"}}},
		"each poor scan is named": {everyChannel, scanned{scan("uy-quyen", dossier.Unreadable), scan("to-khai", dossier.Unreadable)},
			dossier.RouteDecision{Route: dossier.RouteReturn, Unreadable: []string{"uy-quyen", "to-khai"}, Reasons: []string{"scan_unreadable"}}},
		"a poor scan returns, whatever sheets there are": {everyChannel, scanned{scan("to-khai", dossier.Unreadable), sheet("uy-quyen", dossier.FormPaperOriginal)},
			dossier.RouteDecision{Route: dossier.RouteReturn, Unreadable: []string{"to-khai"}, Paper: []string{"uy-quyen"}, Reasons: []string{"scan_unreadable"}}},
		"a poor scan of a demanded paper returns as well": {everyChannel, scanned{scan("giay-chung-nhan", dossier.Unreadable)},
			dossier.RouteDecision{Route: dossier.RouteReturn, Unreadable: []string{"giay-chung-nhan"}, Paper: []string{"giay-chung-nhan"}, Reasons: []string{"scan_unreadable"}}},
		"a sheet beside a scan": {everyChannel, scanned{scan("to-khai", dossier.Ready), sheet("uy-quyen", dossier.FormPaperOriginal)},
			dossier.RouteDecision{Route: dossier.RouteOnlineWithPaper, Paper: []string{"uy-quyen"}, Reasons: []string{"paper_given"}}},
		"a certified copy is a sheet": {everyChannel, scanned{scan("to-khai", dossier.Ready), sheet("uy-quyen", dossier.FormPaperCertified)},
			dossier.RouteDecision{Route: dossier.RouteOnlineWithPaper, Paper: []string{"uy-quyen"}, Reasons: []string{"paper_given"}}},
		"a scan whose original is demanded": {everyChannel, scanned{scan("to-khai", dossier.Ready), scan("giay-chung-nhan", dossier.Ready)},
			dossier.RouteDecision{Route: dossier.RouteOnlineWithPaper, Paper: []string{"giay-chung-nhan"}, Reasons: []string{"paper_demanded"}}},
		"given and demanded, each reason once": {everyChannel, scanned{scan("giay-chung-nhan", dossier.Ready), sheet("to-khai", dossier.FormPaperOriginal), sheet("uy-quyen", dossier.FormPaperOriginal)},
			dossier.RouteDecision{Route: dossier.RouteOnlineWithPaper, Paper: []string{"giay-chung-nhan", "to-khai", "uy-quyen"}, Reasons: []string{"paper_demanded", "paper_given"}}},
		"the demanded sheet itself": {everyChannel, scanned{sheet("giay-chung-nhan", dossier.FormPaperOriginal)},
			dossier.RouteDecision{Route: dossier.RoutePaper, Paper: []string{"giay-chung-nhan"}, Reasons: []string{"paper_demanded"}}},
		"sheets alone": {everyChannel, scanned{sheet("to-khai", dossier.FormPaperOriginal), sheet("uy-quyen", dossier.FormPaperOriginal)},
			dossier.RouteDecision{Route: dossier.RoutePaper, Paper: []string{"to-khai", "uy-quyen"}, Reasons: []string{"paper_given"}}},
		"not offered online": {postOnly, scanned{sheet("to-khai", dossier.FormPaperOriginal)},
			dossier.RouteDecision{Route: dossier.RoutePaper, Paper: []string{"to-khai"}, Reasons: []string{"paper_given", "online_not_offered"}}},
		"not offered online, scanned for the file": {postOnly, scanned{scan("giay-chung-nhan", dossier.Ready)},
			dossier.RouteDecision{Route: dossier.RoutePaper, Paper: []string{"giay-chung-nhan"}, Reasons: []string{"paper_demanded", "online_not_offered"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, dossier.DecideRoute(c.channels, routeWanted, c.given))
		})
	}
}

// TestOverride: a named person's choice goes before the check's, as far as it can
// be carried out with what is given.
func TestOverride(t *testing.T) {
	t.Parallel()
	type scanned = []dossier.Scanned
	onlyScan := []dossier.Wanted{{Code: "anh-the", Forms: []dossier.Form{dossier.FormScan}}}
	cases := map[string]struct {
		channels []string
		wanted   []dossier.Wanted
		route    dossier.Route
		given    scanned
		rule     string
		need     []string
		want     dossier.RouteDecision
	}{
		"a scan thought unreadable goes online": {everyChannel, routeWanted, dossier.RouteOnline, scanned{scan("to-khai", dossier.Unreadable)}, "", nil,
			dossier.RouteDecision{Route: dossier.RouteOnline, Reasons: []string{"overridden"}}},
		"paper, once it is given": {everyChannel, routeWanted, dossier.RoutePaper, scanned{scan("to-khai", dossier.Ready)}, "", []string{"to-khai"},
			dossier.RouteDecision{Route: dossier.RouteReturn, Unreadable: []string{"to-khai"}, Reasons: []string{"overridden", "paper_missing"}}},
		"paper, whose sheet is here": {everyChannel, routeWanted, dossier.RoutePaper, scanned{scan("giay-chung-nhan", dossier.Ready)}, "", nil,
			dossier.RouteDecision{Route: dossier.RoutePaper, Paper: []string{"giay-chung-nhan"}, Reasons: []string{"overridden"}}},
		"online would leave a sheet behind": {everyChannel, routeWanted, dossier.RouteOnline, scanned{scan("giay-chung-nhan", dossier.Ready)}, "route_leaves_paper", nil,
			dossier.RouteDecision{Route: dossier.RouteOnlineWithPaper, Paper: []string{"giay-chung-nhan"}, Reasons: []string{"paper_demanded", "override_void"}}},
		"online is not offered": {postOnly, routeWanted, dossier.RouteOnline, scanned{sheet("to-khai", dossier.FormPaperOriginal)}, "route_online_not_offered", nil,
			dossier.RouteDecision{Route: dossier.RoutePaper, Paper: []string{"to-khai"}, Reasons: []string{"paper_given", "online_not_offered", "override_void"}}},
		"post is not offered": {[]string{"online"}, routeWanted, dossier.RoutePaper, scanned{scan("to-khai", dossier.Ready)}, "route_post_not_offered", nil,
			dossier.RouteDecision{Route: dossier.RouteOnline, Reasons: []string{"scans_usable", "override_void"}}},
		"nothing to file": {everyChannel, routeWanted, dossier.RouteOnlineWithPaper, scanned{sheet("to-khai", dossier.FormPaperOriginal)}, "route_without_scan", nil,
			dossier.RouteDecision{Route: dossier.RoutePaper, Paper: []string{"to-khai"}, Reasons: []string{"paper_given", "override_void"}}},
		"taken as a scan only": {everyChannel, onlyScan, dossier.RoutePaper, scanned{scan("anh-the", dossier.Ready)}, "route_scan_only", nil,
			dossier.RouteDecision{Route: dossier.RouteOnline, Reasons: []string{"scans_usable", "override_void"}}},
		"in person is nobody's choice": {everyChannel, routeWanted, dossier.RouteNotAllowed, scanned{scan("to-khai", dossier.Ready)}, "route_not_a_choice", nil,
			dossier.RouteDecision{Route: dossier.RouteOnline, Reasons: []string{"scans_usable", "override_void"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			need, rule := dossier.Way{Channels: c.channels}.Lawful(c.route, c.wanted, c.given)
			require.Equal(t, c.rule, rule)
			require.Equal(t, c.need, need)
			require.Equal(t, c.want, dossier.Way{Channels: c.channels, Override: c.route}.Decide(c.wanted, c.given))
			require.Equal(t, rule == "", slices.Contains(dossier.Way{Channels: c.channels}.LawfulRoutes(c.wanted, c.given), c.route))
		})
	}
}

// TestPortalDown: while the portal takes nothing, what can go on paper does; the
// rest waits for it.
func TestPortalDown(t *testing.T) {
	t.Parallel()
	down := dossier.Way{Channels: everyChannel, PortalDown: true}
	for name, c := range map[string]struct {
		given   []dossier.Scanned
		route   dossier.Route
		reasons []string
	}{
		"the sheet is here":     {[]dossier.Scanned{scan("giay-chung-nhan", dossier.Ready)}, dossier.RoutePaper, []string{"paper_demanded", "portal_down"}},
		"a scan alone waits":    {[]dossier.Scanned{scan("to-khai", dossier.Ready)}, dossier.RouteOnline, []string{"scans_usable", "portal_down_wait"}},
		"a poor one comes back": {[]dossier.Scanned{scan("to-khai", dossier.Unreadable)}, dossier.RouteReturn, []string{"scan_unreadable"}},
		"paper is paper":        {[]dossier.Scanned{sheet("to-khai", dossier.FormPaperOriginal)}, dossier.RoutePaper, []string{"paper_given"}},
	} {
		d := down.Decide(routeWanted, c.given)
		require.Equal(t, c.route, d.Route, name)
		require.Equal(t, c.reasons, d.Reasons, name)
	}
}

func TestCheckRoute(t *testing.T) {
	t.Parallel()
	type given = []dossier.Given
	notAtAgent := []dossier.FieldError{{Pointer: "/procedure_code", Rule: "not_allowed_at_agent"}}
	needsPaper := func(pointer, component string) dossier.FieldError {
		return dossier.FieldError{Pointer: pointer, Rule: "paper_required", Args: map[string]string{"component": component}}
	}
	cases := map[string]struct {
		agentAllowed bool
		channels     []string
		given        given
		want         []dossier.FieldError
	}{
		"online takes scans":               {true, everyChannel, given{scan("to-khai", "").Given}, nil},
		"online takes sheets":              {true, everyChannel, given{sheet("to-khai", dossier.FormPaperOriginal).Given}, nil},
		"not at an agent":                  {false, everyChannel, given{scan("to-khai", "").Given}, notAtAgent},
		"in person only":                   {true, []string{"direct"}, given{sheet("to-khai", dossier.FormPaperOriginal).Given}, notAtAgent},
		"no channel at all":                {true, nil, nil, notAtAgent},
		"by post, on paper":                {true, postOnly, given{sheet("to-khai", dossier.FormPaperOriginal).Given}, nil},
		"by post, the original demanded":   {true, postOnly, given{scan("giay-chung-nhan", "").Given}, nil},
		"by post, paper and database":      {true, postOnly, given{sheet("to-khai", dossier.FormPaperOriginal).Given, sheet("uy-quyen", dossier.FormFromDatabase).Given}, nil},
		"by post, a scan nothing carries":  {true, postOnly, given{scan("to-khai", "").Given}, []dossier.FieldError{needsPaper("/components/0/form", "to-khai")}},
		"by post, one sheet and one scan":  {true, postOnly, given{sheet("to-khai", dossier.FormPaperOriginal).Given, scan("uy-quyen", "").Given}, []dossier.FieldError{needsPaper("/components/1/form", "uy-quyen")}},
		"by post, without a sheet":         {true, postOnly, given{sheet("uy-quyen", dossier.FormFromDatabase).Given}, []dossier.FieldError{needsPaper("/components", "to-khai")}},
		"by post, demanded, yet not given": {true, postOnly, given{sheet("giay-chung-nhan", dossier.FormFromDatabase).Given}, []dossier.FieldError{needsPaper("/components", "to-khai")}},
		"by post, nothing":                 {true, postOnly, nil, []dossier.FieldError{needsPaper("/components", "to-khai")}},
		"by post, not in the checklist":    {true, postOnly, given{scan("giay-khac", "").Given}, []dossier.FieldError{needsPaper("/components", "to-khai")}},
		"by post, two scans, each is told": {true, postOnly, given{scan("to-khai", "").Given, scan("uy-quyen", "").Given}, []dossier.FieldError{needsPaper("/components/0/form", "to-khai"), needsPaper("/components/1/form", "uy-quyen")}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, dossier.CheckRoute(c.agentAllowed, c.channels, routeWanted, c.given))
		})
	}
	t.Run("a checklist without paper", func(t *testing.T) {
		t.Parallel()
		wanted := []dossier.Wanted{{Code: "to-khai", Forms: []dossier.Form{dossier.FormFromDatabase}}}
		require.Equal(t, []dossier.FieldError{needsPaper("/components", "")}, dossier.CheckRoute(true, postOnly, wanted, nil))
	})
}

// TestWhatIsLetInCanBeSent is the promise of CheckRoute: whatever it and
// CheckComponents let in goes online or has sheets to carry, and everything
// given reaches the authority on one of the two ways.
func TestWhatIsLetInCanBeSent(t *testing.T) {
	t.Parallel()
	forms := []dossier.Form{dossier.FormScan, dossier.FormPaperOriginal, dossier.FormPaperCertified, dossier.FormFromDatabase, dossier.FormNotAvailable}
	rapid.Check(t, func(t *rapid.T) {
		channels := rapid.SliceOfDistinct(rapid.SampledFrom(everyChannel), rapid.ID[string]).Draw(t, "channels")
		var wanted []dossier.Wanted
		var given []dossier.Given
		var scans []dossier.Scanned
		for i := range rapid.IntRange(0, 4).Draw(t, "components") {
			code := strconv.Itoa(i)
			wanted = append(wanted, dossier.Wanted{Code: code, Forms: forms, PaperDemanded: rapid.Bool().Draw(t, "demanded")})
			if rapid.Bool().Draw(t, "given") {
				s := sheet(code, rapid.SampledFrom(forms).Draw(t, "form"))
				if s.Form == dossier.FormScan {
					s.Verdict = rapid.SampledFrom([]dossier.Verdict{dossier.Ready, dossier.Doubtful, dossier.Unreadable}).Draw(t, "verdict")
				}
				given, scans = append(given, s.Given), append(scans, s)
			}
		}
		if len(dossier.CheckRoute(true, channels, wanted, given)) > 0 {
			return
		}
		d := dossier.DecideRoute(channels, wanted, scans)
		if d.Route == dossier.RouteReturn {
			require.NotEmpty(t, d.Unreadable)
			return
		}
		require.Equal(t, d.Route.OnPaper(), len(d.Paper) > 0, "%v", d)
		require.True(t, d.Route.Online() || d.Route.OnPaper())
		for _, s := range scans {
			if s.Form == dossier.FormScan && !d.Route.Online() {
				require.Contains(t, d.Paper, s.Code, "a scan that nothing carries")
			}
			if s.Form.Paper() {
				require.Contains(t, d.Paper, s.Code)
			}
		}
	})
}
