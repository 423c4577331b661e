package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"hoso/workflows"
)

func (c *Config) temporalAddress() string {
	return cmp.Or(c.Temporal.HostPort, client.DefaultHostPort)
}

func (c *Config) temporalNamespace() string {
	return cmp.Or(c.Temporal.Namespace, client.DefaultNamespace)
}

// dialTemporal gives a client that connects when it is first used, so that the
// API starts and serves while Temporal is away.
// Its numbers go to count and its spans to t, either of which may be nil.
func (c *Config) dialTemporal(log *slog.Logger, count client.MetricsHandler, t trace.Tracer) (client.Client, error) {
	o := c.Temporal
	o.Logger = sdklog.NewStructuredLogger(log)
	o.MetricsHandler = count
	if o.ConnectionOptions.GrpcCompression == nil { // packing codes and ids costs both sides more than sending them
		o.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{}
	}
	if err := carry(&o, t); err != nil {
		return nil, fmt.Errorf("temporal: %w", err)
	}
	away, err := client.NewLazyClient(o)
	if err != nil {
		return nil, fmt.Errorf("temporal: %w", err)
	}
	return away, nil
}

// temporalAnswers says whether Temporal can be reached and knows our namespace.
func temporalAnswers(ctx context.Context, t client.Client, namespace string) error {
	_, err := t.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	return err
}

// temporalAway says whether an error is Temporal's absence and no word of its own.
func temporalAway(err error) bool {
	var unavailable *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	return errors.As(err, &unavailable) || errors.As(err, &late) || errors.Is(err, context.DeadlineExceeded)
}

// AwaitTemporal waits until Temporal answers; said is told once, with the first
// failure, that there is something to wait for.
func AwaitTemporal(ctx context.Context, t client.Client, namespace string, said func(error)) error {
	for wait := 50 * time.Millisecond; ; wait = min(wait*3/2, 2*time.Second) {
		try, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := temporalAnswers(try, t, namespace)
		cancel()
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		if said != nil {
			said(err)
			said = nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// attributeTypes are Temporal's types by the names workflows uses.
var attributeTypes = map[string]enums.IndexedValueType{
	"Keyword": enums.INDEXED_VALUE_TYPE_KEYWORD, "Datetime": enums.INDEXED_VALUE_TYPE_DATETIME,
	"Bool": enums.INDEXED_VALUE_TYPE_BOOL, "KeywordList": enums.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}

// AttributeError means that a search attribute has another type than ours.
type AttributeError struct{ Name, Is, Must string }

// Error says which one, and what to do.
func (e *AttributeError) Error() string {
	return fmt.Sprintf("search attribute %s is of type %s and must be %s: remove it from the namespace and run `hoso migrate`, or use another namespace (TEMPORAL_NAMESPACE)", e.Name, e.Is, e.Must)
}

// lacks says which search attributes a namespace lacks, if any.
func lacks(namespace string, missing []string) error {
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("namespace %s lacks search attributes %s: run `hoso migrate`", namespace, strings.Join(missing, ", "))
}

// MissingAttributes lists the search attributes that the namespace lacks. One
// that is there with another type is an error: no dossier could start.
func MissingAttributes(ctx context.Context, t client.Client, namespace string) ([]string, error) {
	got, err := t.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return nil, fmt.Errorf("list search attributes: %w", err)
	}
	wanted := workflows.SearchAttributes()
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		is, there := got.GetCustomAttributes()[name]
		switch {
		case !there:
			missing = append(missing, name)
		case is != attributeTypes[wanted[name]]:
			return nil, &AttributeError{Name: name, Is: is.String(), Must: wanted[name]}
		}
	}
	return missing, nil
}

// RegisterAttributes gives the namespace the search attributes that it lacks,
// and says which those were.
func RegisterAttributes(ctx context.Context, t client.Client, namespace string) ([]string, error) {
	missing, err := MissingAttributes(ctx, t, namespace)
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	add := map[string]enums.IndexedValueType{}
	for _, name := range missing {
		add[name] = attributeTypes[workflows.SearchAttributes()[name]]
	}
	_, err = t.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: add})
	var there *serviceerror.AlreadyExists
	if err != nil && !errors.As(err, &there) {
		return nil, fmt.Errorf("register search attributes %s: %w", strings.Join(missing, ", "), err)
	}
	return missing, nil
}

// Reached says whether Temporal answers at all.
func Reached(ctx context.Context, t client.Client) error {
	if _, err := t.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return fmt.Errorf("Temporal is not reached: %s", Short(err)) //nolint:staticcheck // a name
	}
	return nil
}

// Dial gives a client for a command of its own, and the namespace.
func (c *Config) Dial(log *slog.Logger) (client.Client, string, error) {
	t, err := c.dialTemporal(log, nil, nil)
	return t, c.temporalNamespace(), err
}

// Short gives an error of Temporal's in a few words, without the library's own.
func Short(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	text := err.Error()
	if i := strings.LastIndex(text, "desc = "); i >= 0 {
		text = strings.Trim(text[i+len("desc = "):], `"`)
	}
	return text
}
