package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
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
	keys      atomic.Pointer[keySet]
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
	v.keys.Store(&keys)
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
	payload, ok := verifySignature(bearer, *v.keys.Load())
	if !ok {
		return "", false
	}
	return v.claims.subject(payload)
}
