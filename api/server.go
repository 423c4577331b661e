// Package api is the thin HTTP layer: routes, request and answer types, problem
// details, who may call what. It holds no business rule.
//
// # How to add an operation
//
// Give it a file named after its resource (dossiers.go), declare input and
// answer as Go types, register it, and name the register function in routes.go:
//
//	type fileInput struct {
//		Body FilingRequest // unknown fields, wrong types: 400, without your doing
//	}
//
//	type fileOutput struct {
//		Location string `header:"Location"`
//		Body     Dossier
//	}
//
//	func (s *Server) registerDossiers() {
//		register(s, Op{
//			ID: "file-dossier", Method: http.MethodPost, Path: "/v1/dossiers", Status: http.StatusCreated,
//			Tag: "dossiers", Summary: "File a dossier",
//			Command:  true, // wants an Idempotency-Key
//			Problems: []Code{InvalidDossier, KeyReused},
//		}, only(identity.Clerk), s.fileDossier)
//	}
//
//	func (s *Server) fileDossier(ctx context.Context, in *fileInput) (*fileOutput, error) {
//		who := SubjectFrom(ctx)               // role and scope out of the register
//		key, digest := IdempotencyFrom(ctx)   // store both with the effect
//		if errs := Fields(check(in)); len(errs) > 0 {
//			return nil, NewInvalidDossier(errs...)
//		}
//		…
//	}
//
// Who may call is the third argument: only(roles…), anyRole, or anyone. In input
// types, a field is required unless it is tagged json:",omitempty"; limits are
// tags (maxLength, enum, minimum, format); parameters are tagged path, query or
// header. A path parameter that breaks its tags is a 404. Types that are embedded
// need a capital letter. Times in answers are of type Time, lists of type List,
// their inputs embed Page; a field that is written as null needs the tag
// nullable:"true", so that the document says so. Tags check shape only: a rule of the domain, such as
// that of a citizen id, belongs to the domain and is a 422.
//
// Return a *Problem (problem.go) for what the client must hear. Any other error
// goes through Deps.Translate, and is a 500 and a log line if that does not know
// it. No sentence for people is written in a handler: a new rule or code gets its
// line in rules.go or messages.go, in Vietnamese and English.
//
// Uploads: Op.MaxBytes, and an input with
//
//	RawBody huma.MultipartFormFiles[struct {
//		File huma.FormFile `form:"file" required:"true"`
//	}]
//
// Webhooks of outside parties: Op.Webhook with anyone; the handler verifies the
// signature over RawBody(ctx) and decodes by itself, so unknown fields pass.
// Bytes and streams as answers: a Body []byte or a Body func(huma.Context), with
// a ContentType string `header:"Content-Type"` beside it.
package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/trace"

	"hoso/internal/arrivals"
	"hoso/internal/blob"
	"hoso/internal/calendar"
	"hoso/internal/printer"
	"hoso/internal/receipt"
	"hoso/internal/scan"
	"hoso/internal/store"
	"hoso/workflows"
)

// Deps is what the API needs from the rest of the house. Only Auth is required.
type Deps struct {
	Auth Authenticator
	Log  *slog.Logger // slog.Default if nil

	// Store is the register. Without it only health and documentation are served.
	Store *store.Store
	Blobs *blob.Store
	Relay Relay
	// Printer renders the official forms; ReceiptKeys verify what it signs.
	Printer     *printer.Printer
	ReceiptKeys receipt.Keys
	// Scan is what uploads are judged by, Checker who judges them: scan.InProcess
	// if nil.
	Scan    scan.Profile
	Checker scan.Checker
	// Codes reads QR codes from pictures; without it only what was typed is read.
	Codes CodeReader
	// PortalSecrets sign the portal's webhook; CarrierSecrets each carrier's. A
	// carrier that is not among them has no webhook.
	PortalSecrets  [][]byte
	CarrierSecrets map[string][][]byte
	// Calendars gives the working calendars of all units; those that come with the
	// program if nil.
	Calendars func(context.Context) (*calendar.Book, error)
	// Now is the clock; time.Now if nil.
	Now func() time.Time

	// Translate knows errors beyond those of the register (translate.go); it
	// answers nil for those it does not know.
	Translate func(error) *Problem
	// Checks decide what /readyz says.
	Checks []Check
	// Metrics serves /metrics; without it there is no such route.
	Metrics http.Handler
	// Observe hears of each request for metrics; its route is a template.
	Observe func(route, method string, status int, took time.Duration)
	// Tracer begins a trace with each request; nothing is traced if nil.
	Tracer trace.Tracer
	// Timeout bounds each request; 30 seconds if 0.
	Timeout time.Duration
	// TrustedProxies are the addresses (CIDR) whose X-Forwarded-For is believed.
	TrustedProxies []string
}

