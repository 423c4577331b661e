package teller

import (
	"context"
	"errors"

	"hoso/internal/notice"
	"hoso/internal/notify"
	"hoso/internal/store"
)

// message writes what is to be sent and finds out to whom. problem is the cause
// for which there is none.
func (a attempt) message(ctx context.Context) (m notify.Message, problem string) {
	to, err := a.address(ctx)
	switch {
	case err != nil:
		return m, causeAway
	case to == "":
		return m, causeNoAddress
	}
	d, err := a.store.Dossier(ctx, store.Scope{All: true}, a.DossierCode)
	if err != nil {
		return m, causeAway
	}
	names, err := a.namesOf(ctx, d)
	if err != nil {
		return m, causeAway
	}
	l, err := a.book.Write(a.Channel, a.Lang, a.Event, a.Facts, names)
	if err != nil {
		a.log.ErrorContext(ctx, "notification cannot be written", "key", a.Key(), "version", a.book.Version)
		return m, causeNoWords
	}
	return notify.Message{Key: a.Key(), To: to, Subject: l.Subject, Text: l.Text}, ""
}

// address is whom to tell by this channel, as the people of the dossier are now.
func (a attempt) address(ctx context.Context) (string, error) {
	people, err := a.store.People(ctx, a.DossierCode)
	if err != nil {
		return "", err
	}
	for _, part := range a.book.Parts {
		p := people[part]
		if a.Channel == notice.BySMS && a.book.Textable(p.Phone) {
			return p.Phone, nil
		}
		if a.Channel == notice.ByEmail && p.Email != "" {
			return p.Email, nil
		}
	}
	return "", nil
}

func (a attempt) namesOf(ctx context.Context, d store.Dossier) (notice.Names, error) {
	n := a.names.NoticeNames(d, a.Facts)
	n.Code, n.Link = d.Code, a.names.TrackingLink(d.TrackToken)
	if a.Facts.Shipment == "" {
		return n, nil
	}
	sh, err := a.store.Shipment(ctx, "", a.Facts.Shipment)
	if errors.Is(err, store.ErrNotFound) {
		return n, nil
	}
	n.Parcel = sh.TrackingNumber
	return n, err
}
