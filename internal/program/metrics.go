package program

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hoso/internal/audit"
	"hoso/internal/reconcile"
)

// metrics is what /metrics tells. Labels are routes, codes and names of checks;
// never anything of a dossier.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(m *Main) *metrics {
	x := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hoso_http_request_seconds", Help: "Time taken by requests.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route", "method", "status"}),
	}
	x.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), x.requests, house{m})
	return x
}

func (x *metrics) handler() http.Handler {
	return promhttp.HandlerFor(x.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, Timeout: 5 * time.Second})
}

func (x *metrics) observe(route, method string, status int, took time.Duration) {
	x.requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// house asks, when it is asked, what stands and how much waits to be passed on.
type house struct{ main *Main }

var (
	upDesc      = prometheus.NewDesc("hoso_up", "Whether a part answers (1) or not (0).", []string{"part"}, nil)
	backlogDesc = prometheus.NewDesc("hoso_relay_backlog", "Rows waiting to be passed on, to Temporal or to citizens, and forms to be rendered.", []string{"kind"}, nil)
	pressDesc   = prometheus.NewDesc("hoso_dossiers_pressing", "Open dossiers that are overdue, warned of, or parked.", []string{"why"}, nil)
	custodyDesc = prometheus.NewDesc("hoso_custody_faults", "Faults that the newest proof of custody found; 0 is the only good value.", nil, nil)
	provenDesc  = prometheus.NewDesc("hoso_custody_proved_timestamp_seconds", "When the newest proof of custody was made.", nil, nil)
	auditDesc   = prometheus.NewDesc("hoso_audit_faults", "Faults that the newest proof of the audit ledgers found; 0 is the only good value.", nil, nil)
	auditedDesc = prometheus.NewDesc("hoso_audit_proved_timestamp_seconds", "When the newest proof of the audit ledgers was made.", nil, nil)
	rootedDesc  = prometheus.NewDesc("hoso_audit_root_timestamp_seconds", "When the newest signed root over the audit ledgers was made.", nil, nil)
	rightDesc   = prometheus.NewDesc("hoso_register_corrections_total", "Times that workflow, portal or carrier did not agree with the register and were brought into accord.", []string{"kind"}, nil)
	driftDesc   = prometheus.NewDesc("hoso_register_drift", "Dossiers of which the register and another place do not agree, and no door puts it right; 0 is the only good value.", []string{"kind"}, nil)
	lapDesc     = prometheus.NewDesc("hoso_register_sampler_lap_seconds", "How long the samplers take to look at every open dossier.", nil, nil)
	connDesc    = prometheus.NewDesc("hoso_database_connections", "Connections to the database by state.", []string{"state"}, nil)
)

// Describe implements prometheus.Collector.
func (h house) Describe(ch chan<- *prometheus.Desc) {
	ch <- upDesc
	ch <- backlogDesc
	ch <- pressDesc
	ch <- custodyDesc
	ch <- provenDesc
	ch <- connDesc
	for _, d := range []*prometheus.Desc{auditDesc, auditedDesc, rootedDesc, rightDesc, driftDesc, lapDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (h house) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, label string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, label)
	}
	for _, check := range h.main.checks() {
		up := 1.0
		if check.Run(ctx) != nil {
			up = 0
		}
		gauge(upDesc, up, check.Name)
	}
	if b, err := h.main.Store.Backlog(ctx); err == nil {
		gauge(backlogDesc, float64(b.Starts), "starts")
		gauge(backlogDesc, float64(b.Messages), "messages")
		gauge(backlogDesc, float64(b.Operations), "operations")
	}
	if n, err := h.main.Store.Untold(ctx); err == nil {
		gauge(backlogDesc, float64(n), "notifications")
	}
	if p, err := h.main.Store.Pressing(ctx); err == nil {
		gauge(pressDesc, float64(p.Overdue), "overdue")
		gauge(pressDesc, float64(p.Warned), "warned")
		gauge(pressDesc, float64(p.Parked), "parked")
	}
	if n, err := h.main.Store.Unwritten(ctx); err == nil {
		gauge(backlogDesc, float64(n), "forms")
	}
	if p, err := h.main.Store.LastProof(ctx); err == nil {
		ch <- prometheus.MustNewConstMetric(custodyDesc, prometheus.GaugeValue, float64(len(p.Faults)))
		ch <- prometheus.MustNewConstMetric(provenDesc, prometheus.GaugeValue, float64(p.At.Unix()))
	}
	h.audited(ctx, ch)
	if pool, err := h.main.Store.Pool(); err == nil {
		s := pool.Stats()
		gauge(connDesc, float64(s.InUse), "in_use")
		gauge(connDesc, float64(s.Idle), "idle")
	}
}

// audited tells what the register found out about itself. It stands in the
// database, so that every process tells the same.
func (h house) audited(ctx context.Context, ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) { ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	if p, err := h.main.Store.LastAuditProof(ctx); err == nil {
		gauge(auditDesc, float64(len(p.Faults)))
		gauge(auditedDesc, float64(p.At.Unix()))
	}
	if row, err := h.main.Store.NewestRoot(ctx); err == nil {
		if r, err := audit.ReadRoot([]byte(row.File)); err == nil {
			gauge(rootedDesc, float64(r.At.Unix()))
		}
	}
	if d, err := h.main.Store.Drift(ctx); err == nil {
		for _, kind := range reconcile.Kinds() {
			ch <- prometheus.MustNewConstMetric(rightDesc, prometheus.CounterValue, float64(d.Corrections[kind]), kind)
			ch <- prometheus.MustNewConstMetric(driftDesc, prometheus.GaugeValue, float64(d.Standing[kind]), kind)
		}
		gauge(lapDesc, d.Lap.Seconds())
	}
}
