package simulator

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// Answer writes a value as JSON.
func Answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller is gone; nobody to tell
}

// Refuse writes an error answer: a code and nothing of what was sent.
func Refuse(w http.ResponseWriter, status int, code string) {
	Answer(w, status, map[string]string{"code": code})
}

// maxJSON is the longest JSON a simulator reads.
const maxJSON = 1 << 20

// ErrUnreadable is what a request's body gives that is not what it should be.
var ErrUnreadable = errors.New("simulator: request is not readable")

// ReadJSON reads one JSON document and the rest of the body, so that the server
// notices when the caller hangs up.
func ReadJSON(r io.Reader, into any) error {
	raw, err := io.ReadAll(io.LimitReader(r, maxJSON+1))
	if err != nil || len(raw) > maxJSON || json.Unmarshal(raw, into) != nil {
		return ErrUnreadable
	}
	return nil
}
