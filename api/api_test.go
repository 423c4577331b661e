package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"hoso/internal/identity"
)

// canary stands for personal data: no answer and no log line may hold it.
const canary = "Nguyễn Quýt Canary 001090000001"

// note is a resource that exists only here, to exercise the foundation.
type note struct {
	Title   string       `json:"title" maxLength:"20"`
	Copies  int          `json:"copies,omitempty" minimum:"1" maximum:"9"`
	Kind    string       `json:"kind,omitempty" enum:"plain,urgent"`
	ID      string       `json:"citizen_id,omitempty" pattern:"^[0-9]{12}$"`
	Born    string       `json:"born,omitempty" format:"date"`
	Mail    string       `json:"email,omitempty" format:"email"`
	Ref     string       `json:"ref,omitempty" format:"uuid"`
	When    *Time        `json:"when,omitempty"`
	Person  *notePerson  `json:"person,omitempty"`
	Persons []notePerson `json:"persons,omitempty" maxItems:"3"`
}

type notePerson struct {
	Name string `json:"name"`
	Age  int    `json:"age,omitempty"`
}

type noteInput struct{ Body note }

type noteOutput struct {
	Location string `header:"Location"`
	Body     struct {
		Title   string `json:"title"`
		By      string `json:"by"`
		Key     string `json:"key"`
		Digest  string `json:"digest"`
		Created Time   `json:"created"`
	}
}

// NoteID has a capital letter because it is embedded; see mustBeSeen.
type NoteID struct {
	ID int `path:"id" minimum:"1"`
}

type listInput struct {
	Page
	Kind string `query:"kind" enum:"plain,urgent"`
}

type uploadInput struct {
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" required:"true"`
	}]
}

type textOutput struct{ Body map[string]string }

// people maps tokens to who bears them.
type people map[string]identity.Subject

func (p people) Authenticate(_ context.Context, bearer string) (identity.Subject, error) {
	if bearer == "register-away" {
		return identity.Subject{}, errors.New("dial tcp: connection refused")
	}
	if s, known := p[bearer]; known {
		return s, nil
	}
	return identity.Subject{}, identity.ErrUnauthenticated
}

var everyone = people{
	"clerk":      {ID: "lan", Role: identity.Clerk, Office: "VNPHKI", Network: "vnpost"},
	"supervisor": {ID: "sup", Role: identity.Supervisor, Network: "vnpost"},
	"centre":     {ID: "off", Role: identity.Centre, Authority: "H26.12.03"},
	"manager":    {ID: "mai", Role: identity.Manager},
	"courier":    {ID: "vtp", Role: identity.Courier, Carrier: "viettelpost"},
	"auditor":    {ID: "aud", Role: identity.Auditor},
	"admin":      {ID: "adm", Role: identity.Admin},
	"scopeless":  {ID: "sco", Role: identity.Clerk},
	"rootlike":   {ID: "roo", Role: "root"},
}

// logBook collects log lines.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// bundle is a server with the notes resource.
type bundle struct {
	server *Server
	log    *logBook
}

func setup(t *testing.T, change ...func(*Deps)) *bundle {
	t.Helper()
	b := &bundle{log: &logBook{}}
	deps := Deps{Auth: everyone, Log: slog.New(slog.NewJSONHandler(b.log, nil))}
	for _, c := range change {
		c(&deps)
	}
	s, err := newServer(deps)
	require.NoError(t, err)
	s.registerAll()
	registerNotes(s)
	b.server = s
	return b
}

var errForTranslation = errors.New("row is gone")

