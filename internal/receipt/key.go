package receipt

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"

	"hoso/internal/keyfile"
)

// The key's files within its directory: the private part, a JWK that only its
// owner may read, and the public ones, a JWK set for everybody.
const (
	PrivateName = "receipt-key.json"
	PublicName  = "receipt-keys.json"
)

// Key signs statements.
type Key struct{ jwk jose.JSONWebKey }

// ID is the key's name in statements and on paper.
func (k *Key) ID() string { return k.jwk.KeyID }

func (k *Key) private() ed25519.PrivateKey {
	private, _ := k.jwk.Key.(ed25519.PrivateKey) // EnsureKey saw to it
	return private
}

// Public is the key set that verifies what this key signs.
func (k *Key) Public() Keys {
	public, _ := k.private().Public().(ed25519.PublicKey)
	return Keys{k.ID(): public}
}

// EnsureKey gives the directory's signing key and makes one where there is none.
// The public file keeps keys of former times, so that old receipts stay
// verifiable when the private file is replaced.
func EnsureKey(dir string) (*Key, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("receipt key: %w", err)
	}
	jwk, err := keyfile.Ensure(filepath.Join(dir, PrivateName), "receipt-")
	if err != nil {
		return nil, fmt.Errorf("receipt key: %w", err)
	}
	if err := publish(filepath.Join(dir, PublicName), jwk.Public()); err != nil {
		return nil, fmt.Errorf("receipt key: %w", err)
	}
	return &Key{jwk}, nil
}

// publish adds a public key to those already published.
func publish(file string, own jose.JSONWebKey) error {
	keys := []jose.JSONWebKey{own}
	known, err := readSet(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, k := range known {
		if k.KeyID != own.KeyID {
			keys = append(keys, k)
		}
	}
	if len(known) == len(keys) && known[0].KeyID == own.KeyID {
		return nil
	}
	return keyfile.Publish(file, keys...)
}

// Keys are public keys by their id.
type Keys map[string]ed25519.PublicKey

// LoadKeys reads a JWK set file. One bad key refuses the whole file.
func LoadKeys(file string) (Keys, error) {
	set, err := readSet(file)
	if err != nil {
		return nil, fmt.Errorf("receipt keys: %w", err)
	}
	keys := Keys{}
	for _, k := range set {
		keys[k.KeyID] = k.Key.(ed25519.PublicKey)
	}
	return keys, nil
}

func readSet(file string) ([]jose.JSONWebKey, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var set jose.JSONWebKeySet
	// The parser's own words could quote key material.
	if err := json.Unmarshal(raw, &set); err != nil || len(set.Keys) == 0 {
		return nil, fmt.Errorf("%s is not a JWK set with keys", file)
	}
	seen := map[string]bool{}
	for i, k := range set.Keys {
		public, ok := k.Key.(ed25519.PublicKey)
		if !ok || len(public) != ed25519.PublicKeySize || k.KeyID == "" || seen[k.KeyID] {
			return nil, fmt.Errorf("%s: key %d must be a public Ed25519 key with a kid of its own", file, i+1)
		}
		seen[k.KeyID] = true
	}
	return set.Keys, nil
}

// Sign signs a message of another kind than a receipt. It begins with a line that
// names its kind, as a receipt's does, so that neither ever passes for the other.
func (k *Key) Sign(message []byte) []byte { return ed25519.Sign(k.private(), message) }
