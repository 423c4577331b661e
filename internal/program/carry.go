package program

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"hoso/activities"
	"hoso/internal/trail"
	"hoso/workflows"
)

// carry has a Temporal client, and the workers that use it, take a request's id
// along, and the trace where there is one. Both travel in headers of events that
// are there anyway; no history gets longer by it.
func carry(o *client.Options, t trace.Tracer) error {
	o.ContextPropagators = append(o.ContextPropagators, requestID{})
	if t != nil {
		traces, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
			Tracer: t, TextMapPropagator: propagation.TraceContext{}, DisableBaggage: true, DisableQueryTracing: true,
			AllowInvalidParentSpans: true, // a header that cannot be read holds up no dossier
			SpanContextKey:          workflows.SpanKey,
		})
		if err != nil {
			return err
		}
		o.Interceptors = append(o.Interceptors, traces)
	}
	o.Interceptors = append(o.Interceptors, new(actLog))
	return nil
}

// requestHeader is where a request's id stands in Temporal's headers.
const requestHeader = "hoso-request"

// requestID carries a request's id from caller to workflow to activity.
type requestID struct{}

var _ workflow.ContextPropagator = requestID{}

func writeRequest(w workflow.HeaderWriter, id string) error {
	if id == "" {
		return nil
	}
	p, err := converter.GetDefaultDataConverter().ToPayload(id)
	if err == nil {
		w.Set(requestHeader, p)
	}
	return err
}

// readRequest gives no id for a header that it cannot read: it is a mark for log
// lines, and holds nothing up.
func readRequest(r workflow.HeaderReader) (id string) {
	p, there := r.Get(requestHeader)
	if !there || converter.GetDefaultDataConverter().FromPayload(p, &id) != nil || !trail.WellFormed(id) {
		return ""
	}
	return id
}

// Inject implements workflow.ContextPropagator.
func (requestID) Inject(ctx context.Context, w workflow.HeaderWriter) error {
	return writeRequest(w, trail.RequestID(ctx))
}

// Extract implements workflow.ContextPropagator.
func (requestID) Extract(ctx context.Context, r workflow.HeaderReader) (context.Context, error) {
	return trail.With(ctx, readRequest(r)), nil
}

// InjectFromWorkflow implements workflow.ContextPropagator.
func (requestID) InjectFromWorkflow(ctx workflow.Context, w workflow.HeaderWriter) error {
	if r, ok := ctx.Value(workflows.RequestKey).(*workflows.Request); ok {
		return writeRequest(w, r.ID)
	}
	return nil
}

// ExtractToWorkflow implements workflow.ContextPropagator.
func (requestID) ExtractToWorkflow(ctx workflow.Context, r workflow.HeaderReader) (workflow.Context, error) {
	return workflow.WithValue(ctx, workflows.RequestKey, &workflows.Request{ID: readRequest(r)}), nil
}

// actLog writes a line per activity: acts upon the outside world at info, the
// register's own reads and writes at debug.
type actLog struct{ interceptor.InterceptorBase }

// InterceptActivity implements interceptor.WorkerInterceptor.
func (*actLog) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &loggedAct{ActivityInboundInterceptorBase: interceptor.ActivityInboundInterceptorBase{Next: next}}
}

type loggedAct struct {
	interceptor.ActivityInboundInterceptorBase
}

// outside are the activities that act upon the outside world.
var outside = func() map[string]bool {
	is := map[string]bool{}
	for _, d := range new(activities.Activities).Definitions() {
		is[d.Name] = d.Queue != workflows.QueueDossier
	}
	return is
}()

// ExecuteActivity implements interceptor.ActivityInboundInterceptor.
func (l *loggedAct) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	info := activity.GetInfo(ctx)
	level := slog.LevelDebug
	if outside[info.ActivityType.Name] {
		level = slog.LevelInfo
	}
	begun := time.Now()
	out, err := l.Next.ExecuteActivity(ctx, in)
	if slog.Default().Enabled(ctx, level) {
		slog.LogAttrs(ctx, level, "activity", slog.String("activity", info.ActivityType.Name), slog.String("workflow", info.WorkflowExecution.ID),
			slog.Int("attempt", int(info.Attempt)), slog.Bool("done", err == nil), slog.Float64("ms", float64(time.Since(begun).Microseconds())/1000))
	}
	return out, err
}
