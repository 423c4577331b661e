package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// The headers of a signed message, in canonical form.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// version marks the only signature scheme we know, HMAC-SHA256 in base64.
const version = "v1,"

// Sign gives the three headers that prove a body. The id names the message (the
// same for every delivery of it) and must hold no full stop; the timestamp is
// the moment of this delivery.
func Sign(secret []byte, id string, ts time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(ts.Unix(), 10)
	return http.Header{
		HeaderID:        {id},
		HeaderTimestamp: {stamp},
		HeaderSignature: {signature(secret, id, stamp, body)},
	}
}

// signature computes one entry of the signature header. The timestamp goes in
// as it was written, so that no second spelling of it can pass.
func signature(secret []byte, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return version + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
