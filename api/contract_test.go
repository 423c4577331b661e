package api

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/stretchr/testify/require"
)

// contract is the served OpenAPI document, to hold answers against.
type contract struct{ doc *openapi3.T }

// contractOf reads the document as the server serves it. It is the same for every
// house, and read once.
func contractOf(t *testing.T, s *Server) *contract {
	t.Helper()
	served.once.Do(func() {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
		served.doc, served.err = openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	})
	require.NoError(t, served.err)
	return &contract{served.doc}
}

var served struct {
	once sync.Once
	doc  *openapi3.T
	err  error
}

// Whoever reads the document with common tools must be able to.
func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	h := newHouse(t, onSQLite)
	require.NoError(t, h.spec.doc.Validate(t.Context()))
}

// hold fails the test when an answer is not what the document says: an operation
// that it knows, a status that it lists, the right type, a body that fits.
func (c *contract) hold(t *testing.T, method, target string, w *httptest.ResponseRecorder) {
	t.Helper()
	path, _, _ := strings.Cut(target, "?")
	template, item, params := c.find(path)
	if item == nil || item.GetOperation(method) == nil {
		return // no such operation: a 404 or 405 of the router's
	}
	op := item.GetOperation(method)
	require.NotNil(t, op.Responses.Status(w.Code), "%s %s: status %d is not in the document", method, template, w.Code)
	r := httptest.NewRequest(method, target, nil)
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params,
			Route: &routers.Route{Spec: c.doc, Path: template, PathItem: item, Method: method, Operation: op}},
		Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	if w.Code == http.StatusOK && !strings.Contains(w.Header().Get("Content-Type"), "json") {
		want := op.Responses.Status(http.StatusOK).Value.Content.Get(w.Header().Get("Content-Type"))
		require.NotNil(t, want, "%s %s: %s is not in the document", method, template, w.Header().Get("Content-Type"))
		return // bytes
	}
	require.NoError(t, openapi3filter.ValidateResponse(t.Context(), in), "%s %s: %s", method, target, w.Body.String())
}

// find matches a path with a template, preferring one without parameters.
func (c *contract) find(path string) (string, *openapi3.PathItem, map[string]string) {
	if item := c.doc.Paths.Value(path); item != nil {
		return path, item, nil
	}
	steps := strings.Split(path, "/")
	for template, item := range c.doc.Paths.Map() {
		if params, ok := match(strings.Split(template, "/"), steps); ok {
			return template, item, params
		}
	}
	return "", nil, nil
}

func match(template, steps []string) (map[string]string, bool) {
	if len(template) != len(steps) {
		return nil, false
	}
	params := map[string]string{}
	for i, want := range template {
		if name, isParam := strings.CutPrefix(want, "{"); isParam {
			params[strings.TrimSuffix(name, "}")] = steps[i]
		} else if want != steps[i] {
			return nil, false
		}
	}
	return params, true
}
