package api

import (
	"cmp"

	"hoso/internal/dossier"
)

// The domain speaks Vietnamese; these are the same words in English.
var (
	stageWords = map[dossier.Stage]string{
		dossier.StageIntake: "Taken in at the counter", dossier.StageDigitization: "Check of the scans", dossier.StageSubmission: "On its way to the authority",
		dossier.StageDecision: "With the authority", dossier.StageDelivery: "Result on its way", dossier.StageClosed: "Closed",
	}
	whoWords = map[dossier.Who]string{
		dossier.WhoCitizen: "the citizen", dossier.WhoClerk: "the clerk at the agent", dossier.WhoPortal: "the public service portal",
		dossier.WhoAuthority: "the authority", dossier.WhoCourier: "the carrier", dossier.WhoManager: "the Centre's manager", dossier.WhoNobody: "nobody",
	}
	whatWords = map[dossier.What]string{
		dossier.WhatWork: "the system is at work", dossier.WhatRescan: "a better scan, or the paper", dossier.WhatHandover: "handing the papers on",
		dossier.WhatCarriage: "carrying the papers to the authority", dossier.WhatTake: "taking the papers over", dossier.WhatAcceptance: "acceptance",
		dossier.WhatDecision: "the decision", dossier.WhatSupplement: "a supplement", dossier.WhatPayment: "payment of the fee",
		dossier.WhatCollection: "collection of the result", dossier.WhatDelivery: "delivery of the result", dossier.WhatPickup: "collection at the counter",
		dossier.WhatRetry: "mending what is stuck", dossier.WhatNothing: "nothing more",
	}
)

func (l lang) stage(s dossier.Stage) string {
	if l == en {
		return cmp.Or(stageWords[s], string(s))
	}
	return cmp.Or(s.Label(), string(s))
}

func (l lang) route(r dossier.Route) string {
	if l == en {
		return cmp.Or(routeLabels[r], string(r))
	}
	return cmp.Or(r.Label(), string(r))
}

func (l lang) form(f dossier.Form) string { return formLabels[f].in(l, nil) }

func (l lang) status(s dossier.Status) string {
	if l == en {
		return s.LabelEN()
	}
	return s.Label()
}

func (l lang) who(w dossier.Who) string {
	if l == en {
		return cmp.Or(whoWords[w], string(w))
	}
	return cmp.Or(w.Label(), string(w))
}

func (l lang) what(w dossier.What) string {
	if l == en {
		return cmp.Or(whatWords[w], string(w))
	}
	return cmp.Or(w.Label(), string(w))
}

var routeLabels = map[dossier.Route]string{
	dossier.RouteOnline: "online", dossier.RouteOnlineWithPaper: "online, and papers by post", dossier.RoutePaper: "on paper",
	dossier.RouteReturn: "back to the counter, to be mended", dossier.RouteNotAllowed: "not at an agent",
}

var formLabels = map[dossier.Form]text{
	dossier.FormScan: {"bản quét", "a scan"}, dossier.FormPaperOriginal: {"bản giấy gốc", "the paper original"},
	dossier.FormPaperCertified: {"bản sao chứng thực", "a certified copy"}, dossier.FormFromDatabase: {"lấy từ cơ sở dữ liệu", "from the national database"},
	dossier.FormReused: {"dùng lại từ hồ sơ trước", "reused from an earlier dossier"}, dossier.FormNotAvailable: {"không nộp được", "cannot be given"},
}

// happened gives the sentence for a kind of audit entry.
func (l lang) happened(kind string) string {
	if t, known := eventWords[kind]; known {
		return t[l]
	}
	return kind
}

