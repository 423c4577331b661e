package scan

// Print is the perceptual fingerprint of a page: two pages that look alike have
// prints that differ in few bits. A blank page has none.
type Print struct {
	// Page counts from 1.
	Page int    `json:"page"`
	Hash uint64 `json:"hash"`
}