func registerNotes(s *Server) {
	register(s, Op{
		ID: "make-note", Method: http.MethodPost, Path: "/v1/notes", Status: http.StatusCreated,
		Tag: "notes", Summary: "Make a note", Command: true, Problems: []Code{InvalidDossier, Conflict},
	}, only(identity.Clerk), func(ctx context.Context, in *noteInput) (*noteOutput, error) {
		out := &noteOutput{Location: "/v1/notes/1"}
		out.Body.Title, out.Body.By = in.Body.Title, SubjectFrom(ctx).ID
		out.Body.Key, out.Body.Digest = IdempotencyFrom(ctx)
		out.Body.Created = At(time.Date(2025, 2, 5, 2, 30, 0, 0, time.UTC))
		return out, nil
	})
	register(s, Op{
		ID: "check-note", Method: http.MethodPut, Path: "/v1/notes/{id}", Tag: "notes", Summary: "Check a note",
	}, anyRole, func(_ context.Context, in *struct {
		NoteID
		Body note
	}) (*struct{}, error) {
		return nil, nil
	})
	register(s, Op{
		ID: "list-notes", Method: http.MethodGet, Path: "/v1/notes", Tag: "notes", Summary: "List notes",
	}, anyRole, func(_ context.Context, in *listInput) (*struct{ Body List[note] }, error) {
		var after int
		if _, err := DecodeCursor(in.Cursor, &after); err != nil {
			return nil, err
		}
		return &struct{ Body List[note] }{NewList[note](nil, EncodeCursor(in.Limit+after))}, nil
	})
	register(s, Op{
		ID: "upload", Method: http.MethodPost, Path: "/v1/files", Tag: "notes", Summary: "Upload",
		Command: true, MaxBytes: 1 << 20,
	}, only(identity.Clerk), func(ctx context.Context, in *uploadInput) (*textOutput, error) {
		raw, err := io.ReadAll(in.RawBody.Data().File)
		_, digest := IdempotencyFrom(ctx)
		return &textOutput{map[string]string{"content": string(raw), "digest": digest}}, err
	})
	register(s, Op{
		ID: "hook", Method: http.MethodPost, Path: "/v1/webhooks/test", Tag: "notes", Summary: "Webhook", Webhook: true,
	}, anyone, func(ctx context.Context, _ *struct{}) (*textOutput, error) {
		return &textOutput{map[string]string{"raw": string(RawBody(ctx))}}, nil
	})
	register(s, Op{
		ID: "fail", Method: http.MethodPost, Path: "/v1/fail/{how}", Tag: "notes", Summary: "Fail",
	}, anyone, fail)
}

func fail(ctx context.Context, in *struct {
	How  string `path:"how"`
	Body map[string]string
}) (*struct{}, error) {
	switch in.How {
	case "panic":
		panic("cannot cope with \"" + in.Body["text"] + "\"")
	case "panic-plain":
		panic(in.Body["text"])
	case "nil":
		var p *notePerson
		p.Age++
	case "plain":
		return nil, errors.New(`column "name" refuses ` + in.Body["text"])
	case "translated":
		return nil, errForTranslation
	case "slow":
		<-ctx.Done()
		return nil, ctx.Err()
	case "conflict":
		return nil, NewConflict("decision", "withdraw", "contact")
	case "dossier":
		return nil, NewInvalidDossier(Field("/applicant/citizen_id", "citizen_id_shape"),
			Field("/components", "component_missing", "component", "to-khai"))
	case "rate":
		return nil, NewRateLimited(1500 * time.Millisecond)
	case "away":
		return nil, NewUnavailable(7 * time.Second)
	case "huma":
		return nil, huma.Error403Forbidden("no " + in.Body["text"])
	}
	return nil, nil
}

// ask is one request to make.
type ask struct {
	method, path, body string
	token, lang, key   string
	header             map[string]string
}

func (b *bundle) do(a ask) *httptest.ResponseRecorder {
	r := httptest.NewRequest(a.method, a.path, strings.NewReader(a.body))
	if a.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range map[string]string{"Accept-Language": a.lang, keyHeader: a.key} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	return w
}

// problem reads an answer that must be a problem with all its parts.
func problem(t *testing.T, w *httptest.ResponseRecorder) Problem {
	t.Helper()
	require.Equal(t, problemMediaType, w.Header().Get("Content-Type"), w.Body.String())
	var p Problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	require.Equal(t, w.Code, p.Status)
	require.Equal(t, "urn:hoso:problem:"+string(p.Code), p.Type)
	require.NotEmpty(t, p.Title)
	require.NotEmpty(t, p.Detail)
	require.Equal(t, w.Header().Get("X-Request-Id"), p.RequestID)
	for _, e := range p.Errors {
		require.NotEmpty(t, e.Detail)
		require.NotRegexp(t, `\{[a-z]+\}`, e.Detail)
		require.True(t, e.Pointer != nil || e.Parameter != "" || e.Code == "unknown_parameter")
	}
	return p
}

// places lists the errors as "place rule".
func places(p Problem) []string {
	var out []string
	for _, e := range p.Errors {
		if e.Pointer != nil {
			out = append(out, *e.Pointer+" "+e.Code)
		} else {
			out = append(out, e.Parameter+" "+e.Code)
		}
	}
	return out
}
