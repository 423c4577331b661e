package printer

import (
	"hoso/internal/dossier"
	"hoso/internal/forms"
	"hoso/internal/store"
)

// The forms that are given at the counter: slip and receipt.

func (f *facts) slip() *forms.Slip {
	sender, owner := f.sender()
	s := &forms.Slip{
		Head: f.head(), FiledAt: f.dossier.FiledAt, Sender: sender, Owner: owner, Authority: f.decides.Name, Components: f.components(),
		Way: f.way(), Result: f.result(), Clerk: wordClerk + f.dossier.Clerk, Lookup: f.lookup(),
	}
	if f.dossier.DeliveryMethod == dossier.ByCourier {
		s.Carrier = f.carrier(f.dossier.DeliveryCarrier)
	}
	if f.hasPapers() {
		s.Terms = []string{wordTerms}
	}
	return s
}

// way says how the dossier goes to the authority, as far as that is known at the
// counter.
func (f *facts) way() string {
	scans := false
	for _, g := range f.given {
		scans = scans || g.Form == dossier.FormScan
	}
	switch {
	case scans && f.hasPapers():
		return "Nộp trực tuyến và chuyển bản giấy"
	case f.hasPapers():
		return "Chuyển bản giấy"
	default:
		return "Nộp trực tuyến"
	}
}

func (f *facts) receipt() *forms.Receipt {
	submitter, owner := f.sender()
	r := &forms.Receipt{
		Head: f.authorityHead(), Submitter: submitter, Owner: owner, Channel: "Qua đại lý dịch vụ công trực tuyến: " + f.agent.Name,
		Components: f.components(), Sets: max(f.dossier.Quantity, 1), Term: f.term(), DueAt: f.Data.DueAt, Result: f.result(),
		Lookup: f.lookup(), Officer: wordDesk,
	}
	if f.Data.ReceivedAt != nil {
		r.ReceivedAt = *f.Data.ReceivedAt
	}
	return r
}

// term is the one that the due date was counted by, or else the procedure's.
func (f *facts) term() string {
	if d := store.DueDateAt(f.dates, f.Seq); d != nil && d.TermN > 0 {
		return termWords(d.TermN, d.TermUnit)
	}
	t := f.procedure.TermOf(f.kase)
	return termWords(t.N, t.Unit)
}