// eventWords says what each kind of audit entry means, to a clerk.
var eventWords = map[string]text{
	"filed":         {"Hồ sơ được tiếp nhận tại quầy", "Filed at the counter"},
	"route_decided": {"Đã xác định cách nộp hồ sơ", "The way to the authority was decided"},
	"scan_returned": {"Bản quét chưa đạt, cần quét lại hoặc nộp bản giấy", "A scan is too poor: scan again or give the paper"},

	"submitted":           {"Đã nộp lên Cổng dịch vụ công", "Filed at the portal"},
	"with_authority":      {"Hồ sơ đã tới cơ quan giải quyết", "The dossier is with the authority"},
	"status":              {"Cơ quan cập nhật trạng thái", "The authority changed the status"},
	"status_passed":       {"Trạng thái trung gian được suy ra", "A status in between was inferred"},
	"report_not_believed": {"Nhận tin cũ hoặc không phù hợp, không áp dụng", "A stale or unfitting report came and was not applied"},
	"report_too_early":    {"Nhận tin sớm hơn bước trước đó, được giữ lại", "A report came before what must precede it; it is kept"},
	"late_report":         {"Nhận tin sau khi hồ sơ kết thúc", "A report came after the dossier was closed"},

	"corrected": {"Sổ và nơi khác không khớp, đã đưa về khớp", "The register and another place did not agree, and were brought into accord"},

	"supplement":           {"Bổ sung giấy tờ", "Supplement given"},
	"supplement_handed_on": {"Đã chuyển phần bổ sung cho cơ quan", "The supplement was handed on to the authority"},
	"payment":              {"Ghi nhận nộp phí, lệ phí", "Payment recorded"},
	"payment_confirmed":    {"Đã báo cơ quan việc nộp phí", "The payment was confirmed to the authority"},
	"decision":             {"Cán bộ cơ quan cập nhật kết quả xử lý", "An officer of the authority decided"},
	"contact":              {"Sửa thông tin liên hệ", "Contact details corrected"},
	"withdrawn":            {"Hồ sơ được rút theo yêu cầu", "Withdrawn at the citizen's wish"},
	"retry":                {"Cho hồ sơ chạy tiếp", "Set going again"},
	"route":                {"Chọn cách nộp hồ sơ khác", "Another way to the authority was chosen"},
	"extend":               {"Xin lỗi và gia hạn trả kết quả", "Apology: the due date is put off"},
	"deadline":             {"Dời hạn trả kết quả", "The due date was moved"},
	"due_recomputed":       {"Tính lại hạn trả kết quả theo lịch mới", "The due date was counted anew: the calendar has changed"},
	"approve":              {"Duyệt yêu cầu bổ sung thêm", "A further supplement was approved"},
	"override":             {"Quản lý đặt trạng thái", "A manager set the status"},
	"hold":                 {"Tạm giữ hồ sơ", "Held by a manager"},
	"resume":               {"Cho hồ sơ đi tiếp", "Resumed"},
	"warned":               {"Sắp đến hạn trả kết quả", "The due date draws near"},
	"apology_drafted":      {"Đã dự thảo văn bản xin lỗi và gia hạn", "The apology was drafted"},
	"supplement_not_given": {"Hết thời hạn bổ sung mà chưa nhận được", "The supplement was not given in time"},

	"parked":             {"Hồ sơ vướng, cần người xử lý", "Stuck: somebody must look"},
	"limit_passed":       {"Quá hạn chờ", "A limit has passed"},
	"overdue":            {"Quá hạn trả kết quả", "The due date has passed"},
	"papers_offer":       {"Bàn giao giấy tờ", "Papers offered"},
	"papers_take":        {"Nhận giấy tờ", "Papers taken over"},
	"papers_wait":        {"Chờ bàn giao giấy tờ", "Papers wait to be handed on"},
	"papers_travel":      {"Giấy tờ đang được chuyển", "Papers on their way"},
	"papers_brought":     {"Giấy tờ đã được chuyển tới cơ quan", "Papers brought to the authority"},
	"papers_back":        {"Giấy tờ quay về đại lý", "Papers back at the office"},
	"papers_lost":        {"Giấy tờ bị báo mất", "Papers reported lost"},
	"papers_bagged":      {"Giấy tờ được bỏ vào túi niêm phong", "Papers put into a sealed bag"},
	"papers_unbagged":    {"Giấy tờ được lấy ra khỏi túi", "Papers taken out of the bag"},
	"papers_discrepancy": {"Kiểm đếm giấy tờ không khớp", "A count of the papers did not come out"},
	"papers_cleared":     {"Vướng mắc khi kiểm đếm đã được xem xét", "What was wrong at the count has been looked into"},
	"bag_sealed":         {"Niêm phong túi", "Bag sealed"},
	"bag_offered":        {"Bàn giao túi", "Bag offered"},
	"bag_taken":          {"Nhận túi", "Bag taken over"},
	"bag_trouble":        {"Kiểm đếm túi không khớp", "A count of the bag did not come out"},
	"bag_cleared":        {"Cho túi đi tiếp", "Bag let go on"},
	"bag_opened":         {"Mở túi tại điểm đại lý", "Bag opened at its office"},
	"bag_lost":           {"Túi bị mất", "Bag lost"},
	"papers_missing":     {"Giấy tờ bị mất trên đường bàn giao", "Papers lost on their way"},
	"bag_late":           {"Túi bị chậm", "Bag late"},
	"papers_go_home":     {"Giấy tờ được trả lại công dân", "Papers go back to the citizen"},
	"papers_at_counter":  {"Giấy tờ chờ công dân nhận tại quầy", "Papers wait for the citizen at the counter"},
	"offer_withdrawn":    {"Hủy lời bàn giao giấy tờ", "Offer of the papers taken back"},
	"carriage_booked":    {"Đã đặt chuyển giấy tờ", "Carriage of the papers booked"},

	"delivery_booked":     {"Đã đặt chuyển kết quả", "Delivery of the result booked"},
	"delivery_wait":       {"Chờ phát kết quả", "Waiting for the delivery"},
	"parcel_trouble":      {"Bưu gửi gặp trở ngại", "Trouble with the parcel"},
	"parcel_contradicted": {"Tin về bưu gửi mâu thuẫn", "Reports on the parcel contradict each other"},
	"at_counter":          {"Kết quả đã về quầy", "The result is at the counter"},
	"delivered":           {"Kết quả đã tới tay công dân", "The result has reached the citizen"},
	"collected":           {"Công dân đã nhận tại quầy", "Collected at the counter"},
	"result_electronic":   {"Trả kết quả điện tử", "The result is electronic"},
	"closed":              {"Hồ sơ kết thúc", "Closed"},

	"parcel_booked":             {"Bưu gửi: đã đặt", "Parcel: booked"},
	"parcel_picked_up":          {"Bưu gửi: đã lấy hàng", "Parcel: picked up"},
	"parcel_in_transit":         {"Bưu gửi: đang vận chuyển", "Parcel: in transit"},
	"parcel_out_for_delivery":   {"Bưu gửi: đang phát", "Parcel: out for delivery"},
	"parcel_attempt_failed":     {"Bưu gửi: phát không thành công", "Parcel: attempt failed"},
	"parcel_held_at_office":     {"Bưu gửi: giữ tại bưu cục", "Parcel: held at the post office"},
	"parcel_delivered":          {"Bưu gửi: đã phát", "Parcel: delivered"},
	"parcel_returning":          {"Bưu gửi: đang chuyển hoàn", "Parcel: returning"},
	"parcel_returned_to_sender": {"Bưu gửi: đã hoàn về người gửi", "Parcel: returned to sender"},
	"parcel_cancelled":          {"Bưu gửi: đã hủy", "Parcel: cancelled"},
	"parcel_lost":               {"Bưu gửi: bị thất lạc", "Parcel: lost"},
}