// Relay passes on to the workflows what the register holds for them.
type Relay interface {
	// KickStart has a dossier's workflow started at once, as part of the context's
	// request.
	KickStart(ctx context.Context, code string)
	// KickMessage has a report passed on at once that has just been stored.
	KickMessage(m store.Inbox)
	// Kick has whatever waits passed on at once.
	Kick()
	// Send sends a stored command and waits for the workflow's word. An error
	// means that there is none yet; the command stays and is sent again.
	Send(ctx context.Context, op store.Operation) (workflows.Answer, *workflows.Refusal, error)
}

// Server is the API as an http.Handler.
type Server struct {
	deps       Deps
	cat        *catalogueCache
	door       arrivals.Door
	guess      guesses
	turnedAway attempts
	engine     *gin.Engine
	huma       huma.API
	ops        []Operation
	spec       func() ([]byte, error)

	problemBody map[string]*huma.MediaType // of every answer that is a problem, in the document
}

// New builds the API with all its routes.
func New(deps Deps) (*Server, error) {
	s, err := newServer(deps)
	if err != nil {
		return nil, err
	}
	s.registerAll()
	return s, nil
}

// newServer builds the API without resources.
func newServer(deps Deps) (*Server, error) {
	if deps.Auth == nil {
		return nil, errors.New("api: no authenticator")
	}
	deps.Log = cmp.Or(deps.Log, slog.Default())
	deps.Timeout = cmp.Or(deps.Timeout, 30*time.Second)
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Checker == nil {
		deps.Checker = scan.InProcess{}
	}
	if deps.Calendars == nil {
		deps.Calendars = shippedCalendars
	}
	engine, err := newEngine(deps)
	if err != nil {
		return nil, err
	}
	s := &Server{deps: deps, engine: engine, guess: newGuesses(deps.Now)}
	if deps.Store != nil {
		if deps.Relay == nil || deps.Blobs == nil || deps.Printer == nil {
			return nil, errors.New("api: a register needs its relay, its files and its printer")
		}
		s.cat = &catalogueCache{store: deps.Store}
		s.door = arrivals.Door{Store: deps.Store, Blobs: deps.Blobs}
	}
	s.huma = humagin.New(engine, humaConfig(s))
	s.huma.UseMiddleware(s.authorise, s.takeBody)
	s.spec = sync.OnceValues(s.marshalSpec)
	return s, nil
}

func shippedCalendars(context.Context) (*calendar.Book, error) { return calendar.DefaultBook(), nil }

func newEngine(deps Deps) (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false
	if err := e.SetTrustedProxies(deps.TrustedProxies); err != nil {
		return nil, fmt.Errorf("api: trusted proxies: %w", err)
	}
	e.Use(openRequest(deps.Log))
	if deps.Tracer != nil {
		e.Use(traceRequest(deps.Tracer))
	}
	e.Use(
		logAccess(deps.Observe),
		recoverPanics,
		secureHeaders,
		limitTime(deps.Timeout),
		plainAddress,
	)
	e.NoRoute(func(c *gin.Context) { refuse(c, NewNotFound()) })
	e.NoMethod(func(c *gin.Context) { refuse(c, NewProblem(MethodNotAllowed)) })
	return e, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// Operations lists all operations with who may call them, so that a test can
// walk role by route.
func (s *Server) Operations() []Operation { return slices.Clone(s.ops) }

// HTTPServer gives a server around the handler with time-outs that a slow or
// silent client cannot outlast. Uploads get two minutes.
func HTTPServer(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      3 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}
