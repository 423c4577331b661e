package identity

import (
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/go-jose/go-jose/v4"
)

// minRSABits is the shortest RSA modulus that may sign tokens.
const minRSABits = 2048

// keySet holds the public keys by id. The algorithm belongs to the key: a token
// may only name it, never choose it.
type keySet map[string]jose.JSONWebKey

// loadKeySet reads a JWK set file. One bad key refuses the whole file, so that a
// mistake shows at start and not as a mysterious 401.
func loadKeySet(file string) (keySet, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read key set: %w", err)
	}
	keys, err := parseKeySet(raw)
	if err != nil {
		return nil, fmt.Errorf("key set %s: %w", file, err)
	}
	return keys, nil
}

func parseKeySet(raw []byte) (keySet, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		// The parser's own words could quote key material.
		return nil, errors.New("not a JWK set")
	}
	if len(set.Keys) == 0 {
		return nil, errors.New("holds no key")
	}
	keys := keySet{}
	for i, raw := range set.Keys {
		key, err := parsePublicKey(raw)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if _, twice := keys[key.KeyID]; twice {
			return nil, fmt.Errorf("key %d: kid is there twice", i+1)
		}
		keys[key.KeyID] = key
	}
	return keys, nil
}

func parsePublicKey(raw []byte) (jose.JSONWebKey, error) {
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(raw); err != nil {
		return key, errors.New("not a usable JWK")
	}
	switch {
	case key.KeyID == "":
		return key, errors.New("has no kid")
	case key.Use != "" && key.Use != "sig":
		return key, errors.New("is not for signatures")
	}
	return key, fits(key)
}

// fits checks that the key is a public one of the kind that its alg says.
func fits(key jose.JSONWebKey) error {
	switch public := key.Key.(type) {
	case ed25519.PublicKey:
		if key.Algorithm != string(jose.EdDSA) {
			return errors.New("an Ed25519 key needs alg EdDSA")
		}
	case *rsa.PublicKey:
		if key.Algorithm != string(jose.RS256) {
			return errors.New("an RSA key needs alg RS256")
		}
		if public.N.BitLen() < minRSABits {
			return fmt.Errorf("RSA key is shorter than %d bits", minRSABits)
		}
	case ed25519.PrivateKey, *rsa.PrivateKey:
		return errors.New("is a private key; the verifying side takes public keys only")
	default:
		return errors.New("must be a public Ed25519 or RSA key")
	}
	return nil
}