// moved says what moved a due date.
func (l lang) moved(kind string) string {
	return moveWords[kind][l]
}

var moveWords = map[string]text{
	"received":    {"Tiếp nhận hợp lệ", "Valid reception"},
	"handed_over": {"Cơ quan ký nhận giấy tờ", "The authority signed for the papers"},
	"fee_paid":    {"Đã xác nhận nộp phí", "The fee was confirmed"},
	"resume":      {"Đã nhận đủ phần được yêu cầu", "What was asked for has come"},
	"extend":      {"Xin lỗi và gia hạn", "Apology and extension"},
	"move":        {"Quản lý dời hạn", "Moved by a manager"},
	"recompute":   {"Lịch làm việc thay đổi", "The calendar has changed"},
}

// why says for what reason a dossier is on a day's list.
func (l lang) why(reason string) string {
	if t, known := whyWords[reason]; known {
		return t.in(l, nil)
	}
	return reason
}

var whyWords = map[string]text{
	"overdue":      {"Quá hạn trả kết quả", "Overdue"},
	"due_today":    {"Đến hạn hôm nay", "Due today"},
	"due_soon":     {"Còn không quá một ngày làm việc", "Due within one working day"},
	"warned":       {"Sắp đến hạn trả kết quả", "The due date draws near"},
	"waiting_long": {"Chờ đại lý hoặc công dân quá thời hạn", "The clerk or the citizen has kept it waiting beyond the limit"},
	"parked":       {"Đang vướng, cần người xử lý", "Stuck: somebody must look"},
}
