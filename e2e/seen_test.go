package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"hoso/internal/identity"
	"hoso/internal/scan/samplepage"
)

// TestOneTraceFromEdgeToActivity files a dossier, and asks after it by name and
// telephone, while a collector listens. The filing, its workflow, which a relay
// started after the commit, and the calls to portal and carrier are one trace of
// two processes; a command is a trace of its own, down to the step it made. The
// request's id stands in the log lines of both. No word about a person is in it,
// and the history is as long as without.
func TestOneTraceFromEdgeToActivity(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	y := newSystem(t, setup{env: []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.url, "OTEL_BSP_SCHEDULE_DELAY=100"}})
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	manager := y.as(t, identity.Subject{ID: "manager-e2e", Role: identity.Manager})
	register := y.register(t)
	clerk.request, manager.request = "filing-seen-from-outside", "holding-seen-from-outside"

	code := fileOne(t, clerk, 0)
	y.allReturned(t, register, []string{code}, time.Minute)
	const filing = "POST /v1/dossiers > StartWorkflow:Dossier > RunWorkflow:Dossier > StartActivity:%[1]s > RunActivity:%[1]s"
	for name, way := range map[string]string{
		"RunActivity:RecordTransition": fmt.Sprintf(filing, "RecordTransition"),
		"portal act":                   fmt.Sprintf(filing, "SubmitDossier") + " > portal act",
		"vnpost act":                   fmt.Sprintf(filing, "BookCourier") + " > vnpost act",
	} {
		c.require(t, clerk.request, name, way)
	}

	waits := filePaper(t, caller{base: clerk.base, token: clerk.token}, 1)
	y.waitsFor(t, register, waits, "handover")
	manager.post(t, "/v1/dossiers/"+waits+"/hold", "hold", map[string]any{"reason": "Xem lại giấy tờ của " + canary(1).name}, http.StatusOK)
	c.require(t, manager.request, "RunActivity:RecordTransition",
		"POST /v1/dossiers/:code/hold > UpdateWorkflow:hold > HandleUpdate:hold > StartActivity:RecordTransition > RunActivity:RecordTransition")

	_, _, err := clerk.once(t.Context(), http.MethodGet, "/v1/dossiers?q="+url.QueryEscape(canary(0).name), "", "", nil)
	require.NoError(t, err)
	_, _, err = caller{base: y.api, request: "tracking-seen-from-outside"}.once(t.Context(), http.MethodGet, "/v1/track/"+code+"?tail="+canary(0).phone, "", "", nil)
	require.NoError(t, err)
	require.NoError(t, eventually(time.Minute, func(context.Context) error {
		if _, came := c.edge("tracking-seen-from-outside"); !came {
			return fmt.Errorf("the tracking has not come")
		}
		return nil
	}))
	services := map[string]bool{}
	for _, s := range c.all() {
		services[s.service] = true
	}
	require.Equal(t, map[string]bool{"hoso-api": true, "hoso-worker": true}, services)
	y.logNames(t, "api", "filing-seen-from-outside", `route=/v1/dossiers `)
	y.logNames(t, "worker", "filing-seen-from-outside", `activity=SubmitDossier`)
	y.logNames(t, "worker", "filing-seen-from-outside", `activity=BookCourier`)
	for n := range 2 {
		p := canary(n)
		c.requireNo(t, p.name, p.id, p.phone, p.address)
	}
	y.checkCanaries(t, 2)
}

// TestTracesLengthenNoHistory: what travels along travels in headers of events
// that are there anyway. How long a history is depends on what comes at once, so
// it is what stands in it that must be the same: no marker but local activities'.
func TestTracesLengthenNoHistory(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	traced := newSystem(t, setup{env: []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.url}})
	kinds := traced.kinds(t)
	for _, busy := range []string{"TimerStarted", "TimerFired", "TimerCanceled", "WorkflowTaskFailed", "WorkflowTaskTimedOut",
		"ActivityTaskScheduled", "ActivityTaskStarted", "ActivityTaskCompleted"} { // as it comes, on a busy machine
		delete(kinds, busy)
	}
	require.Equal(t, map[string]bool{"WorkflowExecutionStarted": true, "WorkflowTaskScheduled": true, "WorkflowTaskStarted": true, "WorkflowTaskCompleted": true,
		"MarkerRecorded LocalActivity": true, "UpsertWorkflowSearchAttributes": true, "WorkflowExecutionSignaled": true, "WorkflowExecutionCompleted": true}, kinds)
}

// kinds are the kinds of events in the histories of some happy dossiers, markers
// by their names.
func (y *system) kinds(t *testing.T) map[string]bool {
	t.Helper()
	clerk := y.as(t, identity.Subject{ID: "clerk-e2e", Role: identity.Clerk, Office: "VNPHKI"})
	codes := fileMany(t, clerk, 5)
	y.allReturned(t, y.register(t), codes, 2*time.Minute)
	y.checkTemporal(t, codes)
	kinds := map[string]bool{}
	for _, code := range codes {
		for h := y.dial(t).GetWorkflowHistory(t.Context(), code, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); h.HasNext(); {
			e, err := h.Next()
			require.NoError(t, err)
			kind := e.GetEventType().String()
			if m := e.GetMarkerRecordedEventAttributes(); m != nil {
				kind += " " + m.GetMarkerName()
			}
			kinds[kind] = true
		}
	}
	return kinds
}

// require waits until a request's trace leads all the way to a span.
func (c *collector) require(t *testing.T, request, name, way string) {
	t.Helper()
	require.NoError(t, eventually(time.Minute, func(context.Context) error {
		edge, came := c.edge(request)
		if !came {
			return fmt.Errorf("the edge of %s has not come", request)
		}
		if got := c.way(edge.trace, name); got != way {
			return fmt.Errorf("%s: %q", name, got)
		}
		return nil
	}))
}

// logNames wants a line in a process's log that names both a request and what it did.
func (y *system) logNames(t *testing.T, process, request, what string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(y.dir, process+".log"))
	require.NoError(t, err)
	for line := range strings.Lines(string(raw)) {
		if strings.Contains(line, "request_id="+request) && strings.Contains(line, what) && strings.Contains(line, "trace_id=") {
			return
		}
	}
	t.Errorf("no line of %s's log tells of %s by request %s:\n%s", process, what, request, raw)
}

// fileOne files a sharp scan.
func fileOne(t *testing.T, clerk caller, n int) string {
	t.Helper()
	jpg, err := samplepage.JPEG(samplepage.Page(samplepage.Options{Title: "TỜ KHAI", DPI: 150, Seed: 1}), 85)
	require.NoError(t, err)
	doc := caller{base: clerk.base, token: clerk.token}.upload(t, fmt.Sprint("scan-one-", n), jpg)
	var d dossierAnswer
	require.NoError(t, json.Unmarshal(clerk.post(t, "/v1/dossiers", fmt.Sprint("file-one-", n), canary(n).filing(doc), http.StatusCreated), &d))
	return d.Code
}
