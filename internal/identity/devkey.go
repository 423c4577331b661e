package identity

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
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

func (k *DevKey) ensure() error {
	err := k.load()
	if errors.Is(err, fs.ErrNotExist) {
		if err = k.create(); err == nil {
			err = k.load()
		}
	}
	if err != nil {
		return err
	}
	// The public file is always derived anew, so that the pair cannot differ.
	public, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.private.Public()}})
	if err != nil {
		return err
	}
	return placeFile(k.PublicFile, public, 0o644, os.Rename)
}

// load reads the private key and refuses one that others may read.
func (k *DevKey) load() error {
	info, err := os.Stat(k.PrivateFile)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s may be read by others; chmod 600 it or remove it", k.PrivateFile)
	}
	raw, err := os.ReadFile(k.PrivateFile)
	if err != nil {
		return err
	}
	if err := k.private.UnmarshalJSON(raw); err != nil {
		return fmt.Errorf("%s is not a JWK; remove it to get a new key", k.PrivateFile)
	}
	if _, ok := k.private.Key.(ed25519.PrivateKey); !ok || k.private.KeyID == "" {
		return fmt.Errorf("%s is not an Ed25519 key with a kid; remove it to get a new key", k.PrivateFile)
	}
	return nil
}

// create makes a key unless somebody else was first.
func (k *DevKey) create() error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.EdDSA), Use: "sig"}
	print, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return err
	}
	key.KeyID = "dev-" + base64.RawURLEncoding.EncodeToString(print[:9])
	raw, err := key.MarshalJSON()
	if err != nil {
		return err
	}
	// A link, unlike a rename, does not replace what is there.
	if err := placeFile(k.PrivateFile, raw, 0o600, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// placeFile writes a file beside its place and moves it there whole.
func placeFile(name string, raw []byte, mode fs.FileMode, place func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".key-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if _, err := f.Write(raw); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return place(f.Name(), name)
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
