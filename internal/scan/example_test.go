package scan_test

import (
	"bytes"
	"context"
	"fmt"

	"hoso/internal/scan"
	"hoso/internal/scan/samplepage"
)

// A clerk uploads a scan of two pages; the second was moved while it was scanned.
func ExampleCheck() {
	file, err := samplepage.PDF(samplepage.Page(samplepage.Options{}), samplepage.Page(samplepage.Options{Seed: 1, Blur: 4.5}))
	if err != nil {
		panic(err)
	}
	report, err := scan.Check(context.Background(), bytes.NewReader(file), int64(len(file)), scan.DefaultProfile())
	if err != nil {
		panic(err) // the disk or the caller, never the file
	}
	fmt.Println(report.MediaType, report.Pages, report.Verdict)
	for _, f := range report.Findings {
		fmt.Println(f.Code, f.Page, f.Severity)
		fmt.Println(f.Message("vi"))
	}
	// Output:
	// application/pdf 2 unreadable
	// blurred 2 error
	// Trang 2 bị mờ: hãy lau kính máy quét, đặt phẳng giấy và quét lại trang này.
}
