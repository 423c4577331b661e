package forms_test

import (
	"fmt"
	"time"

	"hoso/internal/forms"
)

func ExamplePDF() {
	at := time.Date(2026, 11, 25, 9, 30, 0, 0, time.FixedZone("+07", 7*3600))
	slip, err := forms.PDF(&forms.Slip{
		Head: forms.Head{
			Unit: "Bưu cục Hoàn Kiếm", Place: "Hà Nội", IssuedAt: at, Code: "VNPHKI-261125-0001-M",
			Procedure: forms.Procedure{Code: "2.000635", Name: "Cấp bản sao trích lục hộ tịch"},
			Track:     "https://hoso.example.vn/v1/track?t=TOKEN",
		},
		FiledAt: at, Sender: forms.Person{Name: "Nguyễn Văn An"}, Authority: "UBND phường Hoàn Kiếm",
		Components: []forms.Component{{Name: "Tờ khai", Original: 1, Scan: 1}}, Clerk: "Trần Thị Ví Dụ",
	})
	fmt.Println(slip.Name, slip.Official.Name, slip.Pages, err)

	_, err = forms.PDF(&forms.Slip{Head: slipHead(at), FiledAt: at, Authority: "UBND phường Hoàn Kiếm", Clerk: "Trần Thị Ví Dụ"})
	fmt.Println(err)
	// Output:
	// 00-VNPHKI-261125-0001-M.pdf Phiếu gửi hồ sơ 1 <nil>
	// form: sender.name is required; components needs at least 1
}

func slipHead(at time.Time) forms.Head {
	return forms.Head{Unit: "Bưu cục Hoàn Kiếm", Place: "Hà Nội", IssuedAt: at, Code: "VNPHKI-261125-0001-M", Procedure: forms.Procedure{Code: "2.000635", Name: "Cấp bản sao trích lục hộ tịch"}}
}
