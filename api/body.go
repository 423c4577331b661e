package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
)

const (
	// maxJSON is the body limit of operations that name none.
	maxJSON = 256 << 10
	// formMemory is how much of an upload is held in memory; the rest waits in a
	// temporary file that goes with the request.
	formMemory = 1 << 20
)

// limitKey is where register leaves an operation's body limit.
const limitKey = "hoso.limit"

// takeBody checks the body's type and size before anything reads it, and keeps
// the raw bytes. It runs after authorise: strangers send no bodies.
func (s *Server) takeBody(ctx huma.Context, next func(huma.Context)) {
	op, c := ctx.Operation(), humagin.Unwrap(ctx)
	limit, _ := op.Metadata[limitKey].(int64)
	if op.RequestBody == nil && op.Metadata[commandKey] == nil {
		next(ctx)
		return
	}
	if c.Request.ContentLength > limit {
		refuse(c, NewTooLarge(limit))
		return
	}
	mediaType, p := mediaTypeOf(c.Request, op)
	if p != nil {
		refuse(c, p)
		return
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	if mediaType == "multipart/form-data" {
		defer dropForm(c.Request)
		p = takeForm(c.Request)
	} else {
		if mediaType != "" {
			c.Request.Header.Set("Content-Type", mediaType) // huma compares it as it stands
		}
		p = takeRaw(c)
	}
	if p != nil {
		refuse(c, p)
		return
	}
	next(ctx)
}

// mediaTypeOf gives the body's type if the operation takes it.
func mediaTypeOf(r *http.Request, op *huma.Operation) (string, *Problem) {
	if op.RequestBody == nil {
		return "", nil
	}
	if r.ContentLength == 0 {
		return "", nil // whether a body is required is huma's question
	}
	if r.Header.Get("Content-Encoding") != "" {
		return "", NewUnsupportedMedia(Parameter("Content-Encoding", "encoding"))
	}
	var accepted []string
	for t := range op.RequestBody.Content {
		accepted = append(accepted, t)
	}
	slices.Sort(accepted)
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := params["charset"]
	if err != nil || !slices.Contains(accepted, mediaType) || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", NewUnsupportedMedia(Parameter("Content-Type", "media_type", "accepted", strings.Join(accepted, ", ")))
	}
	return mediaType, nil
}

// takeRaw reads the body and leaves it readable.
func takeRaw(c *gin.Context) *Problem {
	raw, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return readProblem(err)
	}
	requestIn(c.Request.Context()).body = raw
	c.Request.Body = io.NopCloser(bytes.NewReader(raw))
	return nil
}

func takeForm(r *http.Request) *Problem {
	if err := r.ParseMultipartForm(formMemory); err != nil {
		return readProblem(err)
	}
	for name, values := range r.MultipartForm.Value {
		if !plainText(name) || !plainText(strings.Join(values, "")) {
			return NewInvalidRequest(Field(pointerFrom(name), "text_not_plain"))
		}
	}
	return nil
}

func dropForm(r *http.Request) {
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll()
	}
}

// readProblem says what kept a body from being read.
func readProblem(err error) *Problem {
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return NewTooLarge(tooLarge.Limit)
	}
	if errors.Is(err, multipart.ErrMessageTooLarge) {
		return NewTooLarge(formMemory)
	}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return NewProblem(RequestTimeout)
	}
	return NewInvalidRequest(Field("", "multipart_broken"))
}
