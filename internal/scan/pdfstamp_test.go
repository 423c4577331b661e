package scan_test

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/pkcs7"
	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
)

// enclosed signs content of a kind that the signature brings along (RFC 5652):
// pkcs7 can only write signatures of what lies elsewhere.
func (s signer) enclosed(t testing.TB, kind asn1.ObjectIdentifier, content []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(content)
	type attribute struct {
		Type  asn1.ObjectIdentifier
		Value []any `asn1:"set"`
	}
	var attributes []byte
	for _, a := range []attribute{
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, []any{kind}},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, []any{digest[:]}},
	} {
		attributes = append(attributes, must(asn1.Marshal(a))(t)...)
	}
	set := func(class, tag int, inside []byte) asn1.RawValue {
		return asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: inside}
	}
	toSign := sha256.Sum256(must(asn1.Marshal(set(asn1.ClassUniversal, asn1.TagSet, attributes)))(t))
	byWhom := struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}{asn1.RawValue{FullBytes: s.cert.RawIssuer}, s.cert.SerialNumber}
	sha256ID := pkix.AlgorithmIdentifier{Algorithm: pkcs7.OIDDigestAlgorithmSHA256}
	who := must(asn1.Marshal(struct {
		Version    int
		By         any
		Digest     pkix.AlgorithmIdentifier
		Attributes asn1.RawValue
		Algorithm  pkix.AlgorithmIdentifier
		Signature  []byte
	}{1, byWhom, sha256ID, set(asn1.ClassContextSpecific, 0, attributes), pkix.AlgorithmIdentifier{Algorithm: pkcs7.OIDDigestAlgorithmECDSASHA256}, must(s.key.Sign(rand.Reader, toSign[:], crypto.SHA256))(t)}))(t)
	type wrapped struct {
		Kind  asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	inner := must(asn1.Marshal(struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Content wrapped
		Certs   asn1.RawValue
		Signers asn1.RawValue
	}{3, []pkix.AlgorithmIdentifier{sha256ID}, wrapped{kind, set(asn1.ClassContextSpecific, 0, must(asn1.Marshal(content))(t))},
		set(asn1.ClassContextSpecific, 0, s.cert.Raw), set(asn1.ClassUniversal, asn1.TagSet, who)}))(t)
	return must(asn1.Marshal(wrapped{pkcs7.OIDSignedData, set(asn1.ClassContextSpecific, 0, inner)}))(t)
}

// stamp is a time stamp (RFC 3161) of bytes.
func (s signer) stamp(t testing.TB, content []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(content)
	type imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	return s.enclosed(t, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}, must(asn1.Marshal(struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint imprint
		Serial  int
		At      asn1.RawValue
	}{1, asn1.ObjectIdentifier{1, 2, 3}, imprint{pkix.AlgorithmIdentifier{Algorithm: pkcs7.OIDDigestAlgorithmSHA256}, digest[:]}, 7,
		asn1.RawValue{Tag: asn1.TagGeneralizedTime, Bytes: []byte("20250401000000Z")}}))(t))
}

// A time stamp blames nobody and signs nothing; it holds what was there.
func TestTimeStamps(t *testing.T) {
	t.Parallel()
	s, authority := newSigner(t, "Nguyễn Thị Bình"), newSigner(t, "TSA")
	room := "<< /Type /DocTimeStamp /SubFilter /ETSI.RFC3161 /ByteRange [0 " + strings.Repeat("*", 32) + "] /Contents <" + strings.Repeat("0", hole) + "> >>"
	whole := s.signed(t, unsigned(), from.AddDate(0, 3, 0))
	stamped := filled(t, updated(whole, 7, room), authority.stamp)
	alone := filled(t, unsigned(), authority.stamp)
	other := filled(t, unsigned(), func(t testing.TB, content []byte) []byte { return authority.stamp(t, append(content, 'a')) })
	odd := filled(t, unsigned(), func(t testing.TB, content []byte) []byte { return s.enclosed(t, pkcs7.OIDData, content[:100]) })
	for _, c := range []struct {
		name    string
		data    []byte
		verdict scan.Verdict
		want    []string
	}{
		{"signed and stamped", stamped, scan.Ready, []string{"signature_valid 0 info", "signature_unverified 0 info"}},
		{"stamped only", alone, scan.Ready, nil},
		{"stamp of other bytes", other, scan.Unreadable, []string{"signature_invalid 0 error"}},
		{"signs what it brings along", odd, scan.Doubtful, []string{"signature_unverified 0 warn"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rep := check(t, c.data)
			require.Equal(t, c.want, codes(rep), "%+v", rep.Findings)
			require.Equal(t, c.verdict, rep.Verdict)
		})
	}
}
