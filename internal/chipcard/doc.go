// Package chipcard reads what the QR code on a citizen's identity card says, as
// a hand scanner types it or a picture shows it, and holds it against what was
// typed about a person. It keeps nothing.
//
// How the card is laid out is data (layout.json), because it is recalled and not
// published; a newer card may say more behind what is known.
package chipcard
