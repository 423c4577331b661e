package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hoso/internal/blob"
	"hoso/internal/confined"
	"hoso/internal/identity"
	"hoso/internal/scan"
	"hoso/internal/store"
)

// Document is a stored file and what the digitization check makes of it.
type Document struct {
	ID        string    `json:"id"`
	SHA256    string    `json:"sha256"`
	MediaType string    `json:"media_type" example:"application/pdf"`
	Bytes     int64     `json:"bytes"`
	Pages     int       `json:"pages" doc:"0 where the file could not be opened."`
	Verdict   string    `json:"verdict" enum:"ready,doubtful,unreadable" doc:"How well the file can be read. A page that was seen before does not change it."`
	Findings  []Finding `json:"findings"`
}

// Finding is one thing that is wrong with a scan, or may be, or is worth knowing.
type Finding struct {
	Code     string `json:"code" example:"blurred"`
	Page     int    `json:"page,omitempty" doc:"From 1; absent for the file as a whole."`
	Severity string `json:"severity" enum:"info,warn,error"`
	Message  string `json:"message" doc:"What to do, in the reader's language."`
}

// formRoom is what the frame of an upload may take beside the file.
const formRoom = 64 << 10

type documentInput struct {
	RawBody huma.MultipartFormFiles[struct {
		File huma.FormFile `form:"file" required:"true" doc:"PDF, JPEG, PNG, TIFF or WebP; judged by its bytes."`
	}]
}

type documentRef struct {
	ID string `path:"id" maxLength:"64"`
}

type (
	newDocumentOutput struct {
		Location string `header:"Location"`
		Body     Document
	}
	documentOutput struct{ Body Document }
	contentOutput  struct {
		ContentType        string `header:"Content-Type"`
		ContentDisposition string `header:"Content-Disposition"`
		ContentLength      string `header:"Content-Length"`
		Body               func(huma.Context)
	}
)

