// Package font holds the typeface of official papers: Liberation Serif, which is
// as wide as Times New Roman, letter by letter, and has every Vietnamese one.
// Its licence lies beside it.
package font

import _ "embed"

// The faces, as TrueType files.
var (
	//go:embed LiberationSerif-Regular.ttf
	Regular []byte
	//go:embed LiberationSerif-Bold.ttf
	Bold []byte
	//go:embed LiberationSerif-Italic.ttf
	Italic []byte
)
