package webhook_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"hoso/internal/webhook"
)

var (
	noon   = time.Unix(1738722600, 0)
	secret = []byte("one secret of at least twenty-four bytes")
	other  = []byte("another secret, of the next carrier along")
	body   = []byte(`{"event_id":"E-1","status":2,"text":"Hồ sơ được tiếp nhận"}`)
)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func verifier(secrets ...[]byte) *webhook.Verifier {
	return &webhook.Verifier{Secrets: secrets, Now: at(noon)}
}

func TestSignedMessageIsAccepted(t *testing.T) {
	t.Parallel()
	id, err := verifier(secret).Verify(webhook.Sign(secret, "E-1", noon, body), body)
	require.NoError(t, err)
	require.Equal(t, "E-1", id)
}

// The reference library and ours accept each other's messages, and refuse the
// same changed ones.
func TestReferenceLibraryAgrees(t *testing.T) {
	t.Parallel()
	theirs, err := standardwebhooks.NewWebhookRaw(secret)
	require.NoError(t, err)

	h := webhook.Sign(secret, "E-1", noon, body)
	require.NoError(t, theirs.VerifyIgnoringTimestamp(body, h))
	require.Error(t, theirs.VerifyIgnoringTimestamp(append([]byte(" "), body...), h))

	sig, err := theirs.Sign("E-2", noon, body)
	require.NoError(t, err)
	h = http.Header{}
	h.Set("webhook-id", "E-2")
	h.Set("webhook-timestamp", "1738722600")
	h.Set("webhook-signature", sig)
	id, err := verifier(secret).Verify(h, body)
	require.NoError(t, err)
	require.Equal(t, "E-2", id)
}

func TestWindow(t *testing.T) {
	t.Parallel()
	h := webhook.Sign(secret, "E-1", noon, body)
	for offset, want := range map[time.Duration]error{
		0: nil, webhook.Tolerance: nil, -webhook.Tolerance: nil,
		webhook.Tolerance + time.Second:  webhook.ErrStale,
		-webhook.Tolerance - time.Second: webhook.ErrStale,
		24 * 365 * time.Hour:             webhook.ErrStale,
	} {
		v := &webhook.Verifier{Secrets: [][]byte{secret}, Now: at(noon.Add(offset))}
		_, err := v.Verify(h, body)
		require.ErrorIs(t, err, want, offset)
	}
	// Without a clock given, the system's rules.
	v := &webhook.Verifier{Secrets: [][]byte{secret}}
	_, err := v.Verify(webhook.Sign(secret, "E-1", time.Now(), body), body)
	require.NoError(t, err)
}

func TestRotation(t *testing.T) {
	t.Parallel()
	byOld, byNew := webhook.Sign(secret, "E-1", noon, body), webhook.Sign(other, "E-1", noon, body)

	both := verifier(secret, other)
	for _, h := range []http.Header{byOld, byNew} {
		_, err := both.Verify(h, body)
		require.NoError(t, err)
	}
	_, err := verifier(other).Verify(byOld, body)
	require.ErrorIs(t, err, webhook.ErrSignature, "the old secret is done with")

	// A sender in rotation gives both signatures in one header.
	list := byOld.Clone()
	list.Set(webhook.HeaderSignature, "v2,future "+byNew.Get(webhook.HeaderSignature)+" "+byOld.Get(webhook.HeaderSignature))
	_, err = verifier(other).Verify(list, body)
	require.NoError(t, err)
}

// A secret left out of the configuration must not be one that everybody knows.
func TestEmptySecretOpensNothing(t *testing.T) {
	t.Parallel()
	h := webhook.Sign(nil, "E-1", noon, body)
	for _, v := range []*webhook.Verifier{verifier(), verifier(nil), verifier([]byte{}), verifier(nil, secret)} {
		_, err := v.Verify(h, body)
		require.ErrorIs(t, err, webhook.ErrSignature)
	}
}

func TestMalformedHeaders(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(http.Header){
		"no id":             func(h http.Header) { h.Del(webhook.HeaderID) },
		"no timestamp":      func(h http.Header) { h.Del(webhook.HeaderTimestamp) },
		"no signature":      func(h http.Header) { h.Del(webhook.HeaderSignature) },
		"empty id":          func(h http.Header) { h.Set(webhook.HeaderID, "") },
		"two ids":           func(h http.Header) { h.Add(webhook.HeaderID, "E-2") },
		"two timestamps":    func(h http.Header) { h.Add(webhook.HeaderTimestamp, "1738722600") },
		"two signatures":    func(h http.Header) { h.Add(webhook.HeaderSignature, "v1,x") },
		"signed timestamp":  func(h http.Header) { h.Set(webhook.HeaderTimestamp, "+1738722600") },
		"negative":          func(h http.Header) { h.Set(webhook.HeaderTimestamp, "-1") },
		"not a number":      func(h http.Header) { h.Set(webhook.HeaderTimestamp, "noon") },
		"beyond all years":  func(h http.Header) { h.Set(webhook.HeaderTimestamp, "9223372036854775807") },
		"full stop in id":   func(h http.Header) { h.Set(webhook.HeaderID, "E.1") },
		"control in id":     func(h http.Header) { h.Set(webhook.HeaderID, "E\n1") },
		"id without an end": func(h http.Header) { h.Set(webhook.HeaderID, strings.Repeat("E", 201)) },
	} {
		h := webhook.Sign(secret, "E-1", noon, body)
		spoil(h)
		_, err := verifier(secret).Verify(h, body)
		require.ErrorIs(t, err, webhook.ErrMissing, name)
	}
}

