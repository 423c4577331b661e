package api

import (
	"cmp"
	"context"
	"net/http"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/store"
)

type listsInput struct {
	Page
	Day       string `query:"day" format:"date" maxLength:"10" doc:"Today if absent."`
	Office    string `query:"office" maxLength:"40" doc:"Only this office's."`
	Authority string `query:"authority" maxLength:"40" doc:"Only this authority's."`
}

type listsOutput struct{ Body List[DailyList] }

// DailyList is what an office or an authority had to look after on a morning.
type DailyList struct {
	Unit     ListedUnit   `json:"unit"`
	Day      string       `json:"day" format:"date"`
	MadeAt   Time         `json:"made_at" doc:"The list tells how things stood then; a dossier's own answer tells how they stand."`
	Counts   ListedCounts `json:"counts" doc:"A dossier counts under each of its reasons."`
	Dossiers []ListedItem `json:"dossiers"`
}

// ListedUnit is whose list it is.
type ListedUnit struct {
	Kind string `json:"kind" enum:"office,authority"`
	ID   string `json:"id" example:"VNPHKI"`
	Name string `json:"name,omitempty"`
}

// ListedCounts sum a list up.
type ListedCounts struct {
	Overdue     int `json:"overdue"`
	DueToday    int `json:"due_today"`
	DueSoon     int `json:"due_soon" doc:"Within one working day of the unit's calendar."`
	Warned      int `json:"warned"`
	WaitingLong int `json:"waiting_long" doc:"For the clerk or the citizen, beyond the limit."`
	Parked      int `json:"parked"`
}

// ListedItem is a dossier on a list.
type ListedItem struct {
	Code       string          `json:"code" example:"VNPHKI-250205-0001-M"`
	Procedure  ListedProcedure `json:"procedure"`
	Office     string          `json:"office"`
	Authority  string          `json:"authority"`
	Stage      dossier.Stage   `json:"stage" enum:"intake,digitization,submission,decision,delivery,closed"`
	Status     DossierStatus   `json:"status"`
	Why        []ListedReason  `json:"why" doc:"The most pressing first."`
	DueAt      *Time           `json:"due_at" nullable:"true"`
	Reached    string          `json:"reached,omitempty" doc:"The last warning: half, most, draft, day_before."`
	Parked     string          `json:"parked,omitempty" doc:"The kind of the open task."`
	WaitingFor WaitingFor      `json:"waiting_for"`
}

// ListedProcedure names a procedure on a list.
type ListedProcedure struct {
	Code string `json:"code"`
	Name string `json:"name,omitempty"`
}

// ListedReason is why a dossier is on a list.
type ListedReason struct {
	Code  string `json:"code" enum:"overdue,due_today,due_soon,warned,waiting_long,parked"`
	Label string `json:"label" example:"Quá hạn trả kết quả"`
}

func (s *Server) registerLists() {
	register(s, Op{
		ID: "daily-lists", Method: http.MethodGet, Path: "/v1/lists", Tag: "dossiers",
		Summary: "What each office and authority has to look after on a working day",
		Doc: "Written once at seven on each morning on which the unit works, and kept. A clerk sees the office's own list, " +
			"a supervisor those of the network's offices, an officer the authority's own, others all.",
	}, readers, s.dailyLists)
}

// listKey is where a page of lists ends.
type listKey struct {
	Kind string `json:"k"`
	Unit string `json:"u"`
}

func (s *Server) dailyLists(ctx context.Context, in *listsInput) (*listsOutput, error) {
	f, err := s.listFilter(in)
	if err != nil {
		return nil, err
	}
	c, err := s.cat.get(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.DailyLists(ctx, scopeOf(SubjectFrom(ctx)), f)
	if err != nil {
		return nil, err
	}
	return &listsOutput{pageOf(in.Page, rows,
		func(r store.DailyList) any { return listKey{r.UnitKind, r.Unit} },
		func(r store.DailyList) DailyList { return listView(requestIn(ctx).lang, r, c) })}, nil
}

func (s *Server) listFilter(in *listsInput) (store.ListFilter, error) {
	f := store.ListFilter{Day: cmp.Or(in.Day, dossier.LocalDay(s.deps.Now())), Office: in.Office, Authority: in.Authority, Limit: in.Limit + 1}
	if in.Office != "" && in.Authority != "" {
		return f, NewInvalidRequest(Parameter("office", "authority_or_office"))
	}
	var after listKey
	_, err := DecodeCursor(in.Cursor, &after)
	f.AfterKind, f.AfterUnit = after.Kind, after.Unit
	return f, err
}

func listView(l lang, row store.DailyList, c *catalogue.Catalogue) DailyList {
	v := DailyList{Unit: ListedUnit{Kind: row.UnitKind, ID: row.Unit, Name: unitName(c, row)}, Day: row.Day, MadeAt: At(row.CreatedAt), Dossiers: []ListedItem{}}
	for _, d := range row.Body {
		p, _ := c.Procedure(d.Procedure, row.Day)
		item := ListedItem{Code: d.Code, Procedure: ListedProcedure{Code: d.Procedure, Name: p.Name}, Office: d.Office, Authority: d.Authority, Stage: d.Stage,
			Status: statusView(l, d.Status), DueAt: AtOrNil(d.DueAt), Reached: d.Mark, Parked: d.Parked, WaitingFor: waitingView(l, d.Who, d.What, d.Until)}
		for _, why := range d.Why {
			item.Why = append(item.Why, ListedReason{Code: why, Label: l.why(why)})
			v.Counts.add(why)
		}
		v.Dossiers = append(v.Dossiers, item)
	}
	return v
}

func unitName(c *catalogue.Catalogue, row store.DailyList) string {
	if row.UnitKind == store.UnitOffice {
		o, _ := c.Office(row.Unit, row.Day)
		return o.Name
	}
	a, _ := c.Authority(row.Unit, row.Day)
	return a.Name
}

func (c *ListedCounts) add(why string) {
	switch why {
	case store.WhyOverdue:
		c.Overdue++
	case store.WhyDueToday:
		c.DueToday++
	case store.WhyDueSoon:
		c.DueSoon++
	case store.WhyWarned:
		c.Warned++
	case store.WhyWaiting:
		c.WaitingLong++
	case store.WhyParked:
		c.Parked++
	}
}
