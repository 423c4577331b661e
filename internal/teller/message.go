package teller

import (
	"context"

	"hoso/internal/notice"
	"hoso/internal/notify"
)

// message writes what is to be sent and finds out to whom. problem is the cause
// for which there is none.
func (a attempt) message(ctx context.Context) (m notify.Message, problem string) {
	if !a.known {
		return m, causeAway
	}
	to := a.address()
	if to == "" {
		return m, causeNoAddress
	}
	names := a.namesOf()
	l, err := a.book.Write(a.Channel, a.Lang, a.Event, a.Facts, names)
	if err != nil {
		a.log.ErrorContext(ctx, "notification cannot be written", "key", a.Key(), "version", a.book.Version)
		return m, causeNoWords
	}
	return notify.Message{Key: a.Key(), To: to, Subject: l.Subject, Text: l.Text}, ""
}

// address is whom to tell by this channel, as the people of the dossier are now.
func (a attempt) address() string {
	for _, part := range a.book.Parts {
		p := a.about.People[part]
		if a.Channel == notice.BySMS && a.book.Textable(p.Phone) {
			return p.Phone
		}
		if a.Channel == notice.ByEmail && p.Email != "" {
			return p.Email
		}
	}
	return ""
}

func (a attempt) namesOf() notice.Names {
	d := a.about.Dossier
	n := a.names.NoticeNames(d, a.Facts)
	n.Code, n.Link = d.Code, a.names.TrackingLink(d.TrackToken)
	n.Parcel = a.about.Tracking[a.Facts.Shipment]
	return n
}
