package receipt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// domain stands before the statement when it is signed, so that a signature made
// for anything else can never pass for one of ours.
const domain = "hoso receipt 1\n"

// ErrInvalid is the answer to everything that is not a valid receipt; what wraps
// it says why.
var ErrInvalid = errors.New("not valid")

// Signed is a statement with its signature.
type Signed struct {
	Statement
	signature []byte
}

// envelope is the file, its fields in the order of their names.
type envelope struct {
	Signature string    `json:"signature"` // base64url without padding
	Statement Statement `json:"statement"`
}

// Sign checks a statement, brings it into its one form and signs it. Version and
// KeyID are filled in. Faults are a *[FieldError].
func Sign(key *Key, s Statement) (*Signed, error) {
	s = s.normal()
	s.Version, s.KeyID = Version, key.ID()
	if err := s.check(); err != nil {
		return nil, err
	}
	message, err := s.message()
	if err != nil {
		return nil, err
	}
	return &Signed{Statement: s, signature: ed25519.Sign(key.private(), message)}, nil
}

func (s Statement) message() ([]byte, error) {
	raw, err := s.canonical()
	return append([]byte(domain), raw...), err
}

// File is the signed statement as it is kept and attached.
func (s *Signed) File() ([]byte, error) {
	return canonical(envelope{base64.RawURLEncoding.EncodeToString(s.signature), s.Statement})
}

// Mark is what people compare: the first 16 hexadecimal digits of the SHA-256 of
// the signed statement, in fours.
func (s *Signed) Mark() (string, error) {
	raw, err := s.File()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	digits := hex.EncodeToString(sum[:8])
	return strings.Join([]string{digits[:4], digits[4:8], digits[8:12], digits[12:]}, " "), nil
}

// Verify reads a signed statement and checks its signature with the key it names.
// Whatever is not exactly what [Signed.File] writes is [ErrInvalid].
func Verify(keys Keys, file []byte) (*Signed, error) {
	s, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	key, known := keys[s.KeyID]
	if !known {
		return nil, fmt.Errorf("%w: signed with a key that is not among the given ones", ErrInvalid)
	}
	message, err := s.message()
	if err != nil {
		return nil, err
	}
	if !ed25519.Verify(key, message, s.signature) {
		return nil, fmt.Errorf("%w: the signature does not fit the statement", ErrInvalid)
	}
	return s, nil
}

// biggest bounds what is read as a statement.
const biggest = 1 << 20

func read(file []byte) (*Signed, error) {
	if len(file) > biggest {
		return nil, errors.New("the statement is too large")
	}
	var e envelope
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	// The parser's own words could quote what it read.
	if err := d.Decode(&e); err != nil {
		return nil, errors.New("not a signed statement")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the statement")
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(e.Signature)
	if err != nil || len(signature) != ed25519.SignatureSize {
		return nil, errors.New("the signature is not one")
	}
	s := &Signed{Statement: e.Statement.normal(), signature: signature}
	if err := s.check(); err != nil {
		return nil, err
	}
	// One statement has one way to be written; a blank more is another file.
	if own, err := s.File(); err != nil || !bytes.Equal(own, file) {
		return nil, errors.New("the statement is not written in its one form")
	}
	return s, nil
}
