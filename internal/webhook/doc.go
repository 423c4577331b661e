// Package webhook signs what one side reports to another and proves, on the
// other side, that it came from who it says and was not changed.
//
// The scheme is that of Standard Webhooks: three headers, the last holding an
// HMAC-SHA256 of "id.timestamp.body" over the raw bytes received.
//
//	webhook-id:        VNPHKI-250205-0001-M-2
//	webhook-timestamp: 1738722600
//	webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
//
// Verification is stricter than the reference libraries where looseness has no
// use: a header given twice, a timestamp not written in plain digits and an id
// with a full stop in it (the separator of the signed text) are refused.
//
// A good signature says nothing of novelty: the same message may come again
// within the window, and whoever receives it remembers the ids it has seen.
package webhook
