package identity

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// DefaultParty is the issuer and the audience of tokens unless configured.
const DefaultParty = "hoso"

// DefaultLeeway is how far the issuer's clock may differ from ours.
const DefaultLeeway = 30 * time.Second

// ErrUnauthenticated is the one answer to every token that does not hold: the
// caller learns nothing about which check it failed, nor whether a subject exists.
var ErrUnauthenticated = errors.New("identity: unauthenticated")

// Config is what a Verifier needs.
type Config struct {
	KeysFile  string           // JWK set, HOSO_AUTH_KEYS
	Issuer    string           // required iss; DefaultParty if empty
	Audience  string           // required among aud; DefaultParty if empty
	Leeway    time.Duration    // DefaultLeeway if 0
	Now       func() time.Time // time.Now if nil
	Directory Directory
}

// Verifier turns a bearer token into a Subject. It is safe for concurrent use.
type Verifier struct {
	file      string
	claims    claimRules
	directory Directory
	keys      atomic.Pointer[trust]
}

// trust is a key set with the tokens that it has been found to have signed. The
// two go together: with a new key set every signature is checked anew.
type trust struct {
	keys keySet
	// signed holds claims by their tokens' SHA-256. Only that a key signed these
	// very bytes is remembered; the claims, among them the time, and the subject
	// are judged each time.
	signed *lru.Cache[[sha256.Size]byte, claims]
}

// signedTokens bounds the memory of signatures: far more than clerks at work.
const signedTokens = 4096

func newTrust(keys keySet) (*trust, error) {
	signed, err := lru.New[[sha256.Size]byte, claims](signedTokens)
	return &trust{keys: keys, signed: signed}, err
}

// claims gives what a token says, if one of the keys has signed it.
func (t *trust) claims(token string) (claims, bool) {
	if len(token) > maxTokenBytes {
		return claims{}, false
	}
	mark := sha256.Sum256([]byte(token))
	if c, known := t.signed.Get(mark); known {
		return c, true
	}
	payload, ok := verifySignature(token, t.keys)
	if !ok {
		return claims{}, false
	}
	c, ok := parseClaims(payload)
	if ok {
		t.signed.Add(mark, c)
	}
	return c, ok
}

// NewVerifier loads the key set and refuses to start with a bad one.
func NewVerifier(c Config) (*Verifier, error) {
	if c.Directory == nil {
		return nil, errors.New("identity: a verifier needs a directory")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	v := &Verifier{
		file:      c.KeysFile,
		directory: c.Directory,
		claims: claimRules{
			issuer:   cmp.Or(c.Issuer, DefaultParty),
			audience: cmp.Or(c.Audience, DefaultParty),
			leeway:   cmp.Or(c.Leeway, DefaultLeeway),
			now:      c.Now,
		},
	}
	return v, v.Reload()
}

// Reload reads the key set file again: a key added is good at once, one removed
// is void at once. When the file is bad the old set stays in force.
func (v *Verifier) Reload() error {
	keys, err := loadKeySet(v.file)
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	t, err := newTrust(keys)
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	v.keys.Store(t)
	return nil
}

// Authenticate checks the token and looks its subject up. Every failure of the
// token or the subject is ErrUnauthenticated; any other error says that the
// register could not be asked, which is no fault of the caller.
func (v *Verifier) Authenticate(ctx context.Context, bearer string) (Subject, error) {
	id, ok := v.subjectOf(bearer)
	if !ok {
		return Subject{}, ErrUnauthenticated
	}
	s, err := v.directory.Subject(ctx, id)
	switch {
	case errors.Is(err, ErrUnknownSubject):
		return Subject{}, ErrUnauthenticated
	case err != nil:
		return Subject{}, fmt.Errorf("look up subject: %w", err)
	case s.Disabled || s.ID != id:
		return Subject{}, ErrUnauthenticated
	}
	return s, nil
}

// subjectOf verifies the token and gives its sub claim.
func (v *Verifier) subjectOf(bearer string) (string, bool) {
	c, ok := v.keys.Load().claims(bearer)
	if !ok {
		return "", false
	}
	return v.claims.subject(c)
}
