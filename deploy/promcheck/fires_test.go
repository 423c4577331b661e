package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// story is what processes told minute by minute, in Prometheus's own notation of
// series, and when the alert must be heard. An alert that is heard in a healthy
// system is not believed for long, and one that is never heard is worse.
type story struct {
	told []string
	at   []int // minutes at which it fires
	not  []int // and at which it does not
}

const calls = `hoso_downstream_calls_total{job="hoso-worker",instance="w",kind="act",party="portal",`

// stories has for each alert what must wake somebody, and what must not.
var stories = map[string][]story{
	"ApiAway": {
		{told: []string{`up{job="hoso-api",instance="1"} 0x9`, `up{job="hoso-api",instance="2"} 0x9`}, at: []int{5}},
		{told: nil, at: []int{5}}, // not even asked
		{told: []string{`up{job="hoso-api",instance="1"} 0x9`, `up{job="hoso-api",instance="2"} 1x9`}, not: []int{5}},
		{told: []string{`up{job="hoso-api",instance="1"} 1 0 1 1 1 1 1`}, not: []int{1, 2, 5}},
	},
	"DatabaseAway": {
		{told: []string{`hoso_up{part="database",instance="1"} 1 0x9`, `hoso_up{part="database",instance="w"} 1 0x9`}, at: []int{2, 8}, not: []int{0}},
		{told: []string{`hoso_up{part="database",instance="1"} 0x9`, `hoso_up{part="database",instance="w"} 1x9`}, not: []int{5}},
	},
	"NotMigrated": {
		{told: []string{`hoso_up{part="migrations"} 0x9`, `hoso_up{part="database"} 1x9`}, at: []int{6}},
		{told: []string{`hoso_up{part="migrations"} 0x9`, `hoso_up{part="database"} 0x9`}, not: []int{6}}, // DatabaseAway says it
	},
	"TemporalAway": {
		{told: []string{`hoso_up{part="temporal"} 0x9`}, at: []int{3}},
		{told: []string{`hoso_up{part="temporal",instance="1"} 0x9`, `hoso_up{part="temporal",instance="2"} 1x9`}, not: []int{5}},
	},
	"WorkerAway": {
		{told: []string{`hoso_task_queue_pollers{queue="portal",instance="1"} 2 0x9`, `hoso_task_queue_pollers{queue="dossier",instance="1"} 2x9`}, at: []int{5}, not: []int{1}},
		{told: []string{`hoso_task_queue_pollers{queue="portal",instance="1"} 2x9`}, not: []int{5}},
	},
	"TasksWaiting": {
		{told: []string{`hoso_task_queue_backlog{queue="dossier"} 501x20`}, at: []int{11}},
		{told: []string{`hoso_task_queue_backlog{queue="dossier"} 500x20`}, not: []int{11}},
	},
	"DiskFull": {
		{told: []string{`hoso_disk_free_bytes{job="hoso-api",instance="1"} 4e9x9`}, at: []int{6}},
		{told: []string{`hoso_disk_free_bytes{job="hoso-api",instance="1"} 6e9x9`}, not: []int{6}},
	},
	"PoolExhausted": {
		{told: []string{`hoso_database_connections{job="hoso-api",instance="1",state="in_use"} 12x9`, `hoso_database_connections{job="hoso-api",instance="1",state="max"} 12x9`}, at: []int{6}},
		{told: []string{
			`hoso_database_connections{job="hoso-api",instance="1",state="in_use"} 3x9`, `hoso_database_connections{job="hoso-api",instance="1",state="max"} 12x9`,
			`hoso_database_connections{job="hoso-worker",instance="w",state="in_use"} 5x9`, `hoso_database_connections{job="hoso-worker",instance="w",state="max"} 12x9`,
		}, not: []int{6}},
	},
	"ServerErrors": {
		{told: []string{`hoso_http_request_seconds_count{status="201"} 0+100x20`, `hoso_http_request_seconds_count{status="503"} 0+2x20`}, at: []int{15}},
		{told: []string{`hoso_http_request_seconds_count{status="201"} 0+100x20`, `hoso_http_request_seconds_count{status="404"} 0+50x20`}, not: []int{15}},
	},
	"SlowApi": {
		{told: filings(`0+2x30`, `0+10x30`), at: []int{20}},
		{told: filings(`0+10x30`, `0+10x30`), not: []int{20}},
		{told: filings(`5x30`, `5x30`), not: []int{20}}, // nobody files at night
	},
	"NobodysBall": {
		{told: []string{`hoso_dossiers_nobody{instance="1"} 0 1x20`}, at: []int{12}, not: []int{0, 5}},
	},
	"OverdueGrowing": {
		{told: []string{`hoso_dossiers_pressing{why="overdue"} 3x1440 30x80`, `hoso_dossiers{stage="decision"} 1000x1520`}, at: []int{1502}},
		{told: []string{`hoso_dossiers_pressing{why="overdue"} 3x1440 15x80`, `hoso_dossiers{stage="decision"} 1000x1520`}, not: []int{1502}},
	},
	"ParkedGrowing": {
		{told: []string{`hoso_dossiers_pressing{why="parked"} 3x60 30x80`, `hoso_dossiers{stage="decision"} 1000x140`}, at: []int{75}},
		{told: []string{`hoso_dossiers_pressing{why="parked"} 30x140`, `hoso_dossiers{stage="decision"} 1000x140`}, not: []int{75}},
	},
	"CustodyFaults": {{told: []string{`hoso_custody_faults 0 0 1x9`}, at: []int{3}, not: []int{1}}},
	"CustodyProofOld": {
		{told: []string{`hoso_custody_proved_timestamp_seconds 60x1700`}, at: []int{1650}, not: []int{1500}},
		{told: nil, at: []int{61}, not: []int{30}}, // there has never been one
	},
	"AuditFaults": {{told: []string{`hoso_audit_faults 0 0 1x9`}, at: []int{3}, not: []int{1}}},
	"AuditOld": {
		{told: []string{`hoso_audit_proved_timestamp_seconds 60x1700`, `hoso_audit_root_timestamp_seconds 0+60x1700`}, at: []int{1650}, not: []int{1500}},
		{told: []string{`hoso_audit_proved_timestamp_seconds 0+60x1700`, `hoso_audit_root_timestamp_seconds 60x1700`}, at: []int{1650}, not: []int{1500}},
		{told: nil, at: []int{61}, not: []int{30}},
	},
	"RegisterDrift": {{told: []string{`hoso_register_drift{kind="workflow_stuck"} 0 1x9`}, at: []int{7}, not: []int{3}}},
	"RegisterCorrected": {
		{told: []string{`hoso_register_corrections_total{kind="message_lost",instance="1"} 4x5 5x80`, `hoso_register_corrections_total{kind="message_lost",instance="2"} 4x5 5x80`}, at: []int{10}, not: []int{4, 75}},
	},
	"OutboxOld": {
		{told: []string{`hoso_relay_oldest_seconds{kind="operations"} 0 130x9`}, at: []int{4}, not: []int{0}},
		{told: []string{`hoso_relay_oldest_seconds{kind="messages"} 130x9`}, not: []int{5}},
	},
	"InboxOld":           {{told: []string{`hoso_relay_oldest_seconds{kind="messages"} 0 130x9`}, at: []int{4}, not: []int{0}}},
	"NotificationsStuck": {{told: []string{`hoso_relay_oldest_seconds{kind="notifications"} 14401x20`}, at: []int{11}, not: []int{5}}},
	"FormsStuck":         {{told: []string{`hoso_relay_oldest_seconds{kind="forms"} 1801x20`}, at: []int{11}, not: []int{3}}},
	"PortalRefusing": {
		{told: []string{calls + `outcome="refused"} 0+1x20`, calls + `outcome="done"} 0+2x20`}, at: []int{15}},
		{told: []string{calls + `outcome="refused"} 0+1x20`, calls + `outcome="done"} 0+9x20`}, not: []int{15}},
	},
	"RetriesHigh": {
		{told: []string{calls + `outcome="retryable"} 0+1x30`, calls + `outcome="done"} 0+1x30`}, at: []int{21}},
		{told: []string{calls + `outcome="retryable"} 0+1x30`, calls + `outcome="done"} 0+9x30`}, not: []int{21}},
	},
	"PartyDown": {
		{told: []string{calls + `outcome="unknown"} 0+5x30`, calls + `outcome="done"} 7x30`}, at: []int{10, 25}},
		{told: []string{calls + `outcome="unknown"} 0+5x30`, calls + `outcome="done"} 0 0 0 0 0 1x25`}, not: []int{10}},
		// At night one dossier alone asks, and ever less often: by the limits of its
		// retries every quarter of an hour in the end. The party is as down as before.
		{told: []string{calls + `outcome="retryable"} 0 3 4 5 5 5 6x4 7x9 8x14 9x14 10x14 11x14 12x14 13x14 14x14`, calls + `outcome="done"} 7x150`}, at: []int{10, 16, 20, 30, 45, 60, 90, 130}},
		{told: []string{calls + `outcome="retryable"} 5x90`, calls + `outcome="done"} 7x90`}, not: []int{10, 80}}, // nobody asks
	},
}

