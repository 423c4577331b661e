package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every shape of bad body: its answer names place and rule and holds nothing of
// what was sent.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	b := setup(t)
	deep := strings.Repeat(`{"person":`, 40) + `1` + strings.Repeat(`}`, 40)
	for name, tc := range map[string]struct {
		body   string
		places []string
	}{
		"no body":                {``, []string{" body_required"}},
		"not JSON":               {canary, []string{" json_broken"}},
		"cut off":                {`{"title":"` + canary, []string{" json_broken"}},
		"two documents":          {`{"title":"a"}{"title":"` + canary + `"}`, []string{" json_broken"}},
		"trailing comma":         {`{"title":"a",}`, []string{" json_broken"}},
		"a list":                 {`["` + canary + `"]`, []string{" object_expected"}},
		"a text":                 {`"` + canary + `"`, []string{" object_expected"}},
		"null":                   {`null`, []string{" object_expected"}},
		"empty object":           {`{}`, []string{"/title required"}},
		"unknown field":          {`{"title":"a","surname":"` + canary + `"}`, []string{"/surname unknown_field"}},
		"unknown field, nested":  {`{"title":"a","person":{"name":"b","nick":"` + canary + `"}}`, []string{"/person/nick unknown_field"}},
		"data as field name":     {`{"title":"a","` + canary + `":1}`, []string{" unknown_field"}},
		"number as field name":   {`{"title":"a","id001090000001":1}`, []string{" unknown_field"}},
		"dots in field name":     {`{"title":"a","person":{"name":"b","a.b[0]":1}}`, []string{"/person unknown_field"}},
		"other casing":           {`{"Title":"` + canary + `"}`, []string{"/Title unknown_field", "/title required"}},
		"field twice":            {`{"title":"a","title":"` + canary + `"}`, []string{"/title duplicate_field"}},
		"field twice, in a list": {`{"title":"a","persons":[{"name":"x","name":"` + canary + `"}]}`, []string{"/persons/0/name duplicate_field"}},
		"number for text":        {`{"title":90000001}`, []string{"/title string_expected"}},
		"text for number":        {`{"title":"a","copies":"` + canary + `"}`, []string{"/copies integer_expected"}},
		"fraction for integer":   {`{"title":"a","copies":1.5}`, []string{"/copies integer_expected"}},
		"exponent for integer":   {`{"title":"a","copies":1e0}`, []string{"/copies wrong_type"}},
		"number out of range":    {`{"title":"a","copies":1e999}`, []string{" json_broken"}},
		"list for object":        {`{"title":"a","person":["` + canary + `"]}`, []string{"/person object_expected"}},
		"object for list":        {`{"title":"a","persons":{"name":"` + canary + `"}}`, []string{"/persons array_expected"}},
		"too long":               {`{"title":"` + canary + `"}`, []string{"/title too_long"}},
		"too small":              {`{"title":"a","copies":0}`, []string{"/copies too_small"}},
		"too big":                {`{"title":"a","copies":10}`, []string{"/copies too_big"}},
		"not in the enum":        {`{"title":"a","kind":"` + canary + `"}`, []string{"/kind one_of"}},
		"pattern":                {`{"title":"a","citizen_id":"` + canary + `"}`, []string{"/citizen_id pattern"}},
		"impossible date":        {`{"title":"a","born":"2025-02-30"}`, []string{"/born date_expected"}},
		"email":                  {`{"title":"a","email":"` + canary + `"}`, []string{"/email email_shape"}},
		"uuid":                   {`{"title":"a","ref":"` + canary + `"}`, []string{"/ref uuid_expected"}},
		"time":                   {`{"title":"a","when":"` + canary + `"}`, []string{"/when date_time_expected"}},
		"list entry":             {`{"title":"a","persons":[{"name":"b"},{"age":1}]}`, []string{"/persons/1/name required"}},
		"too many entries":       {`{"title":"a","persons":[{"name":"b"},{"name":"b"},{"name":"b"},{"name":"b"}]}`, []string{"/persons too_many"}},
		"NUL":                    {`{"title":"a\u0000b"}`, []string{"/title text_not_plain"}},
		"half a surrogate":       {`{"title":"\ud800"}`, []string{"/title text_not_plain"}},
		"direction override":     {`{"title":"a\u202eb"}`, []string{"/title text_not_plain"}},
		"escape in a list":       {`{"title":"a","persons":[{"name":"\u001b[31m"}]}`, []string{"/persons/0/name text_not_plain"}},
		"not UTF-8":              {"{\"title\":\"\xff\"}", []string{" text_not_plain"}},
		"too deep":               {deep, []string{" json_too_deep"}},
		"several at once":        {`{"copies":0,"kind":"x"}`, []string{"/copies too_small", "/kind one_of", "/title required"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, lang := range []string{"vi", "en"} {
				w := b.do(ask{method: "POST", path: "/v1/notes", body: tc.body, token: "clerk", key: "k1", lang: lang})
				require.Equal(t, http.StatusBadRequest, w.Code, w.Body.String())
				p := problem(t, w)
				require.Equal(t, InvalidRequest, p.Code)
				require.Equal(t, tc.places, places(p))
				requireNoEcho(t, w.Body.String())
			}
		})
	}
	t.Cleanup(func() { requireNoEcho(t, b.log.String()) })
}

