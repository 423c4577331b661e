package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/store"
)

// places are where the scoped dossiers of a test lie; each is filed under its name.
var places = map[string][3]string{ // office, network, authority
	"hoan kiem":       {"VNPHKI", "vnpost", "H26.12.03"},
	"hoan kiem, dong": {"VNPHKI", "vnpost", "H26.06.01"},
	"ba dinh":         {"VNPBDI", "vnpost", "H26.12.03"},
	"cau giay":        {"VTPCGI", "viettelpost", "H26.06.01"},
}

func (f *fixture) filePlaces() map[string]store.Dossier {
	rows := map[string]store.Dossier{}
	for name, p := range places {
		rows[name] = f.file(of(p[0], p[1], p[2]))
	}
	return rows
}

func TestScope(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		rows := f.filePlaces()
		for name, c := range map[string]struct {
			scope store.Scope
			sees  []string
		}{
			"nobody":             {store.Scope{}, nil},
			"all":                {all, []string{"hoan kiem", "hoan kiem, dong", "ba dinh", "cau giay"}},
			"office":             {store.Scope{Office: "VNPHKI"}, []string{"hoan kiem", "hoan kiem, dong"}},
			"office and network": {store.Scope{Office: "VNPBDI", Network: "vnpost"}, []string{"ba dinh"}},
			"network":            {store.Scope{Network: "vnpost"}, []string{"hoan kiem", "hoan kiem, dong", "ba dinh"}},
			"authority":          {store.Scope{Authority: "H26.06.01"}, []string{"hoan kiem, dong", "cau giay"}},
			"another office":     {store.Scope{Office: "FPTDDA"}, nil},
			"another network":    {store.Scope{Network: "fpt"}, nil},
			"another authority":  {store.Scope{Authority: "H26"}, nil},
			"a pattern":          {store.Scope{Office: "VNP%"}, nil},
		} {
			var sees []string
			for place, want := range rows {
				got, err := f.Dossier(t.Context(), c.scope, want.Code)
				if err == nil {
					require.Equal(t, want, got)
					sees = append(sees, place)
					continue
				}
				require.ErrorIs(t, err, store.ErrNotFound, name)
				require.Zero(t, got, name)
			}
			require.ElementsMatch(t, c.sees, sees, name)

			list, err := f.Dossiers(t.Context(), c.scope, store.Filter{Limit: 10})
			require.NoError(t, err)
			require.Len(t, list, len(c.sees), name)
			// No filter reaches beyond the scope.
			for _, wish := range []store.Filter{{Office: "VTPCGI"}, {Network: "viettelpost"}, {Query: rows["cau giay"].Code}, {Query: "nguyen"}, {Authority: "H26.06.01"}} {
				wish.Limit = 10
				list, err := f.Dossiers(t.Context(), c.scope, wish)
				require.NoError(t, err)
				for _, d := range list {
					require.True(t, slices.ContainsFunc(c.sees, func(p string) bool { return rows[p].Code == d.Code }), "%s: %+v", name, wish)
				}
			}
		}
		_, err := f.Dossier(t.Context(), all, "VNPHKI-250205-9999-X")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		rows := f.filePlaces()
		only := rows["ba dinh"].Code
		yes, no := true, false
		for column, value := range map[string]any{
			"status": dossier.Processing, "stage": dossier.StageDecision, "procedure_code": "1.001193", "waiting_who": dossier.WhoAuthority,
			"overdue": true, "parked": "portal_unreachable",
		} {
			f.exec("UPDATE dossiers SET "+column+" = ? WHERE code = ?", value, only)
		}
		for name, c := range map[string]struct {
			filter store.Filter
			hits   int
		}{
			"status":           {store.Filter{Status: dossier.Processing}, 1},
			"other status":     {store.Filter{Status: dossier.Registered}, 3},
			"stage":            {store.Filter{Stage: dossier.StageDecision}, 1},
			"office":           {store.Filter{Office: "VNPBDI"}, 1},
			"network":          {store.Filter{Network: "vnpost"}, 3},
			"authority":        {store.Filter{Authority: "H26.12.03"}, 2},
			"procedure":        {store.Filter{Procedure: "1.001193"}, 1},
			"waiting for":      {store.Filter{WaitingFor: dossier.WhoAuthority}, 1},
			"overdue":          {store.Filter{Overdue: &yes}, 1},
			"not overdue":      {store.Filter{Overdue: &no}, 3},
			"parked":           {store.Filter{Parked: &yes}, 1},
			"not parked":       {store.Filter{Parked: &no}, 3},
			"all together":     {store.Filter{Status: dossier.Processing, Stage: dossier.StageDecision, Office: "VNPBDI", Network: "vnpost", Authority: "H26.12.03", Procedure: "1.001193", WaitingFor: dossier.WhoAuthority, Overdue: &yes, Parked: &yes, Query: "an"}, 1},
			"contradictory":    {store.Filter{Office: "VNPBDI", Network: "viettelpost"}, 0},
			"unknown":          {store.Filter{Stage: "nowhere"}, 0},
			"none":             {store.Filter{}, 4},
			"injection":        {store.Filter{Office: "' OR 1=1 --"}, 0},
			"injection by q":   {store.Filter{Query: "' OR 1=1 --"}, 0},
			"injection by who": {store.Filter{WaitingFor: `manager" OR "1"="1`}, 0},
		} {
			c.filter.Limit = 10
			list, err := f.Dossiers(t.Context(), all, c.filter)
			require.NoError(t, err, name)
			require.Len(t, list, c.hits, name)
			if c.hits == 1 {
				require.Equal(t, only, list[0].Code, name)
			}
		}
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		named := func(name, phone string) string {
			n := filing()
			n.Applicant.FullName, n.Applicant.Phone = name, phone
			return f.file(n).Code
		}
		duc := named("Nguyễn Văn Đức", "0900000777")
		percent := named("Công ty 100% Việt_Nam!", "0911000888")
		other := named("Nguyễn Thị Ánh", "")
		f.exec("UPDATE dossiers SET portal_code = 'H26.12.03-250205-0001' WHERE code = ?", duc)
		for q, want := range map[string][]string{
			"nguyen":                        {duc, other},
			"NGUYỄN":                        {duc, other},
			"nguyễn văn đức":                {duc},
			"Nguye\u0302\u0303n  Va\u0306n": {duc}, // accents apart from their letters
			"đức":                           {duc},
			"Duc":                           {duc},
			"ánh":                           {other},
			duc:                             {duc},
			" " + duc + " ":                 {duc},
			"vnphki-250205-0001":            {duc},
			"VNPHKI-250205":                 {duc, percent, other},
			"250205":                        nil, // a code is found from its beginning
			"H26.12.03-250205-0001":         {duc},
			"h26.12.03-250205-0001":         {duc},
			"H26.12.03":                     nil, // the official number only whole
			"0777":                          {duc},
			"777":                           nil, // a phone by its four last digits
			"0900000777":                    nil,
			"%":                             {percent},
			"100%":                          {percent},
			"1%0":                           nil,
			"viet_nam!":                     {percent},
			"viet-nam":                      nil,
			"v_et":                          nil,
			"!":                             {percent},
			"!%":                            nil,
			`\`:                             nil,
			"'":                             nil,
			"nobody":                        nil,
		} {
			list, err := f.Dossiers(t.Context(), all, store.Filter{Query: q, Limit: 10})
			require.NoError(t, err, q)
			var got []string
			for _, d := range list {
				got = append(got, d.Code)
			}
			require.ElementsMatch(t, want, got, q)
		}
	})
}

func TestPaging(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		// Several at the same microsecond, with fractions of every length.
		for i := range 23 {
			f.clock.set(moment.Truncate(time.Second).Add([]time.Duration{0, 0, 100 * time.Millisecond, 120 * time.Millisecond, time.Microsecond}[i%5]))
			f.file(of("VNPHKI", []string{"vnpost", "fpt"}[i%2], "H26.12.03"))
		}
		want, err := f.Dossiers(t.Context(), all, store.Filter{Limit: 100})
		require.NoError(t, err)
		require.Len(t, want, 23)
		require.True(t, slices.IsSortedFunc(want, func(a, b store.Dossier) int { return b.FiledAt.Compare(a.FiledAt) }), "newest first")
		for limit := 1; limit <= 24; limit += 5 {
			for zone, in := range map[string]*time.Location{"utc": time.UTC, "local": dossier.Zone} {
				var got []store.Dossier
				after := store.Filter{Limit: limit}
				for page := 0; ; page++ {
					require.LessOrEqual(t, page, 24, "no end")
					rows, err := f.Dossiers(t.Context(), all, after)
					require.NoError(t, err)
					require.LessOrEqual(t, len(rows), limit)
					got = append(got, rows...)
					if len(rows) < limit {
						break
					}
					last := rows[len(rows)-1]
					after.AfterTime, after.AfterCode = last.FiledAt.In(in), last.Code
				}
				require.Equal(t, codes(want), codes(got), "pages of %d, cursor in %s", limit, zone)
			}
		}
	})
}

// Filings that come in between show on no later page and move none away.
func TestPagingWhileFiling(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		for range 6 {
			f.clock.add(time.Second)
			f.file(filing())
		}
		want, err := f.Dossiers(t.Context(), all, store.Filter{Limit: 100})
		require.NoError(t, err)
		var got []store.Dossier
		after := store.Filter{Limit: 2}
		for range 3 {
			rows, err := f.Dossiers(t.Context(), all, after)
			require.NoError(t, err)
			got = append(got, rows...)
			after.AfterTime, after.AfterCode = rows[1].FiledAt, rows[1].Code
			f.clock.add(time.Second)
			f.file(filing())
		}
		require.Equal(t, codes(want), codes(got))
	})
}

func codes(rows []store.Dossier) (out []string) {
	for _, d := range rows {
		out = append(out, d.Code)
	}
	return out
}

func TestShipmentPaging(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		d := f.file(filing())
		carriers := []string{"vnpost", "viettelpost"}
		for i := range 9 {
			f.clock.add(time.Duration(i%3) * 100 * time.Millisecond)
			_, err := f.BeginBooking(t.Context(), d.Code, "home", i+1, carriers[i%2], fmt.Sprintf("%s/courier/home/%d", d.Code, i+1))
			require.NoError(t, err)
		}
		f.exec("UPDATE shipments SET state = 'delivered' WHERE attempt = 3")
		for name, c := range map[string]struct {
			filter store.ShipmentFilter
			hits   int
		}{
			"all": {store.ShipmentFilter{}, 9}, "carrier": {store.ShipmentFilter{Carrier: "vnpost"}, 5}, "state": {store.ShipmentFilter{State: dossier.DeliveryDelivered}, 1},
			"both": {store.ShipmentFilter{Carrier: "viettelpost", State: dossier.DeliveryDelivered}, 0},
		} {
			seen := map[string]bool{}
			c.filter.Limit = 2
			for page := 0; ; page++ {
				require.LessOrEqual(t, page, 9, "no end")
				rows, err := f.Shipments(t.Context(), c.filter)
				require.NoError(t, err)
				for _, sh := range rows {
					require.False(t, seen[sh.ID], "%s: twice", name)
					seen[sh.ID] = true
				}
				if len(rows) < 2 {
					break
				}
				c.filter.AfterTime, c.filter.AfterID = rows[1].CreatedAt.In(dossier.Zone), rows[1].ID
			}
			require.Len(t, seen, c.hits, name)
		}
	})
}
