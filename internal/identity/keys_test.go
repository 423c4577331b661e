package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

func TestKeySetRefusesWhatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	for name, keys := range map[string][]any{
		"no kid":               {jose.JSONWebKey{Key: b.ed.Public(), Algorithm: "EdDSA"}},
		"no alg":               {jose.JSONWebKey{Key: b.ed.Public(), KeyID: "a"}},
		"alg none":             {jose.JSONWebKey{Key: b.ed.Public(), KeyID: "a", Algorithm: "none"}},
		"alg of another kind":  {jose.JSONWebKey{Key: b.ed.Public(), KeyID: "a", Algorithm: "RS256"}},
		"RSA with PS256":       {jose.JSONWebKey{Key: &b.rsa.PublicKey, KeyID: "a", Algorithm: "PS256"}},
		"short RSA":            {jose.JSONWebKey{Key: &short.PublicKey, KeyID: "a", Algorithm: "RS256"}},
		"symmetric":            {jose.JSONWebKey{Key: []byte("0123456789abcdef0123456789abcdef"), KeyID: "a", Algorithm: "HS256"}},
		"private Ed25519":      {jose.JSONWebKey{Key: b.ed, KeyID: "a", Algorithm: "EdDSA"}},
		"private RSA":          {jose.JSONWebKey{Key: b.rsa, KeyID: "a", Algorithm: "RS256"}},
		"for encryption":       {jose.JSONWebKey{Key: b.ed.Public(), KeyID: "a", Algorithm: "EdDSA", Use: "enc"}},
		"same kid twice":       {b.edJWK("a"), b.rsaJWK("a")},
		"one good and one bad": {b.edJWK("a"), map[string]string{"kty": "oct", "k": "AAAA", "kid": "b", "alg": "HS256"}},
		"unknown kind":         {map[string]string{"kty": "magic", "kid": "b", "alg": "EdDSA"}},
		"empty set":            {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := json.Marshal(map[string]any{"keys": keys})
			require.NoError(t, err)
			_, err = parseKeySet(raw)
			require.Error(t, err)
		})
	}
	_, err = parseKeySet([]byte("secret-looking text"))
	require.ErrorContains(t, err, "not a JWK set")
	require.NotContains(t, err.Error(), "secret")
}

func TestVerifierRefusesToStartBlind(t *testing.T) {
	t.Parallel()
	_, err := NewVerifier(Config{KeysFile: filepath.Join(t.TempDir(), "none"), Directory: &register{}})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = NewVerifier(Config{})
	require.Error(t, err)
}

func TestDevelopmentKeyMintsTokensThatHold(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "auth")
	key, err := EnsureDevKey(dir)
	require.NoError(t, err)
	info, err := os.Stat(key.PrivateFile)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	public, err := os.ReadFile(key.PublicFile)
	require.NoError(t, err)
	require.NotContains(t, string(public), `"d"`)

	v, err := NewVerifier(Config{
		KeysFile:  key.PublicFile,
		Directory: &register{people: map[string]Subject{"lan": {ID: "lan", Role: Manager}}},
	})
	require.NoError(t, err)
	again, err := EnsureDevKey(dir)
	require.NoError(t, err)
	token, err := Mint(again, "lan", time.Minute)
	require.NoError(t, err)
	s, err := v.Authenticate(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, Manager, s.Role)

	token, err = Mint(key, "lan", -time.Hour)
	require.NoError(t, err)
	_, err = v.Authenticate(t.Context(), token)
	require.ErrorIs(t, err, ErrUnauthenticated)
	_, err = Mint(key, "", time.Minute)
	require.Error(t, err)
}

func TestDevelopmentKeyIsOneHoweverManyAskAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kids := make([]string, 16)
	var wg sync.WaitGroup
	for i := range kids {
		wg.Go(func() {
			if key, err := EnsureDevKey(dir); err == nil {
				kids[i] = key.private.KeyID
			}
		})
	}
	wg.Wait()
	for _, kid := range kids {
		require.True(t, strings.HasPrefix(kid, "dev-"))
		require.Equal(t, kids[0], kid)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 2, "no temporary files stay")
}

func TestDevelopmentKeyReadableByOthersIsRefused(t *testing.T) {
	t.Parallel()
	key, err := EnsureDevKey(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, os.Chmod(key.PrivateFile, 0o644))
	_, err = EnsureDevKey(filepath.Dir(key.PrivateFile))
	require.ErrorContains(t, err, "chmod 600")
	require.NoError(t, os.WriteFile(key.PrivateFile, []byte("{}"), 0o600))
	require.NoError(t, os.Chmod(key.PrivateFile, 0o600))
	_, err = EnsureDevKey(filepath.Dir(key.PrivateFile))
	require.Error(t, err)
	require.IsType(t, ed25519.PrivateKey{}, key.private.Key)
}
