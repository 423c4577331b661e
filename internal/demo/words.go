package demo

import (
	"strconv"

	"hoso/internal/dossier"
)

// statusNamed gives "4 Đang xử lý" from the status's word.
func statusNamed(name string) string {
	s, ok := dossier.ParseStatus(name)
	if !ok {
		return name
	}
	return strconv.Itoa(int(s)) + " " + s.Label()
}
