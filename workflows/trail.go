package workflows

import "go.temporal.io/sdk/workflow"

// trailKey is what contexts know a trail by.
type trailKey string

// The marks that travel beside a message and not in it, in Temporal's headers.
// They are codes, they decide nothing, and no history depends on them.
const (
	// RequestKey finds a *Request in a workflow's context. The activities that
	// follow are told of it.
	RequestKey trailKey = "request"
	// SpanKey finds the place in the trace, whatever it is to who put it there.
	SpanKey trailKey = "span"
)

// Request names the request that last moved a workflow: what started it, or the
// last command carried out.
type Request struct{ ID string }

// trail is what a command came with.
type trail struct {
	request string
	span    any
}

func trailOf(ctx workflow.Context) trail {
	t := trail{span: ctx.Value(SpanKey)}
	if r, ok := ctx.Value(RequestKey).(*Request); ok {
		t.request = r.ID
	}
	return t
}

// onto makes what follows belong to the request, and what is done in the context
// given back to its trace.
func (t trail) onto(ctx workflow.Context) workflow.Context {
	if r, ok := ctx.Value(RequestKey).(*Request); ok && t.request != "" {
		r.ID = t.request
	}
	if t.span == nil {
		return ctx
	}
	return workflow.WithValue(ctx, SpanKey, t.span)
}
