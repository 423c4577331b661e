package call

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
)

// Body is what an act sends: JSON, or a Form.
type Body interface {
	open(ctx context.Context) (*content, error)
}

// JSON sends a value as a JSON document.
func JSON(v any) Body { return jsonBody{v} }

type jsonBody struct{ value any }

func (b jsonBody) open(context.Context) (*content, error) {
	raw, err := json.Marshal(b.value)
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	return &content{Reader: bytes.NewReader(raw), length: int64(len(raw)), mediaType: "application/json"}, nil
}

// Form sends a value as the first part of a multipart form and files, streamed,
// as the parts after it, named document-0, document-1 and so on. No file name
// is sent: people put names into them.
type Form struct {
	Name  string // of the JSON part
	Value any
	Files []File
}

// File is one file of a form. What its bytes turn out to be is held against
// SHA256 and Bytes (where given) before the form's last line is sent, so that a
// changed or shortened file never arrives as part of a whole request.
type File struct {
	MediaType string
	SHA256    string // hex; "" for unknown
	Bytes     int64  // 0 for unknown
	Open      func(context.Context) (io.ReadCloser, error)
}

func (f Form) open(ctx context.Context) (*content, error) {
	raw, err := json.Marshal(f.Value)
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	frame := newFrame()
	c := &content{mediaType: frame.w.FormDataContentType()}
	parts := []io.Reader{frame.part(f.Name, "application/json"), bytes.NewReader(raw)}
	c.length = int64(len(raw))
	for i, file := range f.Files {
		// All are opened before the first byte leaves: a file that is not there
		// must not leave half a request behind.
		r, err := file.Open(ctx)
		if err != nil {
			c.close()
			return nil, fmt.Errorf("open document %d: %w", i, err)
		}
		checked := &checkedFile{file: file, source: r, sum: sha256.New()}
		c.files = append(c.files, checked)
		parts = append(parts, frame.part("document-"+strconv.Itoa(i), file.MediaType), checked)
		if file.Bytes <= 0 || c.length < 0 {
			c.length = -1 // unknown: net/http sends it in chunks
			continue
		}
		c.length += file.Bytes
	}
	parts = append(parts, frame.end())
	if c.length >= 0 {
		c.length += frame.written
	}
	c.Reader = io.MultiReader(parts...)
	return c, nil
}

// content is a body being sent.
type content struct {
	io.Reader
	length    int64
	mediaType string
	files     []*checkedFile
}

// broken tells what went wrong on our side while sending, if anything did.
func (c *content) broken() error {
	for _, f := range c.files {
		if err := f.failure(); err != nil {
			return err
		}
	}
	return nil
}

func (c *content) close() {
	for _, f := range c.files {
		f.close()
	}
}

// frame writes the lines between the parts of a form.
type frame struct {
	w       *multipart.Writer
	buf     bytes.Buffer
	written int64
}

func newFrame() *frame {
	f := new(frame)
	f.w = multipart.NewWriter(&f.buf)
	return f
}

func (f *frame) part(name, mediaType string) io.Reader {
	if _, _, err := mime.ParseMediaType(mediaType); err != nil {
		mediaType = "application/octet-stream" // and no line break gets into a header
	}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", mime.FormatMediaType("form-data", map[string]string{"name": name}))
	h.Set("Content-Type", mediaType)
	_, _ = f.w.CreatePart(h) // a bytes.Buffer does not fail
	return f.take()
}

func (f *frame) end() io.Reader {
	_ = f.w.Close()
	return f.take()
}

func (f *frame) take() io.Reader {
	lines := bytes.Clone(f.buf.Bytes())
	f.buf.Reset()
	f.written += int64(len(lines))
	return bytes.NewReader(lines)
}

var errFileChanged = errors.New("document is not what its digest or length says")

// checkedFile reads a file and fails at its end if it was another. The mutex is
// for net/http, which may still be reading when an early answer ends the call.
type checkedFile struct {
	file File

	mu     sync.Mutex
	source io.ReadCloser
	sum    hash.Hash
	read   int64
	failed error
}

// Read implements io.Reader.
func (f *checkedFile) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.source.Read(p)
	if excess := f.read + int64(n) - f.file.Bytes; f.file.Bytes > 0 && excess > 0 {
		n, err = n-int(excess), errFileChanged
	}
	f.sum.Write(p[:n])
	f.read += int64(n)
	if errors.Is(err, io.EOF) && !f.asSaid() {
		err = errFileChanged
	}
	if err != nil && !errors.Is(err, io.EOF) && f.failed == nil {
		f.failed = err
	}
	return n, err
}

func (f *checkedFile) asSaid() bool {
	return (f.file.Bytes <= 0 || f.read == f.file.Bytes) &&
		(f.file.SHA256 == "" || strings.EqualFold(hex.EncodeToString(f.sum.Sum(nil)), f.file.SHA256))
}

func (f *checkedFile) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

func (f *checkedFile) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.source.Close()
}
