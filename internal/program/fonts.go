package program

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/image/font/sfnt"
)

// fontDirs are where systems keep fonts.
var fontDirs = []string{"/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts"}

// maxFonts bounds the search: one font is enough.
const maxFonts = 400

// vietnameseFont finds a font file that can write Vietnamese.
func vietnameseFont() (string, bool) {
	found, tried := "", 0
	for _, dir := range fontDirs {
		filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error { //nolint:errcheck // what cannot be read has no font
			ext := strings.ToLower(filepath.Ext(path))
			if err != nil || e.IsDir() || ext != ".ttf" && ext != ".otf" {
				return nil
			}
			if tried++; tried > maxFonts {
				return filepath.SkipAll
			}
			if writesVietnamese(path) {
				found = path
				return filepath.SkipAll
			}
			return nil
		})
		if found != "" {
			return found, true
		}
	}
	return "", false
}

// writesVietnamese asks for letters with two marks, which few fonts have that
// were not made for Vietnamese.
func writesVietnamese(path string) bool {
	raw, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	font, err := sfnt.Parse(raw)
	if err != nil {
		return false
	}
	var b sfnt.Buffer
	for _, letter := range "ễỹặĐờữ" {
		if glyph, err := font.GlyphIndex(&b, letter); err != nil || glyph == 0 {
			return false
		}
	}
	return true
}
