package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"hoso/api"
)

// The variables of OpenTelemetry's specification that decide whether there are
// traces at all. What else there is of them (headers, sampler, batches, resource)
// the library reads by itself.
const (
	otlpEndpoint       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	otlpTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	otlpProtocol       = "OTEL_EXPORTER_OTLP_PROTOCOL"
	otlpTracesProtocol = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	otelDisabled       = "OTEL_SDK_DISABLED"
	otelTracesExporter = "OTEL_TRACES_EXPORTER"
)

// tracesWanted says whether traces are to be sent, and refuses a way of sending
// them that we do not have.
func tracesWanted(vars lookup) (bool, error) {
	if vars[otlpEndpoint] == "" && vars[otlpTracesEndpoint] == "" || strings.EqualFold(vars[otelDisabled], "true") || vars[otelTracesExporter] == "none" {
		return false, nil
	}
	for _, name := range []string{otlpTracesProtocol, otlpProtocol} {
		switch vars[name] {
		case "":
		case "http/protobuf":
			return true, nil
		default:
			return false, fmt.Errorf("configuration: %s must be http/protobuf or not set: traces are sent over HTTP, to port 4318 as a rule", name)
		}
	}
	return true, nil
}

// tracing sends spans until it is stopped. A nil one traces nothing.
type tracing struct{ provider *sdktrace.TracerProvider }

// flushWithin is how long the last spans may take at the end.
const flushWithin = 3 * time.Second

// startTracing prepares what the standard variables ask for. A collector that is
// away costs spans and a line in the log, never a request.
func startTracing(ctx context.Context, service string, log *slog.Logger) (*tracing, error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, errors.New("configuration: " + otlpEndpoint + " must be an address such as http://127.0.0.1:4318")
	}
	own, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", cmp.Or(service, "hoso")), attribute.String("service.version", api.BuildInfo().Version)),
		resource.WithFromEnv()) // last: OTEL_SERVICE_NAME goes before our own
	if err != nil {
		return nil, errors.New("configuration: OTEL_RESOURCE_ATTRIBUTES must be key=value pairs with commas between")
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) { // its words hold the collector's address and answer
		log.Warn("traces are not sent: the collector is away or refuses them", "see", otlpEndpoint)
	}))
	return &tracing{sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(own))}, nil
}

// tracer gives a tracer of that name, nil where nothing is traced.
func (t *tracing) tracer(name string) trace.Tracer {
	if t == nil {
		return nil
	}
	return t.provider.Tracer(name)
}

// stop sends what is left.
func (t *tracing) stop() {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushWithin)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // what is lost is told by the error handler
}
