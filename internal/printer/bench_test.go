package printer_test

import (
	"testing"

	"hoso/internal/sqlitetest"
	"hoso/internal/store"
)

// BenchmarkSlip gathers, signs, renders, keeps and enters one slip, on SQLite with
// its flushes.
func BenchmarkSlip(b *testing.B) {
	h := newHouse(b, sqlitetest.URL(b))
	rows := make([]store.Form, 0, 200)
	for range cap(rows) {
		code := h.file(h.filing())
		all, err := h.Forms(b.Context(), code)
		if err != nil {
			b.Fatal(err)
		}
		rows = append(rows, all[0])
	}
	n := 0
	for b.Loop() {
		if _, err := h.print.Print(b.Context(), rows[n%len(rows)]); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
