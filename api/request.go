package api

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"hoso/internal/identity"
	"hoso/internal/trail"
)

// request is what the middlewares learn about one request and handlers may ask.
// It travels in the context; each field is written once, before the handler runs.
type request struct {
	id      string
	lang    lang
	address string
	log     *slog.Logger

	subject *identity.Subject // nil for public operations
	body    []byte            // as it came; nil for multipart
	key     string            // Idempotency-Key
	digest  string            // of method, path and body
}

type requestKey struct{}

// requestIn gives the request's record; an empty one outside of any request.
func requestIn(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{log: slog.Default()}
}

// SubjectFrom gives who is acting. In a public operation it is the zero Subject.
func SubjectFrom(ctx context.Context) identity.Subject {
	if s := requestIn(ctx).subject; s != nil {
		return *s
	}
	return identity.Subject{}
}

// RequestID gives the request's id, for log lines and for what is stored about
// who asked.
func RequestID(ctx context.Context) string { return requestIn(ctx).id }

// RawBody gives the body byte for byte, for signatures. It is nil for uploads.
func RawBody(ctx context.Context) []byte { return requestIn(ctx).body }

// ClientAddress gives the caller's address, as far as proxies are trusted.
func ClientAddress(ctx context.Context) string { return requestIn(ctx).address }

// Log gives a logger that carries the request's id.
func Log(ctx context.Context) *slog.Logger { return requestIn(ctx).log }

// openRequest starts the request's record and echoes its id.
func openRequest(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		id := c.GetHeader("X-Request-Id")
		if !trail.WellFormed(id) {
			id = newRequestID()
		}
		r := &request{
			id:      id,
			lang:    languageOf(c.GetHeader("Accept-Language")),
			address: c.ClientIP(),
			log:     log.With(slog.String(trail.KeyRequest, id)),
		}
		c.Request = c.Request.WithContext(context.WithValue(trail.With(c.Request.Context(), id), requestKey{}, r))
		c.Header("X-Request-Id", id)
		c.Next()
	}
}

func newRequestID() string {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.NewString()
	}
	return id.String()
}

// refuse answers with a problem and stops the chain.
func refuse(c *gin.Context, p *Problem) {
	r := requestIn(c.Request.Context())
	for name, values := range p.GetHeaders() {
		c.Writer.Header()[name] = values
	}
	markLanguage(c.Writer.Header(), r.lang)
	c.Header("Content-Type", problemMediaType)
	c.Abort()
	c.Status(p.Status)
	if c.Request.Method == http.MethodHead {
		c.Writer.WriteHeaderNow()
		return
	}
	if err := jsonFormat.Marshal(c.Writer, p.in(r.lang, r.id)); err != nil {
		r.log.Warn("could not write problem", slog.String("error", loggable(err)))
	}
}

func markLanguage(h http.Header, l lang) {
	h.Set("Content-Language", l.tag())
	h.Add("Vary", "Accept-Language")
}
