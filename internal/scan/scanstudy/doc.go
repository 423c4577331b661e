// Package scanstudy asks how often the scan check is right. It draws pages with
// known defects at graded strengths, has Tesseract read them, and holds what the
// check says against what could be read. docs/scan.md has the outcome.
//
//	go run ./internal/scan/scanstudy/run read    # for hours or minutes; can be stopped and started again
//	go run ./internal/scan/scanstudy/run judge   # the tables
package scanstudy
