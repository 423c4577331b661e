// Package keyfile keeps signing keys and secrets in files: made once, readable by their owner
// only, the same for every process that starts in the folder.
package keyfile

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

	"github.com/go-jose/go-jose/v4"
)

// Ensure gives the Ed25519 key in a file (a JWK) and makes one where there is
// none; its id is the prefix and a part of its thumbprint. Two processes that
// start at once end up with the same key. A file that others may read is refused.
func Ensure(file, prefix string) (jose.JSONWebKey, error) {
	key, err := load(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := create(file, prefix); err != nil {
		return key, err
	}
	return load(file)
}

func load(file string) (key jose.JSONWebKey, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return key, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return key, fmt.Errorf("%s may be read by others; chmod 600 it or remove it", file)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return key, err
	}
	if err := key.UnmarshalJSON(raw); err != nil {
		return key, fmt.Errorf("%s is not a JWK; remove it to get a new key", file)
	}
	if _, ok := key.Key.(ed25519.PrivateKey); !ok || key.KeyID == "" {
		return key, fmt.Errorf("%s is not an Ed25519 key with a kid; remove it to get a new key", file)
	}
	return key, nil
}

// create makes a key unless somebody else was first.
func create(file, prefix string) error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.EdDSA), Use: "sig"}
	print, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return err
	}
	key.KeyID = prefix + base64.RawURLEncoding.EncodeToString(print[:9])
	raw, err := key.MarshalJSON()
	if err != nil {
		return err
	}
	return PlaceOnce(file, raw)
}

// PlaceOnce writes a file that only its owner may read, whole, and leaves one
// that is there already as it is.
func PlaceOnce(file string, raw []byte) error {
	// A link, unlike a rename, does not replace what is there.
	if err := place(file, raw, 0o600, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Publish writes a JWK set that everybody may read, whole or not at all.
func Publish(file string, keys ...jose.JSONWebKey) error {
	raw, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	if err != nil {
		return err
	}
	return place(file, raw, 0o644, os.Rename)
}

// place writes a file beside its place and moves it there whole.
func place(name string, raw []byte, mode fs.FileMode, move func(from, to string) error) error {
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
	return move(f.Name(), name)
}
