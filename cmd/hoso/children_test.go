package main

import (
	"testing"

	"hoso/internal/confined"
	"hoso/internal/pgtest"
)

// TestMain lets this binary have children, as the program has.
func TestMain(m *testing.M) {
	confined.Serve()
	pgtest.Main(m)
}
