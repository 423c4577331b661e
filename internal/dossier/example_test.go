package dossier_test

import (
	"fmt"
	"time"

	"hoso/internal/dossier"
)

// The first dossier of the day at the pilot's named office.
func ExampleCode() {
	code, err := dossier.Code("VNPHKI", time.Date(2025, 2, 5, 9, 30, 0, 0, dossier.Zone), 1)
	fmt.Println(code, err)
	fmt.Println(dossier.ValidCode(code), dossier.ValidCode("VNPHKI-250205-0007-M"))
	// Output:
	// VNPHKI-250205-0001-M <nil>
	// true false
}

// A parcel's events arrive twice and out of order; what they add up to is the same.
func ExampleFold() {
	noon := time.Date(2025, 2, 7, 12, 0, 0, 0, dossier.Zone)
	delivered := dossier.ParcelEvent{ID: "e4", Type: dossier.DeliveryDelivered, OccurredAt: noon.Add(time.Hour)}
	parcel := dossier.Fold([]dossier.ParcelEvent{
		delivered,
		{ID: "e2", Type: dossier.DeliveryAttemptFailed, OccurredAt: noon},
		{ID: "e1", Type: dossier.DeliveryPickedUp, OccurredAt: noon.Add(-24 * time.Hour)},
		delivered,
	})
	fmt.Println(parcel.State, "at", parcel.Since.Format("15:04"), "after", parcel.Attempts, "failed attempt")
	// Output:
	// delivered at 13:00 after 1 failed attempt
}

// A good scan goes online; the mandate, given as a sheet, travels beside it.
func ExampleDecideRoute() {
	wanted := []dossier.Wanted{
		{Code: "to-khai", Required: true, Forms: []dossier.Form{dossier.FormScan}},
		{Code: "giay-uy-quyen", Forms: []dossier.Form{dossier.FormScan, dossier.FormPaperOriginal}},
	}
	form := dossier.Given{Code: "to-khai", Form: dossier.FormScan, Document: "d1"}
	mandate := dossier.Given{Code: "giay-uy-quyen", Form: dossier.FormPaperOriginal}

	d := dossier.DecideRoute([]string{"online", "post"}, wanted, []dossier.Scanned{{Given: form, Verdict: dossier.Ready}, {Given: mandate}})
	fmt.Println(d.Route, d.Paper, d.Reasons)
	d = dossier.DecideRoute([]string{"online", "post"}, wanted, []dossier.Scanned{{Given: form, Verdict: dossier.Unreadable}, {Given: mandate}})
	fmt.Println(d.Route, d.Unreadable, d.Reasons)
	// Output:
	// online_with_paper [giay-uy-quyen] [paper_given]
	// return_to_citizen [to-khai] [scan_unreadable]
}
