//go:build race

package scanstudy

const raced = true
