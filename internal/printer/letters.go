package printer

import (
	"cmp"

	"hoso/internal/dossier"
	"hoso/internal/forms"
)

// The forms in which the authority turns to the citizen.

func (f *facts) request() *forms.Supplement {
	s := &forms.Supplement{
		Head: f.authorityHead(), Owner: f.applicant(), Round: f.N, Items: f.asked(), Reason: f.reason(wordSupplement), Until: f.Data.Until,
		Officer: wordDesk, Guide: wordDesk, Website: f.lookup(),
	}
	if f.N > 1 {
		s.Basis = f.basis()
	}
	return s
}

// asked lists what is to be given.
func (f *facts) asked() []forms.Item {
	var items []forms.Item
	for _, code := range f.Data.Asked {
		if code == "in_words" { // the authority named no component
			items = append(items, forms.Item{Name: wordInWords})
			continue
		}
		items = append(items, f.askedOf(code))
	}
	if len(items) == 0 {
		items = append(items, forms.Item{Name: wordInWords})
	}
	return items
}

// askedOf is what is asked of one component: its pages and the words on them.
func (f *facts) askedOf(code string) forms.Item {
	item := forms.Item{Name: f.componentName(code)}
	for _, part := range f.Data.Parts {
		if part.Component == code {
			item.Pages = append(item.Pages, part.Pages...)
			item.Reason = cmp.Or(item.Reason, f.texts[part.TextID])
		}
	}
	return item
}

// basis is what a further request rests on: the words of its approval.
func (f *facts) basis() string {
	for i := len(f.entries) - 1; i >= 0; i-- {
		if f.entries[i].Kind == string(dossier.Approve) {
			return cmp.Or(f.texts[f.entries[i].TextID], wordBasis)
		}
	}
	return wordBasis
}

func (f *facts) refusal() *forms.Refusal {
	_, owner := f.sender()
	r := &forms.Refusal{
		Head: f.authorityHead(), SubmittedAt: f.dossier.FiledAt, Owner: f.applicant(), Reason: f.reason(wordRefused), Return: f.returned(),
		Officer: wordDesk, Refuser: wordDesk,
	}
	if owner != nil {
		sender, _ := f.sender()
		r.Submitter = sender.Name
	}
	return r
}

func (f *facts) returned() string {
	if f.hasPapers() {
		return wordPapersBack
	}
	return ""
}

// draft leaves reason, new date and signature open: they are the authority's.
func (f *facts) draft() *forms.Extension {
	e := f.apology()
	e.Draft, e.Head.Number, e.Signer, e.Reason = true, "", forms.Signer{}, ""
	if f.Data.DueAt != nil {
		e.DueAt = *f.Data.DueAt
	}
	return e
}

func (f *facts) extension() *forms.Extension {
	e := f.apology()
	if f.Data.DueBefore != nil {
		e.DueAt = *f.Data.DueBefore
	}
	if f.Data.DueAt != nil {
		e.NewDueAt = *f.Data.DueAt
	}
	return e
}

func (f *facts) apology() *forms.Extension {
	e := &forms.Extension{Head: f.authorityHead(), Addressee: f.applicant(), Reason: f.reason(wordExtended), Signer: desk(f.decides.Name), Recipients: recipients}
	e.Head.Number = f.reference()
	if f.Data.ReceivedAt != nil {
		e.ReceivedAt = *f.Data.ReceivedAt
	}
	return e
}

// stop is the authority's; where the authority had not received the dossier yet,
// the office that took it says so.
func (f *facts) stop() *forms.Stop {
	s := &forms.Stop{Head: f.authorityHead(), Addressee: f.applicant(), ReceivedAt: f.Data.ReceivedAt, Reason: f.reason(wordStopped), Return: f.returned(),
		Officer: wordDesk, Signer: desk(f.decides.Name), Recipients: recipients}
	if f.Data.ReceivedAt == nil {
		s.Head, s.Officer, s.Signer = f.head(), f.agent.Name, forms.Signer{Title: wordAgent, Name: f.agent.Name}
	}
	s.Head.Number = f.reference()
	if dataOf(f.entry())["status"] == dossier.Withdrawn.Name() {
		at := f.entry().At
		s.RequestedAt, s.Reason = &at, f.reason(wordWithdrawn)
	}
	return s
}

// desk signs where no officer is known.
func desk(authority string) forms.Signer { return forms.Signer{Title: wordDeskTitle, Name: authority} }

var recipients = []string{"Như trên", "Lưu: hồ sơ"}
