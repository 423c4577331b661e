package activities

import (
	"context"

	"hoso/internal/courier"
	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/outcome"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

// BookCourier orders a parcel. Its row stands before the carrier is called, so
// that a report that overtakes the answer finds it.
func (a *Activities) BookCourier(ctx context.Context, order workflows.Effect) (workflows.Performed, error) {
	carrier, ok := a.Carriers[order.Carrier]
	if !ok {
		return workflows.Performed{}, asTemporal(outcome.Refuse("unknown_carrier"))
	}
	return a.once(ctx, order, effect{
		act: "book_" + string(order.Leg), absent: courier.ErrNoSuchKey,
		begin: func(ctx context.Context) (store.Begun, error) {
			return a.Store.BeginBooking(ctx, order.Code, order.Leg, order.Attempt, order.Carrier, order.Key)
		},
		lookup: func(ctx context.Context) (string, error) {
			c, err := carrier.Lookup(ctx, order.Key)
			return c.TrackingNumber, err
		},
		do: func(ctx context.Context, begun store.Begun) (string, error) {
			b, err := a.booking(ctx, order, begun.Outgoing)
			if err != nil {
				return "", beforeCall(err)
			}
			c, err := carrier.Book(ctx, b)
			return c.TrackingNumber, err
		},
	})
}

// booking fills in both ends of the parcel's way.
func (a *Activities) booking(ctx context.Context, order workflows.Effect, of store.Outgoing) (courier.Booking, error) {
	d := of.Dossier
	// Where they were on the day of filing: an office or authority that ended
	// since still has the dossier's papers.
	day := dossier.LocalDay(d.FiledAt)
	o, err := a.Store.Office(ctx, d.Office, day)
	if err != nil {
		return courier.Booking{}, err
	}
	au, err := a.Store.Authority(ctx, d.Authority, day)
	if err != nil {
		return courier.Booking{}, err
	}
	office := courier.Party{Kind: custody.Office, ID: d.Office, Name: o.Name, Address: o.Address}
	authority := courier.Party{Kind: custody.Authority, ID: d.Authority, Name: au.Name, Address: au.Name}
	b := courier.Booking{Key: order.Key, Code: d.Code, Leg: string(order.Leg), From: office, To: authority, Contents: contents(of, order.Leg)}
	if order.Leg == register.LegOut {
		return b, nil
	}
	b.From, b.To = authority, office
	if d.DeliveryMethod != dossier.ByCourier {
		return b, nil
	}
	r, ok := of.People[store.PartRecipient]
	if !ok {
		r = of.People[store.PartApplicant]
	}
	b.To = courier.Party{Kind: custody.Citizen, Name: r.FullName, Phone: r.Phone, Address: r.Address}
	return b, nil
}

// contents counts what is in the parcel.
func contents(of store.Outgoing, leg register.Leg) map[string]int {
	contents := map[string]int{}
	for _, p := range of.Papers {
		if leg == register.LegOut && p.HolderKind == custody.Office || leg == register.LegHome && p.HolderKind == custody.Authority {
			contents[string(p.Form)]++
		}
	}
	if leg == register.LegHome && of.Dossier.ResultPaper {
		contents["result"] = 1
	}
	return contents
}
