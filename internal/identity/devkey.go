package identity

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"hoso/internal/keyfile"
)

// The development key's files within its directory.
const (
	devPrivateName = "dev-key.jwk"
	devPublicName  = "dev-keys.json"
)

// DevKey is a signing key for development and demonstration. A real
// installation has its own issuer and no such key.
type DevKey struct {
	PrivateFile string // JWK, mode 0600
	PublicFile  string // JWK set for Config.KeysFile

	private jose.JSONWebKey
}

// EnsureDevKey gives the directory's development key and makes one where there
// is none. Two processes that start at once end up with the same key.
func EnsureDevKey(dir string) (*DevKey, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("development key: %w", err)
	}
	k := &DevKey{
		PrivateFile: filepath.Join(dir, devPrivateName),
		PublicFile:  filepath.Join(dir, devPublicName),
	}
	if err := k.ensure(); err != nil {
		return nil, fmt.Errorf("development key: %w", err)
	}
	return k, nil
}

func (k *DevKey) ensure() (err error) {
	if k.private, err = keyfile.Ensure(k.PrivateFile, "dev-"); err != nil {
		return err
	}
	// The public file is always derived anew, so that the pair cannot differ.
	return keyfile.Publish(k.PublicFile, k.private.Public())
}

// Mint signs a token for the subject, good from now for ttl, with the default
// issuer and audience. It says who acts and nothing about what they may do.
func Mint(key *DevKey, subject string, ttl time.Duration) (string, error) {
	if !plainSubject(subject) {
		return "", errors.New("mint token: subject is empty, too long or not printable")
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.EdDSA, Key: key.private},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("mint token: %w", err)
	}
	now := time.Now()
	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer:   DefaultParty,
		Subject:  subject,
		Audience: jwt.Audience{DefaultParty},
		IssuedAt: jwt.NewNumericDate(now),
		Expiry:   jwt.NewNumericDate(now.Add(ttl)),
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("mint token: %w", err)
	}
	return token, nil
}