func (s *Server) registerDocuments() {
	register(s, Op{
		ID: "upload-document", Method: http.MethodPost, Path: "/v1/documents", Status: http.StatusCreated, Tag: "documents",
		Summary: "Hand a scan in", Command: true, MaxBytes: s.deps.Scan.MaxBytes + formRoom,
		Doc: "The file is judged by its bytes. A bad scan of a type that is taken is stored with its findings; another type is refused with 415.",
	}, only(identity.Clerk, identity.Courier, identity.Centre, identity.Manager), s.uploadDocument)
	register(s, Op{
		ID: "show-document", Method: http.MethodGet, Path: "/v1/documents/{id}", Tag: "documents",
		Summary: "What a document is", Problems: []Code{NotFound},
	}, anyRole, s.showDocument)
	register(s, Op{
		ID: "document-content", Method: http.MethodGet, Path: "/v1/documents/{id}/content", Tag: "documents",
		Summary: "A document's bytes, as an attachment", Problems: []Code{NotFound},
		Tune: func(o *huma.Operation) {
			o.Responses["200"] = &huma.Response{Description: "The bytes.", Content: map[string]*huma.MediaType{
				"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
		},
	}, anyRole, s.documentContent)
}

func (s *Server) uploadDocument(ctx context.Context, in *documentInput) (*newDocumentOutput, error) {
	req := requestOf(ctx, "document")
	if op, known, err := s.deps.Store.Recall(ctx, req); known || err != nil {
		return storedDocument([]byte(op.ResponseBody), err)
	}
	file := in.RawBody.Data().File
	report, err := s.judge(ctx, file)
	if err != nil {
		return nil, err
	}
	kept, err := s.deps.Blobs.Put(io.NewSectionReader(file, 0, file.Size), s.deps.Scan.MaxBytes)
	if errors.Is(err, blob.ErrTooLarge) {
		return nil, NewTooLarge(s.deps.Scan.MaxBytes)
	} else if err != nil {
		return nil, fmt.Errorf("keeping a document: %w", err)
	}
	findings, err := json.Marshal(list(report.Findings))
	if err != nil {
		return nil, err
	}
	who := SubjectFrom(ctx)
	answer, err := s.deps.Store.AddDocument(ctx, req, store.Document{
		SHA256: kept.SHA256, StorageName: kept.Name, MediaType: report.MediaType, Bytes: kept.Bytes, Pages: report.Pages,
		Verdict: string(report.Verdict), Findings: string(findings), Profile: report.Profile,
		Prints:  s.printsOf(report),
		Subject: who.ID, Office: who.Office, Network: who.Network, Authority: who.Authority, Carrier: who.Carrier,
	}, func(d store.Document) store.Answer {
		body, _ := json.Marshal(documentView(requestIn(ctx).lang, d)) // plain fields: cannot fail
		return store.Answer{Status: http.StatusCreated, Body: body}
	})
	return storedDocument(answer.Body, err)
}

func storedDocument(body []byte, err error) (*newDocumentOutput, error) {
	var v Document
	if err == nil {
		err = json.Unmarshal(body, &v)
	}
	return &newDocumentOutput{Location: "/v1/documents/" + v.ID, Body: v}, err
}

// retryCheck is when to come back while files cannot be checked.
const retryCheck = 5 * time.Second

// judge looks at an upload before anything is stored, and refuses what is no
// scan at all.
func (s *Server) judge(ctx context.Context, file huma.FormFile) (scan.Report, error) {
	switch {
	case file.Size == 0:
		return scan.Report{}, NewInvalidRequest(Field("/file", "file_empty"))
	case file.Size > s.deps.Scan.MaxBytes:
		return scan.Report{}, NewTooLarge(s.deps.Scan.MaxBytes)
	}
	report, err := s.deps.Checker.Check(ctx, file, file.Size, s.deps.Scan)
	if errors.Is(err, confined.ErrBusy) {
		Log(ctx).Warn("scan not checked", "error", loggable(err))
		return report, NewUnavailable(retryCheck)
	}
	if err == nil && !slices.Contains(s.deps.Scan.MediaTypes, report.MediaType) {
		return report, NewUnsupportedMedia(Field("/file", "file_type", "accepted", strings.Join(s.deps.Scan.MediaTypes, ", ")))
	}
	return report, err
}

func (s *Server) showDocument(ctx context.Context, in *documentRef) (*documentOutput, error) {
	d, err := s.findDocument(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if d.Seen, err = s.deps.Store.SeenPages(ctx, d.ID, s.deps.Scan.SeenBefore.Common); err != nil {
		return nil, err
	}
	return &documentOutput{documentView(requestIn(ctx).lang, d)}, nil
}

func (s *Server) findDocument(ctx context.Context, id string) (store.Document, error) {
	d, err := s.deps.Store.Document(ctx, id)
	if err != nil {
		return d, err
	}
	ok, err := s.maySee(ctx, SubjectFrom(ctx), d)
	if err == nil && !ok {
		err = store.ErrNotFound
	}
	return d, err
}

func (s *Server) documentContent(ctx context.Context, in *documentRef) (*contentOutput, error) {
	d, err := s.findDocument(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := s.deps.Blobs.Get(d.StorageName)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", d.ID, err)
	}
	mediaType, extension := safeType(d.MediaType)
	return &contentOutput{
		ContentType:        mediaType,
		ContentDisposition: `attachment; filename="` + d.SHA256[:min(16, len(d.SHA256))] + extension + `"`,
		ContentLength:      strconv.FormatInt(d.Bytes, 10),
		Body: func(c huma.Context) {
			defer f.Close()
			if _, err := io.Copy(c.BodyWriter(), f); err != nil {
				Log(ctx).Warn("document not sent whole", "error", loggable(err))
			}
		},
	}, nil
}

// safeType is the type under which a file is served and its name's ending. A
// result can be of any type that the portal names; what is not on the list goes
// out as bytes without a meaning.
func safeType(mediaType string) (string, string) {
	switch mediaType {
	case "application/pdf":
		return mediaType, ".pdf"
	case "image/jpeg":
		return mediaType, ".jpg"
	case "image/png":
		return mediaType, ".png"
	case "image/tiff":
		return mediaType, ".tif"
	case "image/webp":
		return mediaType, ".webp"
	case "application/xml", "text/xml":
		return "application/xml", ".xml"
	default:
		return "application/octet-stream", ".bin"
	}
}

func documentView(l lang, d store.Document) Document {
	v := Document{ID: d.ID, SHA256: d.SHA256, MediaType: d.MediaType, Bytes: d.Bytes, Pages: d.Pages, Verdict: d.Verdict, Findings: []Finding{}}
	for _, f := range append(findingsOf(d), seenFindings(d)...) {
		v.Findings = append(v.Findings, Finding{Code: f.Code, Page: f.Page, Severity: f.Severity, Message: f.Message(l.tag())})
	}
	return v
}

// findingsOf reads what the check found; a document that was not checked, such
// as an electronic result, has none.
func findingsOf(d store.Document) []scan.Finding {
	var found []scan.Finding
	if json.Unmarshal([]byte(d.Findings), &found) != nil {
		return nil
	}
	return found
}