// requireNoEcho looks for the canary whole and in parts.
func requireNoEcho(t *testing.T, text string) {
	t.Helper()
	for _, part := range append(strings.Fields(canary), "090000001") {
		require.NotContains(t, text, part)
	}
}

func TestManyErrorsAreCutShort(t *testing.T) {
	t.Parallel()
	var fields strings.Builder
	for i := range 300 {
		fmt.Fprintf(&fields, `,"f%d":1`, i)
	}
	w := setup(t).do(ask{method: "POST", path: "/v1/notes", token: "clerk", key: "k", body: `{"title":"a"` + fields.String() + `}`})
	require.Len(t, problem(t, w).Errors, maxFieldErrors)
}

func TestBadParameters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, tc := range map[string]struct {
		query, place string
	}{
		"not a number":       {"limit=" + "abc", "limit integer_expected"},
		"too small":          {"limit=0", "limit too_small"},
		"too big":            {"limit=100000", "limit too_big"},
		"not in the enum":    {"kind=Canary", "kind one_of"},
		"unknown":            {"colour=Canary", "colour unknown_parameter"},
		"data as name":       {"001090000001=1", " unknown_parameter"},
		"given twice":        {"kind=plain&kind=Canary", "kind single_expected"},
		"NUL":                {"kind=%00", "kind text_not_plain"},
		"not UTF-8":          {"kind=%ff", "kind text_not_plain"},
		"cursor not ours":    {"cursor=Canary", "cursor cursor"},
		"cursor of old":      {"cursor=MC4x", "cursor cursor"},
		"cursor mistyped":    {"cursor=" + EncodeCursor("Canary"), "cursor cursor"},
		"cursor far to long": {"cursor=" + strings.Repeat("A", 600), "cursor too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := b.do(ask{method: "GET", path: "/v1/notes?" + tc.query, token: "clerk"})
			p := problem(t, w)
			require.Equal(t, http.StatusBadRequest, p.Status)
			require.Equal(t, []string{tc.place}, places(p))
			require.NotContains(t, w.Body.String(), "Canary")
			require.NotContains(t, w.Body.String(), "090000001")
		})
	}
}

func TestBadPathParameterIsNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range []string{"abc", "0", "-1", "%00", "%ff", "1%2F2"} {
		w := b.do(ask{method: "PUT", path: "/v1/notes/" + id, body: `{"title":"a"}`, token: "clerk"})
		require.Equal(t, NotFound, problem(t, w).Code, id)
	}
	w := b.do(ask{method: "PUT", path: "/v1/notes/1", body: `{"title":"a"}`, token: "clerk"})
	require.Equal(t, http.StatusNoContent, w.Code, w.Body.String())
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for contentType, status := range map[string]int{
		"application/json":                   http.StatusCreated,
		"application/json; charset=utf-8":    http.StatusCreated,
		"Application/JSON":                   http.StatusCreated,
		"application/json; charset=utf-16":   http.StatusUnsupportedMediaType,
		"":                                   http.StatusUnsupportedMediaType,
		"text/plain":                         http.StatusUnsupportedMediaType,
		"text/plain+json":                    http.StatusUnsupportedMediaType,
		"application/x-www-form-urlencoded":  http.StatusUnsupportedMediaType,
		"multipart/form-data; boundary=x":    http.StatusUnsupportedMediaType,
		"application/xml":                    http.StatusUnsupportedMediaType,
		"json":                               http.StatusUnsupportedMediaType,
		"nonsense;;;=":                       http.StatusUnsupportedMediaType,
		"application/json, application/json": http.StatusUnsupportedMediaType,
	} {
		w := b.do(ask{
			method: "POST", path: "/v1/notes", token: "clerk", key: "k", body: `{"title":"a"}`,
			header: map[string]string{"Content-Type": contentType},
		})
		require.Equal(t, status, w.Code, contentType)
		if status != http.StatusCreated {
			require.Equal(t, []string{"Content-Type media_type"}, places(problem(t, w)))
		}
	}
	w := b.do(ask{
		method: "POST", path: "/v1/notes", token: "clerk", key: "k", body: `{"title":"a"}`,
		header: map[string]string{"Content-Encoding": "gzip"},
	})
	require.Equal(t, UnsupportedMedia, problem(t, w).Code)
}
