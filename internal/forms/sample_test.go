package forms_test

import (
	"time"

	"hoso/internal/forms"
)

// The samples name nobody real.
var (
	zone     = time.FixedZone("+07", 7*3600)
	filed    = time.Date(2026, 11, 25, 9, 30, 0, 0, zone)
	received = time.Date(2026, 11, 25, 10, 15, 0, 0, zone)
	due      = time.Date(2026, 12, 2, 17, 0, 0, 0, zone)
	later    = time.Date(2026, 12, 9, 17, 0, 0, 0, zone)
)

func ptr[T any](v T) *T { return &v }

func head() forms.Head {
	return forms.Head{
		Parent: "UBND thành phố Hà Nội", Unit: "Trung tâm Phục vụ hành chính công", Place: "Hà Nội", IssuedAt: received,
		Code: "VNPHKI-261125-0001-M", PortalCode: "H26.12.03-261125-0001",
		Procedure: forms.Procedure{Code: "2.000635", Name: "Cấp bản sao trích lục hộ tịch, bản sao Giấy khai sinh", Version: "163/QĐ-BTP"},
		Track:     "https://hoso.example.vn/v1/track?t=c2FtcGxlLXRva2VuLW9ubHk",
	}
}

func an() forms.Person {
	return forms.Person{Name: "Nguyễn Văn An", IDNumber: "001090000001", Address: "Số 1 phố Mẫu, phường Hoàn Kiếm, thành phố Hà Nội", Phone: "0900000123", Email: "an@example.vn"}
}

func components() []forms.Component {
	return []forms.Component{
		{Name: "Tờ khai cấp bản sao trích lục hộ tịch (theo mẫu)", Original: 1, Scan: 1},
		{Name: "Giấy tờ tùy thân: hộ chiếu, căn cước công dân hoặc giấy tờ khác có dán ảnh", Certified: 1, Scan: 2, Note: "đối chiếu bản chính"},
		{Name: "Văn bản ủy quyền", Copy: 1, Scan: 1},
	}
}

func slip() *forms.Slip {
	h := head()
	h.Parent, h.Unit, h.PortalCode, h.IssuedAt = "Tổng công ty Bưu điện Việt Nam", "Bưu cục Hoàn Kiếm, 75 Đinh Tiên Hoàng", "", filed
	return &forms.Slip{
		Head: h, FiledAt: filed, Sender: an(), Owner: &forms.Person{Name: "Nguyễn Thị Mẫu", Address: "Số 1 phố Mẫu, phường Hoàn Kiếm"},
		Authority: "Ủy ban nhân dân phường Hoàn Kiếm", Components: components(), Way: "Nộp trực tuyến; bản giấy chuyển phát đến cơ quan giải quyết",
		Result: "Chuyển phát đến Số 1 phố Mẫu, phường Hoàn Kiếm", Carrier: "Vietnam Post", Charge: 30000, Paid: "tiền mặt", Clerk: "Trần Thị Ví Dụ", Sealed: true,
		Terms: []string{"Khiếu nại về chuyển phát trong 06 tháng kể từ ngày gửi."}, Lookup: "hoso.example.vn, 1900 0000",
		Seal: &forms.Seal{Statement: `{"a":1}`, Mark: "1a2b 3c4d 5e6f 7a8b", KeyID: "receipt-AbCdEfGhIjKl"},
	}
}

func receiptForm() *forms.Receipt {
	return &forms.Receipt{
		Head: head(), Book: "01/2026", Serial: "0427", Submitter: an(), Channel: "Qua đại lý dịch vụ công trực tuyến", Owner: &forms.Person{Name: "Nguyễn Thị Mẫu", Address: "Số 1 phố Mẫu"},
		Components: components(), Sets: 1, Term: "05 ngày làm việc", ReceivedAt: received, DueAt: &due, Result: "Chuyển phát đến Số 1 phố Mẫu, phường Hoàn Kiếm",
		Lookup: "hoso.example.vn", LookupPhone: "1900 0000", Officer: "Lê Thị Ví Dụ", Seal: slip().Seal,
	}
}

func supplement() *forms.Supplement {
	return &forms.Supplement{
		Head: head(), Owner: an(), Content: "Cấp 02 bản sao Giấy khai sinh", Round: 2,
		Items:  []forms.Item{{Name: "Tờ khai", Reason: "Chưa ký; mục 3 còn trống"}, {Name: "Văn bản ủy quyền", Reason: "Thiếu chứng thực"}},
		Reason: "Hồ sơ chưa đủ cơ sở để giải quyết: chữ ký và ủy quyền chưa hợp lệ.", Basis: "Điều 9 Luật Hộ tịch", Until: &due,
		Website: "hoso.example.vn", Officer: "Lê Thị Ví Dụ", OfficerPhone: "024 0000 0000", Guide: "Phạm Văn Mẫu",
	}
}

func refusal() *forms.Refusal {
	return &forms.Refusal{
		Head: head(), SubmittedAt: filed, Owner: an(), Content: "Cấp bản sao Giấy khai sinh", Reason: "Sổ hộ tịch gốc không có sự kiện được yêu cầu; người yêu cầu cần đăng ký lại khai sinh.",
		Basis: "Điều 24 Nghị định 123/2015/NĐ-CP", Return: "Giấy tờ bản chính được chuyển phát trả lại", Officer: "Lê Thị Ví Dụ", OfficerPhone: "024 0000 0000", Refuser: "Phạm Văn Mẫu",
	}
}

