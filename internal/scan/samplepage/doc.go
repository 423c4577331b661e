// Package samplepage draws pages that look like scanned forms, whole or with a
// known defect, for the demonstration and for tests of whatever reads scans.
//
// A page is drawn as a flatbed scanner would see it: text in an ordinary size,
// ruled lines, a red stamp and a blue signature on white A4. Then the defects
// asked for are laid over it in the order in which they happen to real paper:
// the lens blurs, the ink is pale, the light is weak, the sensor adds noise.
//
// Everything is a function of its options: the same options give the same
// pixels, and the same pixels the same file, byte for byte. The people and
// papers named in the sample text do not exist.
package samplepage
