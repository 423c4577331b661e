package identity

import (
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

// moment is the instant at which the tests' clock stands.
var moment = time.Date(2025, 2, 5, 9, 30, 0, 0, time.UTC)

// register is a Directory of a few people; safe to change while in use.
type register struct {
	mu     sync.Mutex
	people map[string]Subject
	err    error
}

func (r *register) Subject(_ context.Context, id string) (Subject, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return Subject{}, r.err
	}
	s, known := r.people[id]
	if !known {
		return Subject{}, ErrUnknownSubject
	}
	return s, nil
}

func (r *register) disable(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.people[id]
	s.Disabled = true
	r.people[id] = s
}

// bundle is a verifier with everything that a test may want to bend.
type bundle struct {
	verifier *Verifier
	register *register
	file     string
	ed       ed25519.PrivateKey
	rsa      *rsa.PrivateKey
}

// rsaKey is made once: generation is slow, the tests only sign with it.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(nil, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func setup(t *testing.T) *bundle {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	b := &bundle{
		register: &register{people: map[string]Subject{
			"lan":  {ID: "lan", Role: Clerk, Office: "VNPHKI", Network: "vnpost"},
			"gone": {ID: "gone", Role: Clerk, Office: "VNPHKI", Network: "vnpost", Disabled: true},
		}},
		file: filepath.Join(t.TempDir(), "keys.json"),
		ed:   ed,
		rsa:  rsaKey(),
	}
	b.writeKeys(t, b.edJWK("ed1"), b.rsaJWK("rsa1"))
	b.verifier, err = NewVerifier(Config{
		KeysFile: b.file, Directory: b.register, Now: func() time.Time { return moment },
	})
	require.NoError(t, err)
	return b
}

func (b *bundle) edJWK(kid string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: b.ed.Public(), KeyID: kid, Algorithm: "EdDSA", Use: "sig"}
}

func (b *bundle) rsaJWK(kid string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: &b.rsa.PublicKey, KeyID: kid, Algorithm: "RS256", Use: "sig"}
}

func (b *bundle) writeKeys(t *testing.T, keys ...jose.JSONWebKey) {
	t.Helper()
	raw, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(b.file, raw, 0o600))
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, token := range map[string]string{
		"EdDSA":              b.forge(nil, nil),
		"RS256":              b.forge(fields{"alg": "RS256", "kid": "rsa1"}, nil),
		"without typ":        b.forge(fields{"typ": nil}, nil),
		"access token typ":   b.forge(fields{"typ": "at+jwt"}, nil),
		"several audiences":  b.forge(nil, fields{"aud": []string{"other", "hoso"}}),
		"without iat":        b.forge(nil, fields{"iat": nil}),
		"expired in leeway":  b.forge(nil, fields{"exp": moment.Add(-29 * time.Second).Unix()}),
		"issued in leeway":   b.forge(nil, fields{"iat": moment.Add(29 * time.Second).Unix()}),
		"fraction of second": b.forge(nil, fields{"exp": float64(moment.Unix()) + 60.5}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := b.verifier.Authenticate(t.Context(), token)
			require.NoError(t, err)
			require.Equal(t, Subject{ID: "lan", Role: Clerk, Office: "VNPHKI", Network: "vnpost"}, s)
		})
	}
}

func TestTokenClaimsNeverGrantARole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s, err := b.verifier.Authenticate(t.Context(), b.forge(nil, fields{
		"role": "manager", "roles": []string{"admin"}, "office": "VTPHBT", "network": "viettelpost",
		"scope": "admin", "SUB": "gone",
	}))
	require.NoError(t, err)
	require.Equal(t, Subject{ID: "lan", Role: Clerk, Office: "VNPHKI", Network: "vnpost"}, s)
}

func TestDisabledUserIsOutAtTheNextRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.forge(nil, nil)
	_, err := b.verifier.Authenticate(t.Context(), token)
	require.NoError(t, err)
	b.register.disable("lan")
	_, err = b.verifier.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, ErrUnauthenticated)
}

// A signature is checked once, its time each time.
func TestATokenSeenBeforeExpiresAllTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	now := moment
	v, err := NewVerifier(Config{KeysFile: b.file, Directory: b.register, Now: func() time.Time { return now }})
	require.NoError(t, err)
	token := b.forge(nil, nil)
	for range 2 {
		_, err = v.Authenticate(t.Context(), token)
		require.NoError(t, err)
	}
	now = now.Add(2 * time.Hour)
	_, err = v.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, ErrUnauthenticated)
}

func TestRegisterOutOfReachIsNotTheCallersFault(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register.err = errors.New("connection refused")
	_, err := b.verifier.Authenticate(t.Context(), b.forge(nil, nil))
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrUnauthenticated)
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := b.forge(nil, nil)
	next := b.forge(fields{"alg": "RS256", "kid": "next"}, nil)
	check := func(token string) error {
		_, err := b.verifier.Authenticate(t.Context(), token)
		return err
	}
	require.ErrorIs(t, check(next), ErrUnauthenticated, "before the key is in the set")

	b.writeKeys(t, b.edJWK("ed1"), b.rsaJWK("next"))
	require.NoError(t, b.verifier.Reload())
	require.NoError(t, check(old), "both hold during rotation")
	require.NoError(t, check(next), "both hold during rotation")

	b.writeKeys(t, b.rsaJWK("next"))
	require.NoError(t, b.verifier.Reload())
	require.ErrorIs(t, check(old), ErrUnauthenticated, "after the old key left")
	require.NoError(t, check(next))

	require.NoError(t, os.WriteFile(b.file, []byte("{"), 0o600))
	require.Error(t, b.verifier.Reload())
	require.NoError(t, check(next), "a bad file changes nothing")
}

func TestSubjectScope(t *testing.T) {
	t.Parallel()
	good := map[Role]Subject{
		Clerk:      {Office: "VNPHKI", Network: "vnpost"},
		Supervisor: {Network: "vnpost"},
		Centre:     {Authority: "H26.12.03"},
		Manager:    {},
		Courier:    {Carrier: "viettelpost"},
		Auditor:    {},
		Admin:      {},
	}
	require.Len(t, good, len(Roles()))
	for _, role := range Roles() {
		for shape, s := range good {
			s.ID, s.Role = "x", role
			if role == shape || good[role] == good[shape] {
				require.NoError(t, s.Validate(), "%s with its scope", role)
			} else {
				require.Error(t, s.Validate(), "%s with the scope of %s", role, shape)
			}
		}
	}
	require.Error(t, Subject{Role: Admin}.Validate())
	require.Error(t, Subject{ID: "x", Role: "root"}.Validate())
	require.False(t, Role("").Valid())
}
