package program

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"hoso/internal/downstream"
)

// metrics is what a process tells about itself. Labels are routes, codes of
// offices' world and names of checks; never anything of a dossier.
type metrics struct {
	registry *prometheus.Registry
	// temporal takes what Temporal's SDK counts.
	temporal client.MetricsHandler
}

// scrapeWithin bounds one answer of /metrics.
const scrapeWithin = 5 * time.Second

func newMetrics() (*metrics, error) {
	x := &metrics{registry: prometheus.NewRegistry()}
	x.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	x.registry.MustRegister(downstream.Collectors()...)
	exporter, err := otelprom.New(otelprom.WithRegisterer(x.registry), otelprom.WithoutScopeInfo(), otelprom.WithoutTargetInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter), sdkmetric.WithView(temporalView))
	x.temporal = opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter: provider.Meter("temporal"), UseMonotonicCounters: true, OnError: func(error) {}, // a number is lost, no dossier
	})
	return x, nil
}

// temporalView leaves out what Temporal's SDK tells twice, per try as well as per
// call, and how long its long polls take; and chooses the buckets of the rest.
func temporalView(i sdkmetric.Instrument) (sdkmetric.Stream, bool) {
	s := sdkmetric.Stream{Name: i.Name, Description: i.Description, Unit: i.Unit}
	switch {
	case strings.Contains(i.Name, "_attempt"), strings.HasPrefix(i.Name, "temporal_long_request_latency"):
		s.Aggregation = sdkmetric.AggregationDrop{}
	case i.Kind == sdkmetric.InstrumentKindHistogram:
		s.Aggregation = sdkmetric.AggregationExplicitBucketHistogram{Boundaries: []float64{.005, .025, .1, .5, 1, 5, 30, 300}}
	default:
		return s, false
	}
	return s, true
}

// handler serves the process's metrics, and further ones that its role adds.
func (x *metrics) handler(more ...prometheus.Collector) http.Handler {
	own := prometheus.NewRegistry()
	own.MustRegister(more...)
	return promhttp.HandlerFor(prometheus.Gatherers{x.registry, own}, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, Timeout: scrapeWithin})
}

// requests counts and times the API's requests.
type requests struct{ *prometheus.HistogramVec }

func newRequests() requests {
	return requests{prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hoso_http_request_seconds", Help: "Time taken by requests.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"route", "method", "status"})}
}

func (x requests) observe(route, method string, status int, took time.Duration) {
	x.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// WithMetrics runs a part and serves its process's metrics beside it, on an
// address of their own. Without an address it only runs the part.
func (m *Main) WithMetrics(ctx context.Context, run func(context.Context) error) error {
	if m.Config.MetricsAddr == "" {
		return run(ctx)
	}
	l, err := listen("metrics", m.Config.MetricsAddr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.metrics.handler(parts{m}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 2 * scrapeWithin, MaxHeaderBytes: 8 << 10}
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- serve(ctx, s, l, func() {}) }()
	m.Log.InfoContext(ctx, "metrics are served", "address", l.Addr().String())
	err = run(ctx)
	cancel()
	if failed := <-served; err == nil {
		err = failed
	}
	return err
}
