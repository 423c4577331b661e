package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"hoso/internal/portal"
	"hoso/internal/simulator"
)

// maxForm is the longest submission taken, scans and all.
const maxForm = 512 << 20

// readJSON reads an act without scans; it gives the refusal's code, or "".
func readJSON(w http.ResponseWriter, r *http.Request, into any) string {
	if simulator.ReadJSON(http.MaxBytesReader(w, r.Body, maxForm), into) != nil {
		return "invalid_request"
	}
	return ""
}

// readForm reads an act with scans: its JSON first, then each document that the
// JSON lists, in order, and nothing else. The bytes are held against their
// digest and dropped. It gives the refusal's code, or "".
func readForm(w http.ResponseWriter, r *http.Request, name string, into any, documents func() []portal.Document) string {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	parts, err := r.MultipartReader()
	if err != nil {
		return "invalid_request"
	}
	head, err := parts.NextPart()
	if err != nil || head.FormName() != name || simulator.ReadJSON(head, into) != nil {
		return "invalid_request"
	}
	for i, doc := range documents() {
		part, err := parts.NextPart()
		if err != nil || part.FormName() != "document-"+strconv.Itoa(i) {
			return "invalid_request"
		}
		same, err := fits(part, doc)
		if err != nil {
			return "invalid_request"
		}
		if !same {
			return "digest_mismatch"
		}
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		return "invalid_request"
	}
	// To the last byte, so that the server notices when the caller hangs up.
	_, _ = io.Copy(io.Discard, r.Body)
	return ""
}

// fits says whether a part's bytes are those of the document.
func fits(part *multipart.Part, doc portal.Document) (bool, error) {
	sum := sha256.New()
	n, err := io.Copy(sum, part)
	if err != nil {
		return false, err
	}
	return (doc.Bytes <= 0 || n == doc.Bytes) && strings.EqualFold(hex.EncodeToString(sum.Sum(nil)), doc.SHA256), nil
}

func digests(docs []portal.Document) []string {
	out := make([]string, 0, len(docs))
	for _, d := range docs {
		out = append(out, d.SHA256)
	}
	return out
}
