package sim

import (
	"fmt"
	"net/http"
	"strings"

	"hoso/internal/courier"
	"hoso/internal/simulator"
)

// request is an act or a question as it came in.
type request struct {
	carrier, act, key, code string
	order                   *order // of a booking
}

func (s *Server) book(w http.ResponseWriter, r *http.Request) {
	var b courier.Booking
	if simulator.ReadJSON(r.Body, &b) != nil || b.Key == "" || b.Code == "" || len(b.Key) > 200 || len(b.Code) > 100 || b.Leg != "out" && b.Leg != "home" {
		simulator.Refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	office, _, _ := strings.Cut(b.Code, "-")
	if b.From.Kind == "office" && b.From.ID != "" {
		office = b.From.ID
	}
	q := request{
		carrier: r.PathValue("carrier"), act: actBook, key: b.Key, code: b.Code,
		order: &order{Leg: b.Leg, Office: office, From: b.From.Kind, To: b.To.Kind},
	}
	s.serve(w, r, q, func(ignoreKeys bool) (int, any, error) {
		first, err := s.known(q, ignoreKeys)
		switch {
		case err != nil:
			return 0, nil, err
		case first != nil && first.code != q.code:
			return s.refuse(q, http.StatusConflict, "key_reused")
		case first != nil:
			return http.StatusOK, first.confirmation(), nil
		case strings.TrimSpace(b.To.Address) == "" || strings.TrimSpace(b.From.Address) == "":
			return s.refuse(q, http.StatusUnprocessableEntity, "address_rejected")
		}
		return s.take(q)
	})
}

// known gives the parcel booked under the key before, and notes the repeat.
func (s *Server) known(q request, ignoreKeys bool) (*parcel, error) {
	booked := s.bookings[name{q.carrier, q.key}]
	if len(booked) == 0 || ignoreKeys {
		return nil, nil
	}
	if booked[0].code != q.code {
		return booked[0], nil
	}
	return booked[0], s.Record(s.entry(q, simulator.KindRepeat, booked[0].tracking))
}

// take makes a booking.
func (s *Server) take(q request) (int, any, error) {
	e := s.entry(q, simulator.KindEffect, fmt.Sprintf(carriers[q.carrier], s.numbers[q.carrier]+1))
	q.order.Plan, e.Rules = s.Rules.Plan(s.subject(q))
	e.Data = simulator.Pack(q.order)
	if err := s.Record(e); err != nil {
		return 0, nil, err
	}
	p := s.tracking[e.Ref]
	s.proceed(p)
	return http.StatusCreated, p.confirmation(), nil
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Key string `json:"key"`
	}
	if simulator.ReadJSON(r.Body, &ask) != nil || ask.Key == "" {
		simulator.Refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	q := request{carrier: r.PathValue("carrier"), act: actCancel, key: ask.Key}
	s.serve(w, r, q, func(bool) (int, any, error) {
		parcels := s.bookings[name{q.carrier, q.key}]
		if len(parcels) == 0 {
			return s.refuse(q, http.StatusNotFound, "no_such_key")
		}
		q.code = parcels[0].code
		open := false
		for _, p := range parcels {
			if p.collected() {
				return s.refuse(q, http.StatusConflict, "already_collected")
			}
			open = open || !p.cancelled
		}
		kind, status := simulator.KindEffect, http.StatusCreated
		if !open {
			kind, status = simulator.KindRepeat, http.StatusOK
		}
		if err := s.Record(s.entry(q, kind, "")); err != nil {
			return 0, nil, err
		}
		for _, p := range parcels {
			s.proceed(p)
		}
		return status, ask, nil
	})
}

// serve carries a call through its faults to its answer; do runs with the mutex
// held and is told whether keys count.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, q request, do func(ignoreKeys bool) (int, any, error)) {
	if carriers[q.carrier] == "" {
		simulator.Refuse(w, http.StatusNotFound, "no_such_carrier")
		return
	}
	s.Call(w, r, func() simulator.Subject { return s.subject(q) }, do)
}

func (s *Server) refuse(q request, status int, word string) (int, any, error) {
	e := s.entry(q, simulator.KindRefusal, "")
	e.Word = word
	return status, map[string]string{"code": word}, s.Record(e)
}

func (s *Server) entry(q request, kind, ref string) simulator.Entry {
	return simulator.Entry{At: s.Now(), Kind: kind, Party: q.carrier, Act: q.act, Key: q.key, Code: q.code, Ref: ref}
}

// subject gathers what rules may ask of a call: from the booking, from the
// parcel, or else from what the key tells by itself. The mutex is held.
func (s *Server) subject(q request) simulator.Subject {
	o := q.order
	if booked := s.bookings[name{q.carrier, q.key}]; o == nil && len(booked) > 0 {
		o, q.code = &booked[0].order, booked[0].code
	}
	if q.code == "" {
		q.code, _, _ = strings.Cut(q.key, "/")
	}
	if o == nil {
		office, _, _ := strings.Cut(q.code, "-")
		o = &order{Office: office}
	}
	return simulator.Subject{"carrier": q.carrier, "act": q.act, "key": q.key, "code": q.code, "leg": o.Leg, "office": o.Office}
}
