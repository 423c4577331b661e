package identity

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
)

const (
	maxTokenBytes   = 8 << 10
	maxSubjectBytes = 200
)

// algorithms are those a token may be signed with at all; which one of them
// holds for a given token is fixed by the key.
var algorithms = []jose.SignatureAlgorithm{jose.EdDSA, jose.RS256}

// verifySignature checks form and signature of a compact JWS and gives its
// payload. Only the header parameters alg, kid and typ are known: one that
// brings its own key (jwk, jku, x5u, x5c) or asks for more (crit, b64, zip) is
// refused, not ignored.
func verifySignature(token string, keys keySet) ([]byte, bool) {
	if len(token) > maxTokenBytes || !plainHeader(token) {
		return nil, false
	}
	jws, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil || len(jws.Signatures) != 1 {
		return nil, false
	}
	header := jws.Signatures[0].Protected
	key, known := keys[header.KeyID]
	if header.KeyID == "" || !known || header.Algorithm != key.Algorithm {
		return nil, false
	}
	payload, err := jws.Verify(key.Key)
	return payload, err == nil
}

// plainHeader checks the three parts' encoding, strictly so that no two texts
// are the same token, and the header's parameter names.
func plainHeader(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	decoded := make([][]byte, 3)
	for i, part := range parts {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil || strings.ContainsAny(part, "\r\n") {
			return false
		}
		decoded[i] = raw
	}
	var header map[string]any
	if json.Unmarshal(decoded[0], &header) != nil {
		return false
	}
	for name := range header {
		if !slices.Contains([]string{"alg", "kid", "typ"}, name) {
			return false
		}
	}
	return plainType(header)
}

// plainType accepts an absent typ, JWT, and at+jwt (RFC 9068): a token made for
// another purpose with the same key must not open this door.
func plainType(header map[string]any) bool {
	raw, there := header["typ"]
	if !there {
		return true
	}
	typ, _ := raw.(string)
	return strings.EqualFold(typ, "JWT") || strings.EqualFold(typ, "at+jwt")
}

// claimRules are the conditions on a token's claims.
type claimRules struct {
	issuer, audience string
	leeway           time.Duration
	now              func() time.Time
}

// subject checks the claims and gives sub. Claims beyond these are not read.
func (r claimRules) subject(c claims) (string, bool) {
	if c.issuer != r.issuer || !slices.Contains(c.audience, r.audience) || !plainSubject(c.subject) {
		return "", false
	}
	now, leeway := unixTime(r.now().Unix()), unixTime(r.leeway/time.Second)
	switch {
	case c.expires == nil || *c.expires+leeway <= now,
		c.notBefore != nil && *c.notBefore-leeway > now,
		c.issuedAt != nil && *c.issuedAt-leeway > now:
		return "", false
	}
	return c.subject, true
}

// claims are the registered claims that count; an absent one is zero.
type claims struct {
	issuer, subject              string
	audience                     audience
	expires, notBefore, issuedAt *unixTime
}

// parseClaims reads the claims by their exact names. (Unmarshalling into a
// struct would take a "SUB" for a sub.)
func parseClaims(payload []byte) (claims, bool) {
	var c claims
	var raw map[string]json.RawMessage
	if json.Unmarshal(payload, &raw) != nil {
		return c, false
	}
	for name, into := range map[string]any{
		"iss": &c.issuer, "sub": &c.subject, "aud": &c.audience,
		"exp": &c.expires, "nbf": &c.notBefore, "iat": &c.issuedAt,
	} {
		if value, there := raw[name]; there && json.Unmarshal(value, into) != nil {
			return c, false
		}
	}
	return c, true
}

func plainSubject(sub string) bool {
	return sub != "" && len(sub) <= maxSubjectBytes && utf8.ValidString(sub) &&
		!strings.ContainsFunc(sub, func(r rune) bool { return !unicode.IsPrint(r) })
}

// unixTime is a NumericDate: seconds since 1970, whole or not. A float compares
// rightly even where an absurd value would overflow a time.
type unixTime float64

// audience is the aud claim, one text or a list of them.
type audience []string

// UnmarshalJSON accepts both shapes of RFC 7519 section 4.1.3.
func (a *audience) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(a))
}
