package identity

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"hash"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	stdcrypto "crypto"
)

// fields are changes to a header or to claims; nil removes one.
type fields map[string]any

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func encode(base, changes fields) string {
	merged := maps.Clone(base)
	maps.Copy(merged, changes)
	maps.DeleteFunc(merged, func(_ string, v any) bool { return v == nil })
	raw, err := json.Marshal(merged)
	if err != nil {
		panic(err)
	}
	return b64(raw)
}

func goodClaims() fields {
	return fields{
		"iss": "hoso", "aud": "hoso", "sub": "lan",
		"iat": moment.Unix(), "exp": moment.Add(time.Hour).Unix(),
	}
}

// unsigned builds the first two parts of a token.
func unsigned(header, claims fields) string {
	return encode(fields{"alg": "EdDSA", "kid": "ed1", "typ": "JWT"}, header) + "." + encode(goodClaims(), claims)
}

// forge builds a token that is right but for the changes, signed as its alg says.
func (b *bundle) forge(header, claims fields) string {
	body := unsigned(header, claims)
	if header["alg"] == "RS256" {
		return body + "." + b64(b.signRSA(body))
	}
	return body + "." + b64(ed25519.Sign(b.ed, []byte(body)))
}

func (b *bundle) signRSA(body string) []byte {
	sum := sha256.Sum256([]byte(body))
	sig, err := rsa.SignPKCS1v15(rand.Reader, b.rsa, stdcrypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return sig
}

// signHMAC is the classic confusion: a public key used as an HMAC secret.
func signHMAC(h func() hash.Hash, secret []byte, body string) string {
	mac := hmac.New(h, secret)
	mac.Write([]byte(body))
	return body + "." + b64(mac.Sum(nil))
}

func (b *bundle) badTokens() map[string]string {
	good := b.forge(nil, nil)
	parts := strings.Split(good, ".")
	_, stranger, _ := ed25519.GenerateKey(nil)
	der, _ := x509.MarshalPKIXPublicKey(&b.rsa.PublicKey)
	pemKey := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	sum := sha256.Sum256([]byte("x"))
	pss, _ := rsa.SignPSS(rand.Reader, b.rsa, stdcrypto.SHA256, sum[:], nil)
	header := func(h fields) string { return b.forge(h, nil) }
	claim := func(c fields) string { return b.forge(nil, c) }
	at := func(d time.Duration) int64 { return moment.Add(d).Unix() }
	ownJWK := fields{"kty": "OKP", "crv": "Ed25519", "x": b64(stranger.Public().(ed25519.PublicKey))}
	selfSigned := func(h fields) string {
		body := unsigned(h, nil)
		return body + "." + b64(ed25519.Sign(stranger, []byte(body)))
	}
	raw := func(headerJSON string) string {
		body := b64([]byte(headerJSON)) + "." + parts[1]
		return body + "." + b64(ed25519.Sign(b.ed, []byte(body)))
	}
	return map[string]string{
		// shape
		"empty":                 "",
		"one word":              "token",
		"two parts":             parts[0] + "." + parts[1],
		"four parts":            good + ".x",
		"five parts as JWE":     good + ".x.y",
		"spaces around":         " " + good + " ",
		"line break inside":     parts[0] + "." + parts[1] + ".\n" + parts[2],
		"padding":               good + "==",
		"not base64":            "!!!." + parts[1] + "." + parts[2],
		"JSON serialization":    `{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`,
		"header not JSON":       raw("not json"),
		"header null":           raw("null"),
		"header a list":         raw("[]"),
		"too long":              b.forge(nil, fields{"pad": strings.Repeat("x", maxTokenBytes)}),
		"claims not JSON":       signEd(b.ed, parts[0]+"."+b64([]byte("hello"))),
		"claims null":           signEd(b.ed, parts[0]+"."+b64([]byte("null"))),
		"claims detached":       parts[0] + ".." + parts[2],
		"other encoding of sig": good[:len(good)-1] + lastCharTwin(good),
		// algorithm
		"alg none":                     unsigned(fields{"alg": "none"}, nil) + ".",
		"alg None with signature":      header(fields{"alg": "None"}),
		"alg nOnE, empty signature":    unsigned(fields{"alg": "nOnE"}, nil) + ".",
		"alg missing":                  header(fields{"alg": nil}),
		"alg empty":                    header(fields{"alg": ""}),
		"alg a list":                   header(fields{"alg": []string{"EdDSA"}}),
		"alg in capitals only":         raw(`{"ALG":"EdDSA","kid":"ed1"}`),
		"alg twice":                    raw(`{"alg":"none","alg":"EdDSA","kid":"ed1"}`),
		"HS256 with RSA PEM":           signHMAC(sha256.New, pemKey, unsigned(fields{"alg": "HS256", "kid": "rsa1"}, nil)),
		"HS256 with RSA DER":           signHMAC(sha256.New, der, unsigned(fields{"alg": "HS256", "kid": "rsa1"}, nil)),
		"HS512 with Ed25519 key":       signHMAC(sha512.New, b.ed.Public().(ed25519.PublicKey), unsigned(fields{"alg": "HS512"}, nil)),
		"HS256 with empty key":         signHMAC(sha256.New, nil, unsigned(fields{"alg": "HS256"}, nil)),
		"EdDSA named with RSA key":     header(fields{"kid": "rsa1"}),
		"RS256 named with Ed25519 key": header(fields{"alg": "RS256", "kid": "ed1"}),
		"PS256 with RSA key":           unsigned(fields{"alg": "PS256", "kid": "rsa1"}, nil) + "." + b64(pss),
		"RS512 named":                  header(fields{"alg": "RS512", "kid": "rsa1"}),
		"ES256 named":                  header(fields{"alg": "ES256"}),
		// key
		"kid missing":       header(fields{"kid": nil}),
		"kid empty":         header(fields{"kid": ""}),
		"kid unknown":       header(fields{"kid": "ed2"}),
		"kid a path":        header(fields{"kid": "../../dev/null"}),
		"kid SQL":           header(fields{"kid": "ed1' OR '1'='1"}),
		"kid a number":      header(fields{"kid": 1}),
		"kid twice":         raw(`{"alg":"EdDSA","kid":"nobody","kid":"ed1"}`),
		"stranger's key":    selfSigned(nil),
		"own key as jwk":    selfSigned(fields{"jwk": ownJWK}),
		"own key, no kid":   selfSigned(fields{"jwk": ownJWK, "kid": nil}),
		"jku":               selfSigned(fields{"jku": "https://evil.example/keys"}),
		"jku, well signed":  header(fields{"jku": "https://evil.example/keys"}),
		"x5u":               header(fields{"x5u": "https://evil.example/cert"}),
		"x5c":               header(fields{"x5c": []string{b64(der)}}),
		"crit":              header(fields{"crit": []string{"exp"}, "exp": 1}),
		"b64 false":         header(fields{"b64": false, "crit": []string{"b64"}}),
		"zip":               header(fields{"zip": "DEF"}),
		"typ of other use":  header(fields{"typ": "logout+jwt"}),
		"typ a number":      header(fields{"typ": 7}),
		"cty nested":        header(fields{"cty": "JWT"}),
		"signature missing": parts[0] + "." + parts[1] + ".",
		"signature short":   parts[0] + "." + parts[1] + "." + parts[2][:40],
		"signature zero":    parts[0] + "." + parts[1] + "." + b64(make([]byte, 64)),
		"header changed":    encode(fields{"alg": "EdDSA", "kid": "ed1"}, nil) + "." + parts[1] + "." + parts[2],
		"claims changed":    parts[0] + "." + encode(goodClaims(), fields{"sub": "boss"}) + "." + parts[2],
		// claims
		"exp missing":        claim(fields{"exp": nil}),
		"exp null":           signEd(b.ed, parts[0]+"."+b64([]byte(`{"iss":"hoso","aud":"hoso","sub":"lan","exp":null}`))),
		"exp a text":         claim(fields{"exp": "4102444800"}),
		"exp passed":         claim(fields{"exp": at(-time.Minute)}),
		"exp at the leeway":  claim(fields{"exp": at(-DefaultLeeway)}),
		"exp zero":           claim(fields{"exp": 0}),
		"exp negative":       claim(fields{"exp": -1e300}),
		"nbf in the future":  claim(fields{"nbf": at(time.Minute)}),
		"nbf absurd":         claim(fields{"nbf": 1e300}),
		"iat in the future":  claim(fields{"iat": at(time.Minute)}),
		"iss missing":        claim(fields{"iss": nil}),
		"iss other":          claim(fields{"iss": "https://evil.example"}),
		"iss in capitals":    claim(fields{"iss": "HOSO"}),
		"iss a list":         claim(fields{"iss": []string{"hoso"}}),
		"aud missing":        claim(fields{"aud": nil}),
		"aud other":          claim(fields{"aud": "portal"}),
		"aud empty list":     claim(fields{"aud": []string{}}),
		"aud of numbers":     claim(fields{"aud": []int{1}}),
		"aud as substring":   claim(fields{"aud": "hoso-staging"}),
		"sub missing":        claim(fields{"sub": nil}),
		"sub empty":          claim(fields{"sub": ""}),
		"sub a number":       claim(fields{"sub": 7}),
		"sub too long":       claim(fields{"sub": strings.Repeat("x", maxSubjectBytes+1)}),
		"sub with line feed": claim(fields{"sub": "lan\nadmin"}),
		"sub with NUL":       claim(fields{"sub": "lan\x00"}),
		"sub in capitals":    claim(fields{"sub": nil, "SUB": "lan"}),
		"sub unknown":        claim(fields{"sub": "nobody"}),
		"sub disabled":       claim(fields{"sub": "gone"}),
	}
}

func signEd(key ed25519.PrivateKey, body string) string {
	return body + "." + b64(ed25519.Sign(key, []byte(body)))
}

// lastCharTwin gives a last character that decodes to the same bytes, since 64
// bytes leave four of its six bits unused.
func lastCharTwin(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	i := strings.IndexByte(alphabet, token[len(token)-1])
	return string(alphabet[i|1])
}

func TestBadTokensAreAllRefusedAlike(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tokens := b.badTokens()
	require.GreaterOrEqual(t, len(tokens), 40)
	for name, token := range tokens {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := b.verifier.Authenticate(t.Context(), token)
			require.Equal(t, ErrUnauthenticated, err)
			require.Zero(t, s)
		})
	}
}

func TestEveryChangedByteIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := b.forge(nil, nil)
	for i := range good {
		for _, c := range []byte{'A', 'Q', '_', '.', ' '} {
			if good[i] == c {
				continue
			}
			token := good[:i] + string(c) + good[i+1:]
			_, err := b.verifier.Authenticate(t.Context(), token)
			require.Equal(t, ErrUnauthenticated, err, "byte %d as %q", i, c)
		}
	}
}
