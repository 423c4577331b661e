//go:build !race

package scanstudy

const raced = false
