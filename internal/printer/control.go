package printer

import (
	"cmp"
	"strings"
	"time"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/forms"
	"hoso/internal/store"
)

// control is the way of the dossier: every time it, or its papers, changed hands.
func (f *facts) control() *forms.Control {
	c := &forms.Control{Head: f.head(), Owner: f.people[store.PartApplicant].FullName, ReceivedAt: f.Data.ReceivedAt, DueAt: f.Data.DueAt, Authority: f.decides.Name}
	w := way{facts: f, papers: f.agent.Name}
	for _, e := range f.entries {
		w.take(e)
	}
	c.Steps = w.steps
	return c
}

// way gathers the steps; papers is who holds the originals.
type way struct {
	*facts
	papers string
	steps  []forms.Step
}

func (w *way) add(e store.AuditEntry, from, to, note string) *forms.Step {
	w.steps = append(w.steps, forms.Step{From: from, To: to, At: e.At, Note: note})
	return &w.steps[len(w.steps)-1]
}

// take reads one entry of the ledger.
func (w *way) take(e store.AuditEntry) {
	data := dataOf(e)
	office, authority := w.agent.Name, w.decides.Name
	switch e.Kind {
	case "filed":
		w.add(e, wordCitizen, office, "").Taker = wordClerk + w.dossier.Clerk
	case "submitted":
		w.add(e, office, authority, "Nộp qua "+wordPortal)
	case "supplement":
		w.add(e, wordCitizen, office, "Bổ sung hồ sơ")
	case "supplement_handed_on":
		w.add(e, office, authority, "Chuyển phần bổ sung")
	case "papers_take":
		w.pass(e, data["by"], "Giao nhận giấy tờ")
	case "papers_travel", "papers_brought", "papers_back":
		w.pass(e, data["holder"], "Chuyển phát giấy tờ")
	case "status", "decision", "override", "status_passed":
		w.decided(e, data)
	case "withdrawn":
		w.add(e, wordCitizen, office, "Rút hồ sơ")
	case "delivered", "collected", "result_electronic", "closed":
		w.add(e, w.last(), wordCitizen, endWords[e.Kind])
	}
}

var endWords = map[string]string{"delivered": "Đã phát kết quả", "collected": "Đã nhận tại quầy", "result_electronic": "Trả kết quả điện tử", "closed": "Kết thúc hồ sơ"}

// last is who gives the dossier out of hand.
func (w *way) last() string {
	if w.dossier.DeliveryMethod == dossier.ByCourier && w.dossier.DeliveryCarrier != "" {
		return w.carrier(w.dossier.DeliveryCarrier)
	}
	return w.agent.Name
}

// pass gives the papers to the next holder, if it is another one.
func (w *way) pass(e store.AuditEntry, holder, note string) {
	to := w.holder(holder)
	if to == "" || to == w.papers {
		return
	}
	w.add(e, w.papers, to, note)
	w.papers = to
}

// holder names who is written "carrier vnpost".
func (w *way) holder(written string) string {
	kind, id, _ := strings.Cut(written, " ")
	switch kind {
	case custody.Office:
		return w.office(id).Name
	case custody.Carrier:
		return w.carrier(id)
	case custody.Authority:
		return w.authority(id).Name
	case custody.Citizen:
		return wordCitizen
	default:
		return ""
	}
}

// decided is the authority's word. Acceptance takes the dossier over from the
// office; what asks for something, or ends the work, gives it back.
func (w *way) decided(e store.AuditEntry, data map[string]string) {
	status, known := dossier.ParseStatus(cmp.Or(data["to"], data["status"]))
	if !known {
		return
	}
	office, authority := w.agent.Name, w.decides.Name
	switch status {
	case dossier.Accepted:
		w.add(e, office, authority, status.Label()).Taker = wordDesk
	case dossier.Processing:
		w.add(e, authority, authority, status.Label()).Giver = wordDesk
	default:
		step := w.add(e, authority, office, status.Label())
		if status.Decided() {
			step.Result = w.timeliness(e)
		}
	}
}

// timeliness says how a decision stood to the due date in force.
func (w *way) timeliness(e store.AuditEntry) forms.Timeliness {
	due, at := w.Data.DueAt, happened(e)
	if d := store.DueDateAt(w.dates, e.Seq); d != nil {
		due = &d.DueAt
	}
	switch {
	case due == nil:
		return ""
	case at.After(*due):
		return forms.Late
	case dossier.LocalDay(at) < dossier.LocalDay(*due):
		return forms.Early
	default:
		return forms.OnTime
	}
}

// happened is when an entry's matter happened: a report says so itself.
func happened(e store.AuditEntry) time.Time {
	if at, err := time.Parse(time.RFC3339, dataOf(e)["occurred_at"]); err == nil {
		return at
	}
	return e.At
}
