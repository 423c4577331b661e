package receipt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/receipt"
)

// BenchmarkReceipt: go test -run '^$' -bench Receipt ./internal/receipt
func BenchmarkReceipt(b *testing.B) {
	key := newKey(b)
	_, file := sign(b, key, accepted())
	pdf := render(b, accepted(), sealed(b, key, accepted()))
	b.Run("sign", func(b *testing.B) {
		for b.Loop() {
			_, err := receipt.Sign(key, accepted())
			require.NoError(b, err)
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			_, err := receipt.Verify(key.Public(), file)
			require.NoError(b, err)
		}
	})
	b.Run("verify-pdf", func(b *testing.B) {
		for b.Loop() {
			_, err := receipt.VerifyPDF(key.Public(), pdf)
			require.NoError(b, err)
		}
	})
}
