package printer

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/forms"
	"hoso/internal/store"
)

// BagSheet gives the hand-over record of a bag: of the offer that is open, with a
// line for the taker to sign on; otherwise of the last take.
func (p *Printer) BagSheet(ctx context.Context, b store.Bag) (*forms.Handover, error) {
	papers, steps, err := p.store.InBag(ctx, b.Number)
	if err != nil {
		return nil, err
	}
	byDossier := map[string][]store.Paper{}
	var codes []string
	for _, paper := range papers {
		if byDossier[paper.DossierCode] == nil {
			codes = append(codes, paper.DossierCode)
		}
		byDossier[paper.DossierCode] = append(byDossier[paper.DossierCode], paper)
	}
	rows, err := p.store.BookLines(ctx, b.Office, codes)
	if err != nil {
		return nil, err
	}
	n, err := p.namesOn(ctx, b.SealedAt)
	if err != nil {
		return nil, err
	}
	h := handoverOf(b, steps, p.store.Now())
	sheet := &forms.Handover{Head: p.officeHead(n, b.Office), At: h.at, Giver: n.party(h.giver, h.by), Taker: n.party(h.taker, h.takenBy),
		Note: fmt.Sprintf(wordSealedBag, b.Number, b.Seal)}
	for _, l := range rows {
		sheet.Lines = append(sheet.Lines, forms.HandoverLine{
			Code: code(l.Dossier), Procedure: n.procedure(l.Dossier), Owner: l.Applicant.FullName, Papers: paperWords(byDossier[l.Code]),
			Fee: l.FeePaid > 0, ByPost: l.DeliveryMethod == dossier.ByCourier,
		})
	}
	return sheet, nil
}

// bagHandover is the newest hand-over of a bag; takenBy is "" while it is open.
type bagHandover struct {
	at           time.Time
	giver, taker custody.Holder
	by, takenBy  string // subjects
}

func handoverOf(b store.Bag, steps []store.BagStep, now time.Time) bagHandover {
	h := bagHandover{at: now, giver: b.Custody().From, taker: b.Custody().To, by: b.SealedBy}
	for _, st := range steps {
		var then struct{ Holder, Offered custody.Holder }
		if json.Unmarshal([]byte(st.Data), &then) != nil {
			continue
		}
		switch st.Kind {
		case "bag_offered":
			h = bagHandover{at: now, giver: then.Holder, by: st.Subject, taker: then.Offered}
		case "bag_taken":
			h.at, h.takenBy = st.At, st.Subject
		}
	}
	return h
}

// party is one side of a hand-over: its unit, and who acted for it.
func (n names) party(h custody.Holder, subject string) forms.Party {
	p := forms.Party{Unit: h.ID, Name: wordToSign}
	switch h.Kind {
	case custody.Office:
		p.Unit = n.office(h.ID).Name
	case custody.Carrier:
		p.Unit = n.carrier(h.ID)
	case custody.Authority:
		p.Unit = n.authority(h.ID).Name
	}
	if subject != "" {
		p.Name = wordClerk + subject
	}
	return p
}
