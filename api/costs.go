package api

import (
	"slices"
	"strconv"
	"strings"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
)

// ReadbackCosts are the fees as the catalogue has them.
type ReadbackCosts struct {
	Items    []ReadbackCost `json:"items"`
	Total    int64          `json:"total" doc:"Whole đồng, of what is known."`
	Complete bool           `json:"complete" doc:"false where an amount is set elsewhere or depends on what is not known yet."`
}

// ReadbackCost is one fee.
type ReadbackCost struct {
	Name   string `json:"name"`
	Amount *int64 `json:"amount" nullable:"true" doc:"For one; null where it is set elsewhere and not known here."`
	Per    string `json:"per" enum:"dossier,copy,page,person,case"`
	Count  int    `json:"count,omitempty" doc:"How many of it; absent where it is not known yet."`
	Sum    *int64 `json:"sum" nullable:"true" doc:"null where it is not known."`
	Note   string `json:"note,omitempty"`
}

// costs are the fees of the way that a dossier takes.
func (src source) costs(route dossier.Route) ReadbackCosts {
	v := ReadbackCosts{Items: []ReadbackCost{}, Complete: true}
	for _, f := range src.proc.Fees {
		if len(f.Channels) > 0 && !slices.Contains(f.Channels, channelOf(route)) {
			continue
		}
		one := ReadbackCost{Name: f.Name, Amount: f.Amount, Per: f.Per, Count: countOf(f, src.quantity), Note: f.Note}
		if f.Amount != nil && (one.Count > 0 || *f.Amount == 0) {
			sum := *f.Amount * int64(one.Count)
			one.Sum = &sum
			v.Total += sum
		}
		v.Complete = v.Complete && one.Sum != nil
		v.Items = append(v.Items, one)
	}
	return v
}

// channelOf is the channel by whose fees a route goes. What comes back goes online
// once it is mended.
func channelOf(r dossier.Route) string {
	if r == dossier.RoutePaper {
		return "post"
	}
	return "online"
}

// countOf is how many a fee is counted for; 0 where only the authority knows.
func countOf(f catalogue.Fee, quantity int) int {
	switch f.Per {
	case "copy":
		return quantity
	case "dossier", "case":
		return 1
	default:
		return 0
	}
}

func (c ReadbackCosts) sentences(l lang) []string {
	if len(c.Items) == 0 {
		return []string{text{"Không có phí, lệ phí trong danh mục.", "No fee is listed."}[l]}
	}
	var out []string
	for _, one := range c.Items {
		switch {
		case one.Sum != nil:
			out = append(out, text{"{name}: {sum} đồng.", "{name}: {sum} đồng."}.in(l, map[string]string{"name": one.Name, "sum": dong(*one.Sum)}))
		case one.Amount != nil:
			out = append(out, text{"{name}: {amount} đồng cho mỗi {per}, số lượng chưa xác định.", "{name}: {amount} đồng per {per}; how many is not known yet."}.
				in(l, map[string]string{"name": one.Name, "amount": dong(*one.Amount), "per": perWords[one.Per][l]}))
		default:
			out = append(out, text{"{name}: chưa biết mức thu, cơ quan sẽ thông báo.", "{name}: the amount is not known here; the authority will tell."}.in(l, map[string]string{"name": one.Name}))
		}
	}
	return out
}

var perWords = map[string]text{"dossier": {"hồ sơ", "dossier"}, "copy": {"bản", "copy"}, "page": {"trang", "page"}, "person": {"người", "person"}, "case": {"việc", "case"}}

// dong writes a sum with dots between thousands, as is usual in Vietnam.
func dong(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(r)
	}
	return b.String()
}
