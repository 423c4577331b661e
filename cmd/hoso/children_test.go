package main

import (
	"os"
	"testing"

	"hoso/internal/confined"
)

// TestMain lets this binary have children, as the program has.
func TestMain(m *testing.M) {
	confined.Serve()
	os.Exit(m.Run())
}
