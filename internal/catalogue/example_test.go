package catalogue_test

import (
	"fmt"
	"testing/fstest"

	"hoso/internal/catalogue"
)

// What a clerk needs to know before filing.
func ExampleCatalogue_Procedure() {
	c, err := catalogue.Default()
	if err != nil {
		panic(err)
	}
	p, _ := c.Procedure("2.000635", "2025-02-05")
	fmt.Println(p.Name, p.Version)
	for _, component := range p.Cases[0].Components {
		fmt.Println(component.Code, component.Required, component.Forms)
	}
	// Output:
	// Cấp bản sao Trích lục hộ tịch, bản sao Giấy khai sinh 163/QĐ-BTP
	// to-khai true [scan paper_original]
	// giay-uy-quyen false [scan paper_original paper_certified]
	// giay-to-tuy-than false [from_database scan paper_certified]
}

// All faults come at once, each with its place.
func ExampleLoad() {
	_, err := catalogue.Load(fstest.MapFS{"offices.yaml": {Data: []byte(`
networks:
  - {id: vnpost, name: "Vietnam Post"}
areas:
  - {code: "01", name: "Hà Nội", kind: province, validity: {from: "2025-01-01"}, source: "x"}
offices:
  - {id: vnpx, network: vnpost, name: "A", address: "B", area: "01", validity: {from: "2025-02-30"}, source: "x"}
  - {id: VNPB, network: post, name: "C", address: "D", area: "01", validity: {from: "2025-02-05"}, source: "x"}
`)}})
	fmt.Println(err)
	// Output:
	// offices.yaml:7: office vnpx: id "vnpx" is not of 4 to 10 capital letters and digits
	// offices.yaml:7: office vnpx: day "2025-02-30" is not in the calendar (wanted 2006-01-02)
	// offices.yaml:8: office VNPB: network "post" unknown
}
