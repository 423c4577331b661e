package scan_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/pkcs7"
	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
)

// signer is somebody with a certificate.
type signer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	ca   *x509.Certificate
}

var from, until = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// newSigner has a test's own authority certify a name.
func newSigner(t testing.TB, name string) signer {
	t.Helper()
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, NotBefore: from, NotAfter: until, IsCA: true, BasicConstraintsValid: true}
	caKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	ca = certify(t, ca, ca, caKey, caKey)
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature}
	return signer{cert: certify(t, leaf, ca, key, caKey), key: key, ca: ca}
}

func certify(t testing.TB, what, by *x509.Certificate, key, byKey *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, what, by, &key.PublicKey, byKey))(t)))(t)
}

// cms signs content, at a time of the signer's own choosing.
func (s signer) cms(t testing.TB, content []byte, at time.Time) []byte {
	t.Helper()
	digest := sha256.Sum256(content)
	sd := must(pkcs7.NewSignedData())(t)
	require.NoError(t, sd.AddSignerChain(s.cert, s.key, digest[:], pkcs7.OIDDigestAlgorithmSHA256, []*x509.Certificate{s.ca}, pkcs7.SignerInfoConfig{
		ExtraSignedAttributes: []pkcs7.Attribute{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}, Value: at.UTC()}},
	}))
	return must(sd.Finish())(t)
}

const hole = 8192 // hex digits kept free for a signature

// unsigned is a written page with room for a signature.
func unsigned() []byte {
	return withCatalog("/AcroForm << /SigFlags 3 /Fields [5 0 R] >>",
		"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Ky) /Rect [0 0 0 0] /V 6 0 R /P 3 0 R >>",
		"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 "+strings.Repeat("*", 32)+"] /Contents <"+strings.Repeat("0", hole)+"> >>")
}

// signed fills the last such room in.
func (s signer) signed(t testing.TB, pdf []byte, at time.Time) []byte {
	t.Helper()
	return filled(t, pdf, func(t testing.TB, content []byte) []byte { return s.cms(t, content, at) })
}

// filled fills the last such room in with what somebody makes of the other bytes.
func filled(t testing.TB, pdf []byte, by func(testing.TB, []byte) []byte) []byte {
	t.Helper()
	pdf = bytes.Clone(pdf)
	open := bytes.LastIndex(pdf, []byte("/Contents <"+strings.Repeat("0", hole))) + len("/Contents ")
	end := open + hole + 2
	stars := bytes.LastIndex(pdf[:open], []byte(strings.Repeat("*", 32)))
	copy(pdf[stars:], fmt.Sprintf("%-32s", fmt.Sprintf("%d %d %d", open, end, len(pdf)-end)))
	copy(pdf[open+1:], hex.EncodeToString(by(t, append(bytes.Clone(pdf[:open]), pdf[end:]...))))
	return pdf
}

// updated adds an object to a PDF as an editor does: behind what is there.
func updated(pdf []byte, n int, object string) []byte {
	start := bytes.LastIndex(pdf, []byte("startxref\n"))
	var prev int
	fmt.Sscan(string(pdf[start+len("startxref\n"):]), &prev) //nolint:errcheck // a test's own file
	var b bytes.Buffer
	b.Write(pdf)
	at := b.Len()
	fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n, object)
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n", n, at, n+1, prev, xref)
	return b.Bytes()
}

