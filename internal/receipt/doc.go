// Package receipt signs what an office certifies when it takes a dossier, so that
// anybody can check a slip or a receipt without network and without trusting who
// shows it: which dossier, when filed, when received, until when, with which
// documents.
//
// A [Statement] holds no personal data. Signed with Ed25519 (RFC 8032) it is one
// small JSON file, hoso-receipt.json:
//
//	{"signature":"…","statement":{"code":"VNPHKI-261125-0001-M", …}}
//
// The signature is over the words "hoso receipt 1\n" and the statement in
// canonical JSON (RFC 8785: keys sorted, no blanks). There is one way to write a
// statement down, and a file written in any other way is refused: so every
// changed byte shows.
//
// The file travels inside the PDF as an attachment. On every page stand the
// statement's mark and the key's id; [VerifyPDF] holds pages and statement
// against each other. What a clever hand can do to the look of a page (cover a
// date, paint another over it) no such comparison can find out: what counts is
// what the verified statement says.
package receipt