// filings are a histogram of filings, so many within a second and so many in all.
func filings(quick, all string) []string {
	const s = `hoso_http_request_seconds_bucket{route="/v1/dossiers",method="POST",status="201",`
	return []string{s + `le="1"} ` + quick, s + `le="2.5"} ` + all, s + `le="+Inf"} ` + all}
}

func TestEveryAlertIsHeardWhenItMust(t *testing.T) {
	t.Parallel()
	groups, errs := rulefmt.ParseFile("../prometheus/rules.yml", false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute})
	told := 0
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			told++
			if len(stories[r.Alert]) == 0 {
				t.Errorf("%s: no story tells when it must be heard", r.Alert)
			}
			for i, s := range stories[r.Alert] {
				h := heard{engine, read(t, s.told), r.Expr, int(time.Duration(r.For).Minutes())}
				for _, minute := range s.at {
					if !h.fires(t, minute) {
						t.Errorf("%s, story %d: it is not heard at minute %d", r.Alert, i, minute)
					}
				}
				for _, minute := range s.not {
					if h.fires(t, minute) {
						t.Errorf("%s, story %d: it is heard at minute %d", r.Alert, i, minute)
					}
				}
			}
		}
	}
	if told != len(stories) {
		t.Errorf("%d alerts and %d of them with stories", told, len(stories))
	}
}

