package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// Check is one thing that /readyz asks.
type Check struct {
	Name string // "database", "migrations", "temporal"
	// Required checks must pass for filings to be accepted. The others are told
	// in the body only: with Temporal away filings go on.
	Required bool
	Run      func(context.Context) error
}

// checkTimeout bounds each check; a load balancer will not wait longer.
const checkTimeout = 2 * time.Second

// Health is the answer of /healthz.
type Health struct {
	Status string `json:"status" enum:"ok"`
	Build
}

// Readiness is the answer of /readyz.
type Readiness struct {
	Status string            `json:"status" enum:"ready,not_ready"`
	Checks map[string]string `json:"checks" doc:"ok or failing, by name of the check" example:"{\"database\": \"ok\", \"temporal\": \"failing\"}"`
}

type healthOutput struct{ Body Health }

type readinessOutput struct {
	Status     int
	RetryAfter string `header:"Retry-After" doc:"Seconds to wait, with 503."`
	Body       Readiness
}

func (s *Server) registerHealth() {
	register(s, Op{
		ID: "healthz", Method: http.MethodGet, Path: "/healthz", Tag: "health",
		Summary: "The process is alive",
	}, anyone, func(context.Context, *struct{}) (*healthOutput, error) {
		return &healthOutput{Health{Status: "ok", Build: BuildInfo()}}, nil
	})
	register(s, Op{
		ID: "readyz", Method: http.MethodGet, Path: "/readyz", Tag: "health",
		Summary: "Filings can be accepted",
		Doc:     "200 when database and migrations are in order, 503 otherwise and while the process is stopping; the body also says whether Temporal answers.",
	}, anyone, s.readiness)
}

func (s *Server) readiness(ctx context.Context, _ *struct{}) (*readinessOutput, error) {
	out := &readinessOutput{Status: http.StatusOK, Body: Readiness{Status: "ready", Checks: map[string]string{}}}
	for i, err := range RunChecks(ctx, s.deps.Checks) {
		check := s.deps.Checks[i]
		out.Body.Checks[check.Name] = "ok"
		if err == nil {
			continue
		}
		Log(ctx).Warn("check fails", slog.String("check", check.Name), slog.String("error", loggable(err)))
		out.Body.Checks[check.Name] = "failing"
		if check.Required {
			out.Status, out.RetryAfter, out.Body.Status = http.StatusServiceUnavailable, "5", "not_ready"
		}
	}
	return out, nil
}

// RunChecks runs all at once and gives their errors in order. A check that
// outlasts its time has failed, whether it heeds its context or not.
func RunChecks(ctx context.Context, checks []Check) []error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	errs := make([]error, len(checks))
	var wg sync.WaitGroup
	for i, check := range checks {
		done := make(chan error, 1)
		go func() { done <- check.Run(ctx) }()
		wg.Go(func() {
			select {
			case errs[i] = <-done:
			case <-ctx.Done():
				errs[i] = ctx.Err()
			}
		})
	}
	wg.Wait()
	return errs
}

func (s *Server) registerMetrics() {
	if s.deps.Metrics != nil {
		s.engine.GET("/metrics", gin.WrapH(s.deps.Metrics))
	}
}
