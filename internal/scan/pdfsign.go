package scan

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// What can be wrong with a signature, as a profile names it.
const (
	signatureBroken  = "broken"  // the signed bytes are others, or the signature is not the signer's
	signatureChanged = "changed" // whole, but more was added to the file after signing
	signatureExpired = "expired" // made outside the certificate's time
	signatureUnread  = "unread"  // of a kind that cannot be checked here
)

var signatureFaults = []string{signatureBroken, signatureChanged, signatureExpired, signatureUnread}

const (
	maxSignatures   = 32
	maxSignatureHex = 2 << 20
)

// span4 is a signature's byte range: two parts of the file with the signature
// itself between them.
type span4 [4]int64

// end is where the signed part of the file ends.
func (s span4) end() int64 { return s[2] + s[3] }

// judgeSignatures says of each signature in a PDF whether what it signs is
// unchanged, who signed and until when the certificate holds. Whether the
// certificate was revoked, and whether its issuer can be trusted, only others
// know: that is said, and not asked.
func (in *inspection) judgeSignatures(doc *model.Context) {
	ranges := in.signatures(doc)
	if len(ranges) == 0 {
		return
	}
	first := int64(-1) // the end of what was signed first
	for _, r := range ranges {
		s, err := in.verify(r)
		switch {
		case in.src.failed() != nil:
			return
		case err == nil && s.stamp: // neither blames the file nor signs it
		case err == nil:
			if first < 0 {
				first = r.end()
			}
			in.signed(s)
		case errors.Is(err, errBroken):
			in.badSignature(signatureBroken, CodeSignatureInvalid, s)
		default:
			in.badSignature(signatureUnread, CodeSignatureUnverified, s)
		}
	}
	if first < 0 {
		return
	}
	// Whoever changes a file can sign it as well: each signature is of the state of
	// the file at its time, and the first shows all that came later.
	if first < in.src.size && in.addedTo(doc, first) {
		in.badSignature(signatureChanged, CodeSignatureUnverified, signature{})
	}
	in.find(Finding{Code: CodeSignatureUnverified, Severity: SeverityInfo}, "signature_unverified.offline")
}

// signed notes a signature that is whole.
func (in *inspection) signed(s signature) {
	in.findSigned(Finding{Code: CodeSignatureValid, Severity: SeverityInfo}, CodeSignatureValid, s)
	if !s.at.IsZero() && (s.at.Before(s.from) || s.at.After(s.until)) {
		in.badSignature(signatureExpired, CodeSignatureInvalid, s)
	}
}

func (in *inspection) badSignature(fault, code string, s signature) {
	if severity := in.p.Signatures[fault]; severity != allow {
		in.findSigned(Finding{Code: code, Severity: severity}, code+"."+fault, s)
	}
}

// findSigned notes a finding whose sentences name the signer.
func (in *inspection) findSigned(f Finding, key string, s signature) {
	f = f.message(key)
	vi := strings.NewReplacer("{signer}", named(s.signer, "người không rõ tên"), "{until}", s.until.In(zone).Format("02/01/2006"))
	en := strings.NewReplacer("{signer}", named(s.signer, "somebody without a name"), "{until}", s.until.In(zone).Format(time.DateOnly))
	f.MessageVI, f.MessageEN = vi.Replace(f.MessageVI), en.Replace(f.MessageEN)
	in.rep.Findings = append(in.rep.Findings, f)
}

// zone is Việt Nam's, which has no summer time.
var zone = time.FixedZone("+07", 7*60*60)

// named cleans a name that a certificate gives: it is shown to people, and
// whoever made the file chose it.
func named(name, otherwise string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	if name = strings.TrimSpace(name); name == "" {
		return otherwise
	}
	const longest = 100
	if letters := []rune(name); len(letters) > longest {
		name = string(letters[:longest]) + "…"
	}
	return name
}

// signatures finds the byte ranges of all signatures, in the order of what they
// sign. Ranges that make no sense stay in: they are signatures that do not hold.
func (in *inspection) signatures(doc *model.Context) []span4 {
	var found []span4
	for _, entry := range doc.Table {
		if entry == nil || entry.Free || len(found) == maxSignatures {
			continue
		}
		d, ok := unlazy(in.src.ctx, entry).(types.Dict)
		if !ok || d["Contents"] == nil {
			continue
		}
		a, ok := follow(doc, d["ByteRange"]).(types.Array)
		if !ok {
			continue
		}
		var r span4
		for i := range min(len(a), len(r)) {
			r[i] = int64(number(follow(doc, a[i])))
		}
		found = append(found, r)
	}
	slices.SortFunc(found, func(a, b span4) int { return int(a.end() - b.end()) })
	return found
}

// signedBytes reads what a signature signs, and the signature itself out of the
// gap that its range leaves: nothing else may lie there.
func (in *inspection) signedBytes(r span4) (content, cms []byte, err error) {
	gap := r[2] - r[1]
	switch {
	case r[0] != 0, r[1] <= 0, r[3] < 0, gap < 4, gap > maxSignatureHex, r[2] > in.src.size, r[3] > in.src.size-r[2]:
		return nil, nil, errBroken
	}
	content = make([]byte, r[1]+r[3])
	hexed := make([]byte, gap)
	for _, part := range []struct {
		to []byte
		at int64
	}{{content[:r[1]], 0}, {hexed, r[1]}, {content[r[1]:], r[2]}} {
		if n, err := in.src.ReadAt(part.to, part.at); n < len(part.to) {
			return nil, nil, err
		}
	}
	if hexed[0] != '<' || hexed[gap-1] != '>' {
		return nil, nil, errBroken
	}
	cms = make([]byte, hex.DecodedLen(int(gap-2)))
	if _, err := hex.Decode(cms, hexed[1:gap-1]); err != nil {
		return nil, nil, errBroken
	}
	return content, cms, nil
}
