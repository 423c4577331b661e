package demo

import (
	"fmt"
	"image"
	"slices"

	"hoso/internal/scan/samplepage"
)

// What every sample asks for: a copy of a civil status extract, whose one form
// may be a scan or paper.
const (
	procedure = "2.000635"
	component = "to-khai"
	authority = "H26.12.03"
)

// sample is one dossier of the demonstration.
type sample struct {
	name    string // what it shows
	office  string
	carrier string
	person  person
	page    samplepage.Options
}

// person is somebody who does not exist.
type person struct{ name, id, born, phone, address string }

// samples are the dossiers of the demonstration, one for each network.
func samples() []sample {
	return []sample{
		{
			name: "online", office: "VNPHKI", carrier: "vnpost",
			person: person{"Nguyễn Văn Mẫu", "001090000001", "1990-05-17", "0900000123", "Số 1 phố Thí Dụ, phường Hoàn Kiếm, Hà Nội"},
			page:   samplepage.Options{Seed: 1},
		},
		{
			name: "paper", office: "VTPHKI", carrier: "viettelpost",
			person: person{"Trần Thị Thử", "001185000002", "1985-11-02", "0900000456", "Số 2 phố Thí Dụ, phường Hoàn Kiếm, Hà Nội"},
			page:   samplepage.Options{Seed: 2, Blur: 6, Contrast: 0.3},
		},
		{
			name: "supplement", office: "FPTHKI", carrier: "vnpost",
			person: person{"Lê Minh Giả Định", "001078000003", "1978-01-30", "0900000789", "Số 3 phố Thí Dụ, phường Hoàn Kiếm, Hà Nội"},
			page:   samplepage.Options{Seed: 3},
		},
	}
}

// PortalRules make the simulated officer work at a pace that people can follow,
// and ask for a supplement where the third sample is filed.
func PortalRules() []byte {
	return fmt.Appendf(nil, `{"rules":[
		{"name":"pace","script":{"step_delay":"400ms"}},
		{"name":"ask","when":{"office":"FPTHKI"},"script":{"ask_supplement":{"components":[%q],"text":"Đề nghị nộp lại tờ khai có chữ ký của người yêu cầu."}}}
	]}`, component)
}

// CourierRules make the simulated carriers go at a pace that people can follow.
func CourierRules() []byte {
	return []byte(`{"rules":[{"name":"pace","script":{"step_delay":"300ms"}}]}`)
}

// filing is the request that a clerk sends.
func (s sample) filing(document string) map[string]any {
	p := s.person
	return map[string]any{
		"procedure_code": procedure, "case": "default", "authority": authority, "quantity": 1,
		"applicant":  map[string]any{"kind": "citizen", "full_name": p.name, "citizen_id": p.id, "date_of_birth": p.born, "phone": p.phone, "address": p.address},
		"mandate":    map[string]any{"kind": "self"},
		"components": []any{map[string]any{"code": component, "document_id": document}},
		"delivery": map[string]any{"method": "courier", "carrier": s.carrier,
			"recipient": map[string]any{"full_name": p.name, "phone": p.phone, "address": p.address}},
	}
}

// Pages draws a sample form of several pages as a PDF: sharp, but for the pages
// that are to be too poor to be read.
func Pages(n int, poor ...int) ([]byte, error) {
	pages := make([]image.Image, n)
	for i := range pages {
		o := samplepage.Options{Seed: uint64(i)}
		if slices.Contains(poor, i+1) {
			o = samples()[1].page
		}
		pages[i] = samplepage.Page(o)
	}
	return samplepage.PDF(pages...)
}

// scan draws a page as the counter's scanner would give it. The same options
// give the same bytes, so that a repeated upload is the same upload.
func scan(o samplepage.Options) ([]byte, error) {
	return samplepage.PDF([]image.Image{samplepage.Page(o)}...)
}
