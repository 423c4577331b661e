package forms_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/forms"
)

// BenchmarkPDF measures each form: go test -run '^$' -bench PDF ./internal/forms
func BenchmarkPDF(b *testing.B) {
	for _, f := range samples() {
		b.Run(string(f.Kind()), func(b *testing.B) {
			b.ReportAllocs()
			before := processorTime(b)
			for b.Loop() {
				_, err := forms.PDF(f)
				require.NoError(b, err)
			}
			b.ReportMetric(float64((processorTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// BenchmarkRegister measures a long register: a month of a busy office.
func BenchmarkRegister(b *testing.B) {
	f := register()
	for range 999 {
		f.Lines = append(f.Lines, f.Lines[0])
	}
	b.Run("pdf", func(b *testing.B) {
		for b.Loop() {
			_, err := forms.PDF(f)
			require.NoError(b, err)
		}
	})
	b.Run("xlsx", func(b *testing.B) {
		for b.Loop() {
			_, err := f.XLSX()
			require.NoError(b, err)
		}
	})
}

// processorTime is what this process has used so far, garbage collection and all:
// a figure that other programs on the machine do not spoil.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
