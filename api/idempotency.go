package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
)

const (
	keyHeader  = "Idempotency-Key"
	maxKey     = 255
	commandKey = "hoso.command" // where register marks an operation as a command
	dryKey     = "hoso.dry"     // and one that wants no key when it is only tried
)

// IdempotencyFrom gives a command's Idempotency-Key and the SHA-256 digest, in
// hex, of method, path and body. Handlers store both together with the effect,
// per subject: the same key and digest get the first answer again, the same key
// with another digest is NewKeyReused.
func IdempotencyFrom(ctx context.Context) (key, digest string) {
	r := requestIn(ctx)
	return r.key, r.digest
}

// requireKey runs before commands, after takeBody.
func (s *Server) requireKey(ctx huma.Context, next func(huma.Context)) {
	c := humagin.Unwrap(ctx)
	if free, _ := ctx.Operation().Metadata[dryKey].(bool); free && isDry(c.Query("dry_run")) {
		next(ctx)
		return
	}
	keys := c.Request.Header.Values(keyHeader)
	if len(keys) != 1 || !plainKey(keys[0]) {
		refuse(c, NewInvalidRequest(Parameter(keyHeader, "idempotency_key")))
		return
	}
	r := requestIn(ctx.Context())
	digest, err := digestOf(c.Request, r.body)
	if err != nil {
		refuse(c, s.problemOf(ctx.Context(), fmt.Errorf("digest request: %w", err)))
		return
	}
	r.key, r.digest = keys[0], digest
	next(ctx)
}

func isDry(word string) bool {
	dry, err := strconv.ParseBool(word)
	return err == nil && dry
}

func plainKey(key string) bool {
	if key == "" || len(key) > maxKey {
		return false
	}
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return false
		}
	}
	return true
}

// digestOf covers what the command says. Each part carries its length, so that
// no two different requests run together to the same bytes.
func digestOf(r *http.Request, body []byte) (string, error) {
	h := sha256.New()
	part(h, r.Method)
	part(h, r.URL.Path)
	if r.MultipartForm == nil {
		part(h, string(body))
	} else if err := digestForm(h, r.MultipartForm); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// digestForm covers an upload's fields and files. The raw body would not do: a
// client draws a new boundary for each attempt.
func digestForm(h hash.Hash, form *multipart.Form) error {
	for _, name := range slices.Sorted(maps.Keys(form.Value)) {
		for _, value := range form.Value[name] {
			part(h, "value")
			part(h, name)
			part(h, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(form.File)) {
		for _, header := range form.File[name] {
			part(h, "file")
			part(h, name)
			part(h, header.Filename)
			if err := digestFile(h, header); err != nil {
				return err
			}
		}
	}
	return nil
}

func digestFile(h hash.Hash, header *multipart.FileHeader) error {
	f, err := header.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Fprintf(h, "%d:", header.Size)
	_, err = io.Copy(h, f)
	return err
}

func part(h hash.Hash, s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
