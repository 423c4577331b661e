package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// unmatched stands for the route of a request that found none, since its path
// may hold anything.
const unmatched = "unmatched"

func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return unmatched
}

// logAccess writes one line per request: the route's template, never the path,
// the query or a header.
func logAccess(observe func(route, method string, status int, took time.Duration)) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		took := time.Since(start)
		r := requestIn(c.Request.Context())
		attrs := []slog.Attr{
			slog.String("method", methodOf(c.Request)),
			slog.String("route", routeOf(c)),
			slog.Int("status", c.Writer.Status()),
			slog.Float64("ms", float64(took.Microseconds())/1000),
		}
		if r.subject != nil {
			attrs = append(attrs, slog.String("subject", r.subject.ID), slog.String("role", string(r.subject.Role)))
		}
		r.log.LogAttrs(c.Request.Context(), slog.LevelInfo, "request", attrs...)
		if observe != nil {
			observe(routeOf(c), methodOf(c.Request), c.Writer.Status(), took)
		}
	}
}

// methodOf keeps invented methods out of logs and metric labels.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "OTHER"
}

// recoverPanics answers a panic with a 500 and logs where it happened. The
// panic's value may quote data, so it passes loggable; the body is never logged.
func recoverPanics(c *gin.Context) {
	outer := c.Request.Context() // not yet ended by limitTime
	defer func() {
		cause := recover()
		switch err, _ := cause.(error); {
		case cause == nil:
			return
		case errors.Is(err, http.ErrAbortHandler):
			panic(cause)
		case outer.Err() != nil && !isBug(cause):
			// The caller went away while the answer was being written.
			c.Abort()
			return
		}
		Log(c.Request.Context()).Error("panic",
			slog.String("route", routeOf(c)),
			slog.String("cause", loggableText(fmt.Sprint(cause))),
			slog.String("stack", string(debug.Stack())))
		if c.Writer.Written() {
			c.Abort()
			return
		}
		refuse(c, NewInternal())
	}()
	c.Next()
}

// isBug tells our own mistakes from an answer that could not be written, which
// huma reports by a panic too.
func isBug(cause any) bool {
	err, isError := cause.(error)
	var bug runtime.Error
	return !isError || errors.As(err, &bug)
}

// apiCSP lets a browser do nothing at all with an answer of the API.
const apiCSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

func secureHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", apiCSP)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	c.Next()
}

// limitTime bounds how long a handler may take. What waits for the database or
// for Temporal gives up with the context and is answered 503.
func limitTime(d time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), d)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}

// plainAddress refuses paths and queries with bytes that no address of ours has
// and that the database would choke on.
func plainAddress(c *gin.Context) {
	if !plainText(c.Request.URL.Path) {
		refuse(c, NewNotFound())
		return
	}
	query := c.Request.URL.Query()
	for name, values := range query {
		if !plainText(name) || !plainText(strings.Join(values, "")) {
			refuse(c, NewInvalidRequest(Parameter(plainName(name), "text_not_plain")))
			return
		}
		if len(values) > 1 {
			refuse(c, NewInvalidRequest(Parameter(plainName(name), "single_expected")))
			return
		}
	}
	c.Next()
}