// A signature is judged by what it signs; one that holds is no blame.
func TestSignatures(t *testing.T) {
	t.Parallel()
	s := newSigner(t, "Nguyễn Thị Bình\u202e\n")
	inTime := from.AddDate(0, 3, 0)
	whole := s.signed(t, unsigned(), inTime)
	second := updated(whole, 7, "<< /Type /Sig /ByteRange [0 "+strings.Repeat("*", 32)+"] /Contents <"+strings.Repeat("0", hole)+"> >>")
	offline := "signature_unverified 0 info"
	room := "<< /Type /Sig /ByteRange [0 " + strings.Repeat("*", 32) + "] /Contents <" + strings.Repeat("0", hole) + "> >>"
	twice := []string{"signature_valid 0 info", "signature_valid 0 info", offline}
	warned := []string{"signature_valid 0 info", "signature_valid 0 info", "signature_unverified 0 warn", offline}
	after := func(pdf []byte, objects ...string) []byte { // changes some objects, the number before each, and signs that
		for i := 0; i < len(objects); i += 2 {
			pdf = updated(pdf, must(strconv.Atoi(objects[i]))(t), objects[i+1])
		}
		return newSigner(t, "Ai đó").signed(t, updated(pdf, 9, room), inTime)
	}
	by := func(objects ...string) []byte { return after(whole, objects...) }
	waits := s.signed(t, bytes.Replace(unsigned(), []byte("/Contents 4 0 R"), []byte("/Contents 8 0 R"), 1), inTime)
	const page, field = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [7 0 R] >>", "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Hai) /Rect [0 0 0 0] /V 9 0 R /P 3 0 R >>"
	catalog := "<< /Type /Catalog /Pages 2 0 R /AcroForm << /SigFlags 3 /Fields [5 0 R 7 0 R] >> >>"
	for _, c := range []struct {
		name    string
		data    []byte
		verdict scan.Verdict
		want    []string
	}{
		{"whole", whole, scan.Ready, []string{"signature_valid 0 info", offline}},
		{"a letter changed", bytes.Replace(whole, []byte("Nguyen Van An"), []byte("Nguyen Van Em"), 1), scan.Unreadable, []string{"signature_invalid 0 error"}},
		{"the signature of another file", reSigned(t, s, whole), scan.Unreadable, []string{"signature_invalid 0 error"}},
		{"added to afterwards", updated(whole, 3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Rotate 0 >>"), scan.Doubtful,
			[]string{"signature_valid 0 info", "signature_unverified 0 warn", offline}},
		{"signed by two", newSigner(t, "Chủ tịch").signed(t, second, inTime), scan.Ready, []string{"signature_valid 0 info", "signature_valid 0 info", offline}},
		{"a second field on the page", by("7", field, "3", page, "1", catalog), scan.Ready, twice},
		{"other words under a second signature", by("4", stream("", strings.ReplaceAll(written, "Nguyen", "Tran"))), scan.Doubtful, warned},
		{"another page under a second signature", by("7", stream("", written), "3", strings.Replace(page, "4 0", "7 0", 1)), scan.Doubtful, warned},
		{"a stamp over the page under a second signature", by("7", strings.Replace(field, "/Widget /FT /Sig", "/Stamp", 1), "3", page), scan.Doubtful, warned},
		{"other pages under a second signature", by("1", strings.Replace(catalog, "2 0", "8 0", 1), "8", "<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 90 >>"), scan.Doubtful, warned},
		{"awaited words under a second signature", after(waits, "8", stream("", written)), scan.Doubtful, warned},
		{"words behind the end", append(bytes.Clone(whole), "4 0 obj\n(a)\nendobj\n"...), scan.Doubtful, []string{"signature_valid 0 info", "signature_unverified 0 warn", offline}},
		{"out of time", s.signed(t, unsigned(), until.AddDate(1, 0, 0)), scan.Doubtful, []string{"signature_valid 0 info", "signature_invalid 0 warn", offline}},
		{"empty room", unsigned(), scan.Unreadable, []string{"signature_invalid 0 error"}},
		{"range beyond the file", ranged(whole, "0 10 99999999 5"), scan.Unreadable, []string{"signature_invalid 0 error"}},
		{"range backwards", ranged(whole, "0 500 100 5"), scan.Unreadable, []string{"signature_invalid 0 error"}},
		{"range past the start", ranged(whole, "9 500 600 5"), scan.Unreadable, []string{"signature_invalid 0 error"}},
		{"nonsense for a signature", nonsense(whole), scan.Doubtful, []string{"signature_unverified 0 warn"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rep := check(t, c.data)
			require.Equal(t, c.want, codes(rep), "%+v", rep.Findings)
			require.Equal(t, c.verdict, rep.Verdict)
		})
	}
	rep := check(t, whole)
	require.Equal(t, "Tệp có chữ ký số còn nguyên vẹn: người ký Nguyễn Thị Bình, chứng thư số có hạn đến 01/01/2027.", rep.Findings[0].MessageVI, "nothing of the name turns the sentence round")
	require.Contains(t, rep.Findings[0].MessageEN, "Nguyễn Thị Bình, whose certificate holds until 2027-01-01")
}

// reSigned puts a good signature over other bytes into the file's gap.
func reSigned(t testing.TB, s signer, pdf []byte) []byte {
	out := bytes.Clone(pdf)
	at := bytes.LastIndex(out, []byte("/Contents <")) + len("/Contents <")
	cms := hex.EncodeToString(s.cms(t, []byte("another file"), from.AddDate(0, 1, 0)))
	copy(out[at:], cms+strings.Repeat("0", hole-len(cms)))
	return out
}

// ranged writes another byte range over a signature's.
func ranged(pdf []byte, r string) []byte {
	out := bytes.Clone(pdf)
	at := bytes.Index(out, []byte("/ByteRange [")) + len("/ByteRange [")
	copy(out[at:], fmt.Sprintf("%-34s", r))
	return out
}

// nonsense leaves a gap that holds no signature, over bytes that nobody signed.
func nonsense(pdf []byte) []byte {
	out := bytes.Clone(pdf)
	at := bytes.LastIndex(out, []byte("/Contents <")) + len("/Contents <")
	copy(out[at:], strings.Repeat("30", 40))
	return out
}
