package api

import (
	"cmp"
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// Op describes one operation.
type Op struct {
	ID      string // unique, kebab-case: "file-dossier"
	Method  string
	Path    string // "/v1/dossiers/{code}"
	Tag     string // the resource, for the documentation
	Summary string // one line
	Doc     string // more, where needed (Markdown)
	Status  int    // of success; 200 if 0, 204 without an answer body

	Command bool // wants an Idempotency-Key
	// KeyFreeDry says that with dry_run=true it wants none: it does nothing then.
	KeyFreeDry bool
	Webhook    bool   // JSON of an outside party, read by RawBody; unknown fields pass
	MaxBytes   int64  // of the body; 256 KiB if 0
	Problems   []Code // beyond those that every operation can answer

	// Tune is the last word on what huma gets to see; seldom needed.
	Tune func(*huma.Operation)
}

// Operation is what a registered operation tells about itself.
type Operation struct {
	ID, Method, Path string
	Access           Access
	Command          bool
}

// register is the one way to add an operation: nothing that does not come
// through here admits anybody.
func register[I, O any](s *Server, op Op, access Access, handler func(context.Context, *I) (*O, error)) {
	mustBeSeen(op, reflect.TypeFor[I]())
	mustBeSeen(op, reflect.TypeFor[O]())
	h := s.operation(op, access)
	if op.Tune != nil {
		op.Tune(h)
	}
	huma.Register(s.huma, *h, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, s.problemOf(ctx, err)
		}
		return out, nil
	})
	s.ops = append(s.ops, Operation{ID: op.ID, Method: op.Method, Path: op.Path, Access: access, Command: op.Command})
}

// mustBeSeen refuses an embedded type with a small letter: huma passes over it in
// silence, and its parameters would be neither read nor checked.
func mustBeSeen(op Op, t reflect.Type) {
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous && !f.IsExported() {
			panic("api: " + op.ID + ": embedded type " + f.Name + " must have a capital letter")
		}
	}
}

// operation says to huma what op and access mean.
func (s *Server) operation(op Op, access Access) *huma.Operation {
	h := &huma.Operation{
		OperationID:   op.ID,
		Method:        op.Method,
		Path:          op.Path,
		Summary:       op.Summary,
		Description:   op.Doc,
		Tags:          []string{op.Tag},
		DefaultStatus: op.Status,
		Metadata:      map[string]any{accessKey: access, limitKey: cmp.Or(op.MaxBytes, maxJSON)},
		Responses:     map[string]*huma.Response{},
		// takeBody has read the body and kept its limits before huma comes to it.
		MaxBodyBytes:    -1,
		BodyReadTimeout: -1,
	}
	if !access.public {
		h.Security = []map[string][]string{{bearerScheme: {}}}
		h.Extensions = map[string]any{"x-roles": access.roles}
	}
	if op.Command {
		h.Metadata[commandKey] = true
		h.Middlewares = append(h.Middlewares, s.requireKey)
		h.Parameters = append(h.Parameters, keyParameter(!op.KeyFreeDry))
		h.Metadata[dryKey] = op.KeyFreeDry
	}
	if op.Webhook {
		h.SkipValidateBody = true
		h.RequestBody = foreignJSON()
	}
	for _, code := range possible(op, access) {
		s.addProblem(h, code)
	}
	return h
}

// possible lists the problems that an operation can answer.
func possible(op Op, access Access) []Code {
	codes := []Code{InvalidRequest, Internal, Unavailable}
	if !access.public {
		codes = append(codes, Unauthenticated, Forbidden)
	}
	if op.Method != http.MethodGet {
		codes = append(codes, TooLarge, UnsupportedMedia, RequestTimeout)
	}
	if op.Command {
		codes = append(codes, KeyReused)
	}
	return append(codes, op.Problems...)
}

// addProblem notes in the OpenAPI document that the operation can answer so.
// Several codes can share a status; the description names them all.
func (s *Server) addProblem(h *huma.Operation, code Code) {
	status := strconv.Itoa(code.Status())
	if r, there := h.Responses[status]; there {
		if !slices.Contains(h.Metadata["codes"].([]Code), code) {
			r.Description += ", " + string(code)
		}
	} else {
		h.Responses[status] = s.problemResponse(code)
	}
	codes, _ := h.Metadata["codes"].([]Code)
	h.Metadata["codes"] = append(codes, code)
}

func (s *Server) problemResponse(code Code) *huma.Response {
	if s.problemBody == nil { // one for all: there are hundreds, and huma's schemas are large and stay
		schema := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
		s.problemBody = map[string]*huma.MediaType{problemMediaType: {Schema: schema}}
	}
	r := &huma.Response{Description: string(code), Content: s.problemBody}
	if code == RateLimited || code == Unavailable {
		r.Headers = map[string]*huma.Param{"Retry-After": {
			Description: "Seconds to wait.", Schema: &huma.Schema{Type: huma.TypeInteger},
		}}
	}
	return r
}

func keyParameter(always bool) *huma.Param {
	shortest, longest := 1, maxKey
	return &huma.Param{
		Name: keyHeader, In: "header", Required: always,
		Description: "Drawn anew for each intent and kept for its repetitions: " +
			"the same key with the same body gets the same answer and has its effect once.",
		Schema: &huma.Schema{Type: huma.TypeString, MinLength: &shortest, MaxLength: &longest},
	}
}

func foreignJSON() *huma.RequestBody {
	return &huma.RequestBody{
		Required: true,
		Content: map[string]*huma.MediaType{
			"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}},
		},
	}
}
