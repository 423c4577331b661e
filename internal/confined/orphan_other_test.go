//go:build !linux

package confined_test

const parentVariable = "HOSO_TEST_PARENT"

func beParent() {}
