package scan

import (
	"crypto/sha1" // #nosec G505 -- its length only
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/pkcs7"
)

// signature is what a signature says of itself.
type signature struct {
	signer      string // a person's or an organisation's name; never for a log
	from, until time.Time
	at          time.Time // as the signer claims; zero if he does not
	stamp       bool      // says only that the bytes were there at a time: nobody signed them
}

// errBroken is a signature that does not hold: these bytes were not signed so.
var errBroken = errors.New("scan: signature does not hold")

// oidStamp is the content of a time stamp (RFC 3161).
var oidStamp = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

var oidSigningTime = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}

// verify checks that a signature is its certificate's owner's and signs these
// bytes. errBroken says that it does not; any other error, that it cannot be told.
func (in *inspection) verify(r span4) (signature, error) {
	content, cms, err := in.signedBytes(r)
	if err != nil {
		return signature{}, err
	}
	p7, err := pkcs7.Parse(cms)
	if err != nil {
		return signature{}, fmt.Errorf("scan: reading signature: %w", err)
	}
	if len(p7.Signers) != 1 {
		return signature{}, fmt.Errorf("scan: signature of %d signers", len(p7.Signers))
	}
	signer := p7.Signers[0]
	cert, err := pkcs7.GetCertFromCertsByIssuerAndSerial(p7.Certificates, signer.IssuerAndSerialNumber)
	if err != nil || cert == nil {
		return signature{}, errors.New("scan: signature without its certificate")
	}
	s := signature{signer: cert.Subject.CommonName, from: cert.NotBefore, until: cert.NotAfter}
	if s.signer == "" && len(cert.Subject.Organization) > 0 {
		s.signer = cert.Subject.Organization[0]
	}
	for _, a := range signer.AuthenticatedAttributes {
		var at time.Time
		if a.Type.Equal(oidSigningTime) {
			if _, err := asn1.Unmarshal(a.Value.Bytes, &at); err == nil {
				s.at = at
			}
		}
	}
	if s.stamp = p7.ContentType.Equal(oidStamp); len(p7.Content) > 0 {
		err = broughtAlong(p7, content)
		content = p7.Content
	}
	if err == nil {
		err = pkcs7.CheckSignatureWithContentType(cert, signer, content, p7.ContentType)
	}
	var digest *pkcs7.MessageDigestMismatchError
	if errors.As(err, &digest) || errors.Is(err, pkcs7.ErrSignatureMismatch) {
		return s, errBroken
	}
	return s, err
}

// broughtAlong holds the digest that a signature brings along and signs instead of
// the bytes against these: a time stamp does so, and the oldest kind of signature.
func broughtAlong(p7 *pkcs7.PKCS7, content []byte) error {
	switch {
	case p7.ContentType.Equal(oidStamp):
		var info struct {
			Version int
			Policy  asn1.ObjectIdentifier
			Imprint struct {
				Algorithm pkix.AlgorithmIdentifier
				Digest    []byte
			}
		}
		if _, err := asn1.Unmarshal(p7.Content, &info); err != nil {
			return fmt.Errorf("scan: reading time stamp: %w", err)
		}
		return pkcs7.VerifyMessageDigestTSToken(info.Imprint.Algorithm.Algorithm, info.Imprint.Digest, content)
	case p7.ContentType.Equal(pkcs7.OIDData) && len(p7.Content) == sha1.Size:
		return pkcs7.VerifyMessageDigestEmbedded(p7.Content, content)
	}
	return errors.New("scan: signature of content that it brings along")
}