// The separator must not let one signed text be read as two messages.
func TestPartsCannotBeShifted(t *testing.T) {
	t.Parallel()
	h := webhook.Sign(secret, "E-1", noon, []byte("1738722601.rest"))
	h.Set(webhook.HeaderID, "E-1.1738722600")
	h.Set(webhook.HeaderTimestamp, "1738722601")
	_, err := verifier(secret).Verify(h, []byte("rest"))
	require.Error(t, err)
}

// Every byte of body, id, timestamp and signature, changed to every other
// value, dropped or doubled: nothing is accepted.
func TestEveryChangedByteIsRefused(t *testing.T) {
	t.Parallel()
	v := verifier(secret)
	good := webhook.Sign(secret, "E-1", noon, body)
	tried, accepted := 0, 0
	try := func(h http.Header, b []byte) {
		tried++
		if _, err := v.Verify(h, b); err == nil {
			accepted++
		}
	}
	mutations(body, func(b []byte) { try(good, b) })
	for _, name := range []string{webhook.HeaderID, webhook.HeaderTimestamp, webhook.HeaderSignature} {
		mutations([]byte(good.Get(name)), func(b []byte) {
			h := good.Clone()
			h[name] = []string{string(b)}
			try(h, body)
		})
	}
	require.Zero(t, accepted, "of %d", tried)
	require.Greater(t, tried, 30_000)
}

// mutations calls f with every single-byte change of the original.
func mutations(original []byte, f func([]byte)) {
	for i := range original {
		for c := range 256 {
			if byte(c) == original[i] {
				continue
			}
			changed := append([]byte(nil), original...)
			changed[i] = byte(c)
			f(changed)
			// One byte more. A blank before the whole is no change: the signatures are a list.
			if c != ' ' || i > 0 {
				f(append(append(append([]byte(nil), original[:i]...), byte(c)), original[i:]...))
			}
		}
		f(append(append([]byte(nil), original[:i]...), original[i+1:]...))
		f(original[:i])
	}
}

func TestOtherSchemesAreRefused(t *testing.T) {
	t.Parallel()
	good := webhook.Sign(secret, "E-1", noon, body).Get(webhook.HeaderSignature)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(good, "v1,"))
	require.NoError(t, err)
	for _, sig := range []string{
		strings.TrimPrefix(good, "v1,"), "v2" + good[2:], "V1" + good[2:], "v1a" + good[2:], good + ",x",
		"v1," + base64.URLEncoding.EncodeToString(raw) + "x", "v1," + base64.RawStdEncoding.EncodeToString(raw), "v1,", "v1", ",",
	} {
		h := webhook.Sign(secret, "E-1", noon, body)
		h.Set(webhook.HeaderSignature, sig)
		_, err := verifier(secret).Verify(h, body)
		require.ErrorIs(t, err, webhook.ErrSignature, sig)
	}
}

// FuzzVerify looks for a message that passes without the secret.
func FuzzVerify(f *testing.F) {
	h := webhook.Sign(secret, "E-1", noon, body)
	f.Add("E-1", "1738722600", h.Get(webhook.HeaderSignature), append([]byte(nil), body...))
	f.Add("", "", "", []byte(nil))
	f.Add("E-1", "1738722600", "v1, v1,", []byte("{}"))
	f.Fuzz(func(t *testing.T, id, stamp, sig string, b []byte) {
		h := http.Header{webhook.HeaderID: {id}, webhook.HeaderTimestamp: {stamp}, webhook.HeaderSignature: {sig}}
		got, err := verifier(secret).Verify(h, b)
		if err != nil {
			return
		}
		// Accepted: then it must be what the secret signs, to the byte.
		want := webhook.Sign(secret, id, noon, b)
		if got != id || stamp != "1738722600" && !strings.Contains(sig, "v1,") ||
			stamp == "1738722600" && !strings.Contains(sig, want.Get(webhook.HeaderSignature)) {
			t.Fatalf("accepted id %q stamp %q sig %q", id, stamp, sig)
		}
	})
}

func ExampleVerifier() {
	headers := webhook.Sign([]byte("secret"), "E-1", noon, []byte(`{}`))
	v := webhook.Verifier{Secrets: [][]byte{[]byte("secret")}, Now: at(noon)}

	fmt.Println(v.Verify(headers, []byte(`{}`)))
	fmt.Println(v.Verify(headers, []byte(`{ }`)))
	// Output:
	// E-1 <nil>
	//  webhook: no signature fits
}
