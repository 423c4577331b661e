package api

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/confined"
	"hoso/internal/scan"
)

const cardText = "001090000001|012345678|Nguyễn Quýt Canary|01011990|Nam|Số 1 phố Canary, Hà Nội|01072021"

func TestACardAsItIsTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	said := func(text string) body { return body{"text": text} }
	w := h.post("clerk", "/v1/identity-card/read", said(cardText+"\r\n"))
	c := read[IdentityCard](t, w, http.StatusOK)
	require.Equal(t, CardOwner{Kind: "citizen", FullName: "Nguyễn Quýt Canary", CitizenID: "001090000001", DateOfBirth: "1990-01-01", Address: "Số 1 phố Canary, Hà Nội"}, c.Applicant)
	require.Equal(t, []string{"012345678", "male", "2021-07-01"}, []string{c.OldNumber, c.Sex, c.IssuedOn})
	for text, rule := range map[string]string{"https://canary.vn": "card_fields", "1|2|Nguyễn Quýt Canary|01011990|Nam|a|b": "card_number"} {
		w := h.post("clerk", "/v1/identity-card/read", said(text))
		p, _ := h.refused(w, 422)
		require.Equal(t, []any{InvalidCard, rule, "/text"}, []any{p.Code, p.Errors[0].Code, *p.Errors[0].Pointer})
		noCanary(t, w.Body.String())
	}
	h.refused(h.post("supervisor", "/v1/identity-card/read", said(cardText)), 403)
	noCanary(t, h.log.String())
	for _, table := range []string{"operations", "documents", "dossiers"} {
		require.Zero(t, h.rows(table), table)
	}
}

// found stands for the reader of pictures.
type found struct {
	codes [][]byte
	err   error
}

func (f found) Codes(context.Context, io.ReaderAt, int64, scan.Profile) ([][]byte, error) {
	return f.codes, f.err
}

func TestACardOnAPicture(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reader CodeReader
		status int
		rule   string
	}{
		"among others": {found{codes: [][]byte{[]byte("https://canary.vn"), []byte(cardText)}}, 200, ""},
		"another code": {found{codes: [][]byte{[]byte("https://canary.vn")}}, 422, "card_fields"},
		"no code":      {found{}, 422, "card_none"},
		"no picture":   {found{err: confined.ErrInput}, 422, "card_no_picture"},
		"no program":   {found{err: confined.ErrNoTool}, 503, "card_reader_missing"},
		"no reader":    {nil, 503, "card_reader_missing"},
		"busy":         {found{err: confined.ErrBusy}, 503, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, onSQLite, func(d *Deps) { d.Codes = c.reader })
			w := h.uploadTo("/v1/identity-card/scan", "clerk", "", []byte("a picture"))
			if c.status == 200 {
				require.Equal(t, "001090000001", read[IdentityCard](t, w, 200).Applicant.CitizenID)
			} else {
				p, _ := h.refused(w, c.status)
				if c.rule != "" {
					require.Equal(t, c.rule, p.Errors[0].Code)
				}
				noCanary(t, w.Body.String())
			}
			noCanary(t, h.log.String())
			require.Zero(t, h.rows("documents"))
		})
	}
}

// The applicant is held against the card, and the card is not kept.
func TestFilingBesideTheCard(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	filing := filingOf(h.document("clerk", "ready"))
	filing["card_text"] = cardText
	require.Empty(t, h.file("clerk", filing).Warnings)

	for field, c := range map[string]struct{ value, rule string }{
		"citizen_id": {"001090000009", "card_citizen_id_differs"}, "date_of_birth": {"1990-01-10", "card_date_of_birth_differs"},
	} {
		filing = filingOf(h.document("clerk", "ready"))
		filing["card_text"] = cardText
		filing["applicant"].(body)[field] = c.value
		w := h.post("clerk", "/v1/dossiers", filing)
		p, _ := h.refused(w, 422)
		require.Equal(t, []string{"/applicant/" + field, c.rule}, []string{*p.Errors[0].Pointer, p.Errors[0].Code})
		noCanary(t, w.Body.String())
	}
	filing = filingOf(h.document("clerk", "ready"))
	filing["card_text"] = cardText
	filing["applicant"].(body)["full_name"] = "Nguyễn Quyt Canary"
	d := h.file("clerk", filing)
	require.Equal(t, "card_full_name_differs", d.Warnings[0].Code)

	filing = filingOf(h.document("clerk", "ready"))
	filing["card_text"] = "not a card"
	p, _ := h.refused(h.post("clerk", "/v1/dossiers", filing), 422)
	require.Equal(t, "/card_text card_fields", *p.Errors[0].Pointer+" "+p.Errors[0].Code)
}
