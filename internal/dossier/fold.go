package dossier

import "strings"

// folding maps each Vietnamese letter to its base letter, and so those that the
// peoples of the highlands write in their names (Êđê: Y Blŏk, H'Ñuê).
var folding = func() *strings.Replacer {
	var pairs []string
	for base, letters := range map[string]string{
		"a": "àáảãạăằắẳẵặâầấẩẫậ", "e": "èéẻẽẹêềếểễệĕ", "i": "ìíỉĩịĭ", "o": "òóỏõọôồốổỗộơờớởỡợŏ",
		"u": "ùúủũụưừứửữựŭ", "y": "ỳýỷỹỵ", "d": "đ", "c": "č", "n": "ñ",
	} {
		for _, l := range letters {
			pairs = append(pairs, string(l), base)
		}
	}
	for _, mark := range "\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b\u030c" { // the marks alone, as some systems write them
		pairs = append(pairs, string(mark), "")
	}
	return strings.NewReplacer(pairs...)
}()

// FoldName writes a name in lower case without accents, for searching: "Nguyễn Văn
// Đức" and "nguyen van duc" are the same. Blanks are made single.
func FoldName(s string) string {
	return strings.Join(strings.Fields(folding.Replace(strings.ToLower(s))), " ")
}