func extension() *forms.Extension {
	h := head()
	h.Number, h.IssuedAt = "12/XL-UBND", time.Date(2026, 12, 1, 9, 0, 0, 0, zone)
	return &forms.Extension{
		Head: h, Addressee: an(), ReceivedAt: received, DueAt: due, NewDueAt: later,
		Reason: "việc xác minh sổ hộ tịch lưu tại nhiều nơi sau khi sắp xếp đơn vị hành chính cần thêm thời gian.",
		Signer: forms.Signer{Authority: "KT. Chủ tịch", Title: "Phó Chủ tịch", Name: "Hoàng Văn Mẫu"}, Recipients: []string{"Như trên", "Trung tâm Phục vụ hành chính công", "Lưu: VT"},
	}
}

func stop() *forms.Stop {
	h := head()
	h.Number = "13/TB-UBND"
	return &forms.Stop{
		Head: h, Addressee: an(), ReceivedAt: &received, RequestedAt: ptr(received.AddDate(0, 0, 2)), Reason: "Người nộp đề nghị rút hồ sơ khi chưa có kết quả giải quyết.",
		Basis: "Đơn đề nghị của Ông Nguyễn Văn An", Return: "Bản chính trả qua chuyển phát; lệ phí hoàn về tài khoản", Officer: "Lê Thị Ví Dụ", OfficerPhone: "024 0000 0000",
		Signer: forms.Signer{Title: "Chủ tịch", Name: "Đỗ Thị Mẫu"}, Recipients: []string{"Như trên", "Lưu: VT"},
	}
}

func control() *forms.Control {
	return &forms.Control{
		Head: head(), Owner: "Nguyễn Văn An", ReceivedAt: &received, DueAt: &due, Authority: "Ủy ban nhân dân phường Hoàn Kiếm", Cooperating: []string{"Công an phường Hoàn Kiếm"},
		Steps: []forms.Step{
			{From: "Bưu cục Hoàn Kiếm", Giver: "Trần Thị Ví Dụ", To: "Bộ phận Một cửa", Taker: "Lê Thị Ví Dụ", At: received, Result: forms.OnTime},
			{From: "Bộ phận Một cửa", Giver: "Lê Thị Ví Dụ", To: "Công chức Tư pháp - Hộ tịch", Taker: "Phạm Văn Mẫu", At: received.Add(time.Hour), Result: forms.Early, Note: "Kèm bản giấy"},
			{From: "Công chức Tư pháp - Hộ tịch", Giver: "Phạm Văn Mẫu", To: "Bộ phận Một cửa", Taker: "Lê Thị Ví Dụ", At: later, Result: forms.Late, Note: "Đã xin lỗi"},
		},
	}
}

func register() *forms.Register {
	h := head()
	h.Code, h.PortalCode, h.Procedure, h.Track = "", "", forms.Procedure{}, ""
	f := &forms.Register{Head: h, Office: "Bưu cục Hoàn Kiếm (VNPHKI)", From: time.Date(2026, 11, 1, 0, 0, 0, 0, zone), To: time.Date(2026, 11, 30, 0, 0, 0, 0, zone)}
	f.Lines = []forms.RegisterLine{{
		Code: "H26.12.03-261125-0001", Procedure: "Cấp bản sao trích lục hộ tịch", Quantity: 1, Person: "Nguyễn Văn An", Contact: "Số 1 phố Mẫu, 0900000123",
		Authority: "UBND phường Hoàn Kiếm", ReceivedAt: &received, DueAt: &due, TransferredAt: ptr(received.Add(time.Hour)), ResultAt: ptr(due.Add(-time.Hour)), ReturnedAt: &due, Way: "Chuyển phát", Note: "Đúng hạn",
	}}
	return f
}

func handover() *forms.Handover {
	h := head()
	h.Code, h.PortalCode, h.Procedure, h.Track, h.Number = "", "", forms.Procedure{}, "", "07/BBGN"
	return &forms.Handover{
		Head: h, At: filed.Add(4 * time.Hour), Giver: forms.Party{Unit: "Bưu cục Hoàn Kiếm", Name: "Trần Thị Ví Dụ", Title: "giao dịch viên", Phone: "0900000456"},
		Taker: forms.Party{Unit: "UBND phường Hoàn Kiếm", Name: "Lê Thị Ví Dụ", Title: "công chức Một cửa"}, Note: "Đủ so với phiếu gửi hồ sơ",
		Lines: []forms.HandoverLine{
			{Code: "VNPHKI-261125-0001-M", Slip: "EE123456789VN", Procedure: "Cấp bản sao trích lục hộ tịch", Owner: "Nguyễn Văn An", Papers: "01 bản chính tờ khai; 01 bản sao chứng thực", Fee: true, ByPost: true},
			{Code: "VNPHKI-261125-0002-K", Procedure: "Đăng ký lại kết hôn", Owner: "Nguyễn Thị Mẫu", Papers: "02 bản chính", Note: "Niêm phong còn nguyên"},
		},
	}
}

func samples() []forms.Form {
	return []forms.Form{slip(), receiptForm(), supplement(), refusal(), extension(), stop(), control(), register(), handover()}
}
