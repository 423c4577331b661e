package audit

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
	"strconv"
	"strings"
	"time"
)

// RootVersion is the form of roots that this program writes.
const RootVersion = 1

// Head is where a dossier's two ledgers ended when a root was made.
type Head struct {
	Dossier     string
	Seq         int64 // last entry of its changes
	Hash        string
	CustodySeq  int64 // last entry of the ledger of its originals, 0 for none
	CustodyHash string
}

// Line is the head as it stands in a root's list, with its line's end. A list
// has one line per dossier that has changed since the root before, sorted by
// code, byte by byte.
func (h Head) Line() string {
	custody := h.CustodyHash
	if custody == "" {
		custody = "-"
	}
	return fmt.Sprintf("%s %d %s %d %s\n", h.Dossier, h.Seq, h.Hash, h.CustodySeq, custody)
}

// ParseHead reads a line of a list, without its end.
func ParseHead(line string) (h Head, err error) {
	f := strings.Split(line, " ")
	if len(f) != 5 {
		return h, errors.New("audit: not a line of a list of heads")
	}
	h.Dossier, h.Hash, h.CustodyHash = f[0], f[2], strings.TrimPrefix(f[4], "-")
	if h.Seq, err = strconv.ParseInt(f[1], 10, 64); err == nil {
		h.CustodySeq, err = strconv.ParseInt(f[3], 10, 64)
	}
	if err != nil || h.Line() != line+"\n" {
		return h, errors.New("audit: not a line of a list of heads")
	}
	return h, nil
}

// Root is a statement over all ledgers of the register: the heads of those that
// have changed since the root before, and by that root's hash all before.
type Root struct {
	Version  int       `json:"version"`
	N        int64     `json:"n"` // 1 for the first, then without gaps
	At       time.Time `json:"at"`
	Dossiers int64     `json:"dossiers"` // that this or an earlier root lists
	Changed  int64     `json:"changed"`  // lines of its list
	Heads    string    `json:"heads"`    // SHA-256 of its list, in hex
	Prev     string    `json:"prev"`     // SHA-256 of the file of the root before, "" for the first
	// Restored says that the register was restored from a backup since the root
	// before: roots made after the backup are not its own any more.
	Restored string `json:"restored,omitempty"` // SHA-256 of the backup's manifest
	KeyID    string `json:"key_id"`
}

// Signer signs with a key that has a name.
type Signer interface {
	ID() string
	// Sign signs a message that begins with a line of its own kind, so that a
	// signature made for one thing never passes for another.
	Sign(message []byte) []byte
}

// rootDomain begins what is signed of a root.
const rootDomain = "hoso audit root 1\n"

// ErrRoot is the answer to a file that is no root; what wraps it says why. A
// root whose signature does not fit is ErrRootUnsigned.
var (
	ErrRoot         = errors.New("audit: not a root")
	ErrRootUnsigned = errors.New("audit: root not signed with a known key")
)

type rootFile struct {
	Root      Root   `json:"root"`
	Signature string `json:"signature"` // base64url without padding
}

// SignRoot gives the signed root's file. Version and KeyID are filled in.
func SignRoot(r Root, by Signer) ([]byte, error) {
	r.Version, r.KeyID, r.At = RootVersion, by.ID(), r.At.UTC().Truncate(time.Microsecond)
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return rootFile{r, base64.RawURLEncoding.EncodeToString(by.Sign(append([]byte(rootDomain), raw...)))}.bytes()
}

func (f rootFile) bytes() ([]byte, error) {
	raw, err := json.MarshalIndent(f, "", "  ")
	return append(raw, '\n'), err
}

// HashRoot is the name by which the next root knows a root's file.
func HashRoot(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// ReadRoot reads a root's file without asking who signed it. A file that is not
// in its one form is ErrRoot, so that every changed byte shows.
func ReadRoot(file []byte) (Root, error) {
	f, err := parseRoot(file)
	return f.Root, err
}

func parseRoot(file []byte) (rootFile, error) {
	var f rootFile
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return f, fmt.Errorf("%w: not its JSON", ErrRoot)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return f, fmt.Errorf("%w: something follows it", ErrRoot)
	}
	own, err := f.bytes()
	if err != nil || !bytes.Equal(own, file) {
		return f, fmt.Errorf("%w: not written in its one form", ErrRoot)
	}
	if f.Root.Version != RootVersion {
		return f, fmt.Errorf("%w: of version %d, which this program does not know", ErrRoot, f.Root.Version)
	}
	return f, nil
}

// VerifyRoot reads a root's file and holds its signature against the keys.
func VerifyRoot(file []byte, keys map[string]ed25519.PublicKey) (Root, error) {
	f, err := parseRoot(file)
	if err != nil {
		return f.Root, err
	}
	raw, err := json.Marshal(f.Root)
	if err != nil {
		return f.Root, err
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(f.Signature)
	key, known := keys[f.Root.KeyID]
	if err != nil || !known || !ed25519.Verify(key, append([]byte(rootDomain), raw...), signature) {
		return f.Root, ErrRootUnsigned
	}
	return f.Root, nil
}
