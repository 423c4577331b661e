package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector receives traces as OTLP over HTTP, as an OpenTelemetry collector does.
type collector struct {
	url string

	mu    sync.Mutex
	spans []span
	raw   bytes.Buffer // all that came, unpacked
}

// span is what the tests read of one.
type span struct {
	trace, id, parent string
	name, service     string
	attributes        map[string]string
}

func newCollector(t testing.TB) *collector {
	c := &collector{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := c.receive(r); err != nil {
			t.Errorf("traces came garbled: %v", err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(srv.Close)
	c.url = srv.URL
	return c
}

func (c *collector) receive(r *http.Request) error {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(r.Body); err != nil {
			return err
		}
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	var said collectorpb.ExportTraceServiceRequest
	if err := proto.Unmarshal(raw, &said); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(raw)
	for _, of := range said.GetResourceSpans() {
		service := ""
		for _, a := range of.GetResource().GetAttributes() {
			if a.GetKey() == "service.name" {
				service = a.GetValue().GetStringValue()
			}
		}
		for _, scope := range of.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				got := span{trace: hex.EncodeToString(s.GetTraceId()), id: hex.EncodeToString(s.GetSpanId()), parent: hex.EncodeToString(s.GetParentSpanId()),
					name: s.GetName(), service: service, attributes: map[string]string{}}
				for _, a := range s.GetAttributes() {
					got.attributes[a.GetKey()] = a.GetValue().GetStringValue()
				}
				c.spans = append(c.spans, got)
			}
		}
	}
	return nil
}

// all gives the spans that came so far.
func (c *collector) all() []span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]span(nil), c.spans...)
}

// edge is the span of the request with an id; ok is false while it has not come.
func (c *collector) edge(request string) (span, bool) {
	for _, s := range c.all() {
		if s.attributes["hoso.request_id"] == request && s.parent == "" {
			return s, true
		}
	}
	return span{}, false
}

// way names the spans from the edge down to one, "" where the chain is broken.
func (c *collector) way(trace, name string) string {
	byID := map[string]span{}
	var at span
	for _, s := range c.all() {
		byID[s.id] = s
		if s.trace == trace && s.name == name {
			at = s
		}
	}
	if at.id == "" {
		return ""
	}
	way := at.name
	for at.parent != "" {
		up, there := byID[at.parent]
		if !there || up.trace != trace {
			return ""
		}
		at, way = up, up.name+" > "+way
	}
	return way
}

// requireNo looks for what must not be in any trace.
func (c *collector) requireNo(t testing.TB, secrets ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range secrets {
		for form, needle := range encodings(s) {
			require.False(t, bytes.Contains(c.raw.Bytes(), needle), "%s… stands in the traces (%s)", strings.ToValidUTF8(s[:3], ""), form)
		}
	}
}