// heard is a rule over a story.
type heard struct {
	engine *promql.Engine
	series memory
	expr   string
	within int // minutes for which it must hold
}

// fires says whether the rule has held long enough at a minute.
func (h heard) fires(t *testing.T, minute int) bool {
	t.Helper()
	for m := max(0, minute-h.within); m <= minute; m++ {
		q, err := h.engine.NewInstantQuery(t.Context(), h.series, nil, h.expr, time.Unix(int64(m)*60, 0))
		if err != nil {
			t.Fatal(err)
		}
		result := q.Exec(t.Context())
		found, err := result.Vector()
		if err != nil {
			t.Fatal(err)
		}
		holds := len(found) > 0
		q.Close()
		if !holds {
			return false
		}
	}
	return minute >= h.within
}

// read reads series that have a value each minute.
func read(t *testing.T, told []string) (all memory) {
	t.Helper()
	for _, line := range told {
		names, values, err := parser.NewParser(parser.Options{}).ParseSeriesDesc(line)
		if err != nil {
			t.Fatal(line, err)
		}
		var points []chunks.Sample
		for minute, v := range values {
			points = append(points, point{int64(minute) * 60_000, v.Value})
		}
		all = append(all, storage.NewListSeries(names, points))
	}
	return all
}

// point is a value at a time in milliseconds.
type point struct {
	t int64
	v float64
}

func (p point) T() int64                    { return p.t }
func (p point) F() float64                  { return p.v }
func (p point) Copy() chunks.Sample         { return p }
func (point) ST() int64                     { return 0 }
func (point) H() *histogram.Histogram       { return nil }
func (point) FH() *histogram.FloatHistogram { return nil }
func (point) Type() chunkenc.ValueType      { return chunkenc.ValFloat }

// memory is a storage of a few series.
type memory []storage.Series

func (m memory) Querier(_, _ int64) (storage.Querier, error) { return m, nil }

func (m memory) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	found := &set{at: -1}
	for _, s := range m {
		fits := true
		for _, by := range matchers {
			fits = fits && by.Matches(s.Labels().Get(by.Name))
		}
		if fits {
			found.all = append(found.all, s)
		}
	}
	return found
}

func (memory) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (memory) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (memory) Close() error { return nil }

type set struct {
	all []storage.Series
	at  int
}

func (s *set) Next() bool                      { s.at++; return s.at < len(s.all) }
func (s *set) At() storage.Series              { return s.all[s.at] }
func (*set) Err() error                        { return nil }
func (*set) Warnings() annotations.Annotations { return nil }
