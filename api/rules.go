package api

import "strings"

// ruleText gives the sentence of a rule; a rule without one reads as "not valid".
func ruleText(rule string, args map[string]string) text {
	if _, limited := args["max"]; limited && rule == "too_long" {
		return text{"Nhiều nhất {max} ký tự.", "At most {max} characters."}
	}
	if t, known := ruleTexts[rule]; known {
		if args["allowed"] == "" { // nothing is left to choose from
			return text{withoutChoice(t[vi]), withoutChoice(t[en])}
		}
		return t
	}
	return ruleTexts["invalid_value"]
}

// withoutChoice leaves out a last sentence that would say what may be chosen.
func withoutChoice(s string) string {
	i := strings.LastIndex(s, ". ")
	if i >= 0 && strings.Contains(s[i:], "{allowed}") {
		return s[:i+1]
	}
	return s
}

// ruleTexts holds the sentence of every rule, of shape (broken ones are a 400)
// and of business (422). A new rule needs a line here; a test compares the table
// with the rules that the domain names.
var ruleTexts = map[string]text{
	// Shape of the whole.
	"json_broken":       {"Nội dung không phải JSON hợp lệ.", "The body is not valid JSON."},
	"json_too_deep":     {"JSON lồng quá nhiều cấp.", "The JSON is nested too deeply."},
	"duplicate_field":   {"Trường này xuất hiện hai lần.", "The field is there twice."},
	"unknown_field":     {"Không có trường này.", "There is no such field."},
	"unknown_parameter": {"Không có tham số này.", "There is no such parameter."},
	"body_required":     {"Yêu cầu phải có nội dung.", "The request needs a body."},
	"multipart_broken":  {"Nội dung multipart/form-data không đọc được.", "The multipart/form-data body cannot be read."},
	"text_not_plain":    {"Văn bản chứa ký tự không được phép hoặc không phải UTF-8.", "The text holds characters that are not allowed, or is not UTF-8."},
	"media_type":        {"Loại nội dung được nhận: {accepted}.", "Content types taken: {accepted}."},
	"encoding":          {"Không nhận nội dung nén (Content-Encoding).", "Compressed bodies (Content-Encoding) are not taken."},
	"too_large":         {"Giới hạn là {max} byte.", "The limit is {max} bytes."},
	"idempotency_key":   {"Cần tiêu đề Idempotency-Key gồm 1 đến 255 ký tự ASCII in được.", "The Idempotency-Key header is needed: 1 to 255 printable ASCII characters."},
	"cursor":            {"Con trỏ trang không hợp lệ; hãy bắt đầu lại từ trang đầu.", "The cursor is not valid; start again from the first page."},

	// Shape of a value.
	"invalid_value":      {"Giá trị không hợp lệ.", "The value is not valid."},
	"required":           {"Bắt buộc phải có.", "This is required."},
	"required_with":      {"Bắt buộc phải có khi có {with}.", "This is required where {with} is given."},
	"wrong_type":         {"Sai kiểu dữ liệu.", "The value is of the wrong type."},
	"string_expected":    {"Phải là chuỗi ký tự.", "Must be a string."},
	"number_expected":    {"Phải là số.", "Must be a number."},
	"integer_expected":   {"Phải là số nguyên.", "Must be a whole number."},
	"boolean_expected":   {"Phải là true hoặc false.", "Must be true or false."},
	"array_expected":     {"Phải là danh sách.", "Must be a list."},
	"object_expected":    {"Phải là đối tượng JSON.", "Must be a JSON object."},
	"single_expected":    {"Chỉ được có một giá trị.", "Only one value may be given."},
	"one_of":             {"Phải là một trong: {allowed}.", "Must be one of: {allowed}."},
	"too_short":          {"Ít nhất {min} ký tự.", "At least {min} characters."},
	"too_long":           {"Quá dài.", "Too long."},
	"too_small":          {"Nhỏ nhất là {min}.", "The least is {min}."},
	"too_big":            {"Lớn nhất là {max}.", "The greatest is {max}."},
	"above":              {"Phải lớn hơn {min}.", "Must be greater than {min}."},
	"below":              {"Phải nhỏ hơn {max}.", "Must be less than {max}."},
	"multiple_of":        {"Phải là bội số của {of}.", "Must be a multiple of {of}."},
	"too_few":            {"Ít nhất {min} mục.", "At least {min} entries."},
	"too_many":           {"Nhiều nhất {max} mục.", "At most {max} entries."},
	"not_unique":         {"Các mục phải khác nhau.", "The entries must differ."},
	"pattern":            {"Không đúng mẫu {pattern}.", "Does not match {pattern}."},
	"schema_mismatch":    {"Không khớp cấu trúc nào được nhận.", "Matches none of the shapes taken here."},
	"date_expected":      {"Phải là ngày có thật, dạng 2025-02-05.", "Must be a real date such as 2025-02-05."},
	"time_expected":      {"Phải là giờ, dạng 08:30:00.", "Must be a time such as 08:30:00."},
	"date_time_expected": {"Phải là thời điểm RFC 3339, dạng 2025-02-05T08:30:00+07:00.", "Must be an RFC 3339 time such as 2025-02-05T08:30:00+07:00."},
	"duration_expected":  {"Phải là khoảng thời gian, dạng 30m.", "Must be a duration such as 30m."},
	"base64_expected":    {"Phải là base64.", "Must be base64."},
	"uuid_expected":      {"Phải là UUID.", "Must be a UUID."},
	"uri_expected":       {"Phải là địa chỉ URI.", "Must be a URI."},
	"host_expected":      {"Phải là tên máy hoặc địa chỉ IP.", "Must be a host name or an IP address."},

	// Persons.
	"citizen_id_shape":    {"Số định danh cá nhân phải gồm đúng 12 chữ số.", "A citizen id has exactly 12 digits."},
	"citizen_id_birth":    {"Số định danh không khớp năm sinh; hãy kiểm tra lại.", "The citizen id does not agree with the year of birth; check both."},
	"tax_code_shape":      {"Mã số thuế phải gồm 10 chữ số, hoặc 10 chữ số, gạch ngang và 3 chữ số.", "A tax code has 10 digits, or 10 digits, a hyphen and 3 digits."},
	"person_kind_unknown": {"Loại người nộp phải là citizen, enterprise hoặc organisation.", "The kind of person must be citizen, enterprise or organisation."},
	"birth_date_real":     {"Ngày sinh phải là ngày có thật, dạng 1990-01-31.", "The date of birth must be a real date such as 1990-01-31."},
	"birth_date_future":   {"Ngày sinh không được ở tương lai.", "The date of birth must not lie in the future."},
	"phone_shape":         {"Số điện thoại phải gồm 8 đến 15 chữ số.", "A phone number has 8 to 15 digits."},
	"phone_unusual":       {"Số điện thoại không theo đầu số thường dùng; hãy kiểm tra lại.", "The phone number has an unusual prefix; check it."},
	"email_shape":         {"Địa chỉ thư điện tử không đúng dạng.", "The e-mail address is not well formed."},

	// Identity cards.
	"card_text":                  {"Không phải nội dung mã QR của thẻ căn cước.", "This is not what an identity card's QR code says."},
	"card_fields":                {"Nội dung mã QR thiếu trường: có thể không phải thẻ căn cước, hoặc máy quét chưa đọc hết.", "Parts are missing: it may be no identity card, or the scanner did not read it whole."},
	"card_number":                {"Số căn cước trên mã QR không phải 12 chữ số.", "The number in the QR code does not have 12 digits."},
	"card_old_number":            {"Số chứng minh cũ trên mã QR không đúng dạng.", "The old number in the QR code is not well formed."},
	"card_name":                  {"Mã QR không có họ tên đọc được; hãy tắt bộ gõ tiếng Việt rồi quét lại.", "The QR code gives no readable name; switch the Vietnamese keyboard off and scan again."},
	"card_birth_date":            {"Ngày sinh trên mã QR không phải ngày có thật.", "The date of birth in the QR code is not a real date."},
	"card_none":                  {"Không thấy mã QR nào trong ảnh: hãy chụp gần, đủ sáng và phẳng.", "No QR code was found in the picture: take it close, in good light and flat."},
	"card_no_picture":            {"Tệp không phải ảnh hoặc PDF mở được.", "The file is not a picture or a PDF that can be opened."},
	"card_reader_missing":        {"Máy chủ chưa cài chương trình đọc mã QR từ ảnh (zbarimg); hãy dùng máy quét cầm tay.", "The server has no program that reads QR codes from pictures (zbarimg); use a hand scanner."},
	"card_citizen_id_differs":    {"Khác với số trên thẻ căn cước.", "Differs from the number on the identity card."},
	"card_date_of_birth_differs": {"Khác với ngày sinh trên thẻ căn cước.", "Differs from the date of birth on the identity card."},
	"card_full_name_differs":     {"Khác với họ tên trên thẻ căn cước; hãy kiểm tra lại.", "Differs from the name on the identity card; check it."},

	// Dossiers.
	"procedure_unknown":          {"Không có thủ tục này, hoặc thủ tục chưa được tiếp nhận tại đại lý.", "There is no such procedure, or agents do not take it yet."},
	"case_unknown":               {"Thủ tục không có trường hợp này.", "The procedure has no such case."},
	"authority_unknown":          {"Không có cơ quan này.", "There is no such authority."},
	"authority_required":         {"Không suy ra được cơ quan giải quyết; hãy ghi rõ.", "The competent authority does not follow from the data; name it."},
	"office_closed":              {"Đại lý đang tạm ngừng tiếp nhận.", "The office is closed for filings."},
	"not_allowed_at_agent":       {"Thủ tục này không được nộp tại đại lý. {reason}", "This procedure may not be filed at an agent. {reason}"},
	"office_not_yours":           {"Đại lý này không thuộc đơn vị của bạn.", "The office does not belong to your network."},
	"authority_not_competent":    {"Cơ quan này không giải quyết thủ tục đã chọn.", "This authority does not decide the procedure."},
	"evidence_required":          {"Nộp thay cần có bằng chứng về sự đồng ý hoặc ủy quyền.", "Acting for somebody else needs evidence of the consent or the mandate."},
	"evidence_document_required": {"Cách chứng minh document cần document_id của văn bản.", "The method document needs the document_id of the paper."},
	"carrier_unknown":            {"Không có đơn vị chuyển phát này, hoặc đơn vị không phục vụ đại lý.", "There is no such carrier, or it does not serve the office."},
	"recipient_required":         {"Chuyển phát cần người nhận có điện thoại và địa chỉ; người nộp hồ sơ chưa có đủ.", "Delivery by courier needs a recipient with phone and address; the applicant lacks one of them."},
	"paper_required":             {"Thủ tục cần bản giấy của thành phần {component}.", "The procedure needs component {component} on paper."},
	"component_missing":          {"Thiếu thành phần bắt buộc {component}.", "The required component {component} is missing."},
	"component_not_in_checklist": {"Thành phần này không có trong danh mục hồ sơ của thủ tục.", "This component is not in the procedure's checklist."},
	"component_twice":            {"Thành phần này có hai lần.", "This component is there twice."},
	"components_empty":           {"Cần ít nhất một thành phần.", "At least one component is needed."},
	"form_not_accepted":          {"Thành phần {component} không được nộp dưới hình thức này.", "Component {component} is not taken in this form."},
	"document_required":          {"Hình thức scan cần document_id của bản quét.", "The form scan needs the document_id of the scan."},
	"document_not_expected":      {"Chỉ hình thức scan mới có document_id.", "Only the form scan has a document_id."},
	"document_used":              {"Tài liệu này đã thuộc về hồ sơ khác.", "This document belongs to another dossier."},
	"scan_unreadable":            {"Bản quét không dùng được. {finding} Nếu không quét lại được thì nộp bản giấy.", "The scan cannot be used. {finding} If it cannot be scanned again, give the paper."},
	"document_unknown":           {"Không có tài liệu này.", "There is no such document."},
	"substitute_required":        {"Không nộp được {component} thì phải có giấy tờ thay thế: {allowed}.", "Where {component} cannot be given, give in its place: {allowed}."},
	"substitute_not_accepted":    {"Giấy tờ này không thay thế được {component}; được thay bằng: {allowed}.", "This does not stand in for {component}; what does: {allowed}."},
	"substitute_missing":         {"Giấy tờ thay thế phải có trong danh sách đã nộp.", "What is given in its place must stand in the list itself."},
	"substitute_not_expected":    {"Chỉ hình thức not_available mới có giấy tờ thay thế.", "Only the form not_available has a substitute."},
	"reuse_source":               {"Hình thức reused cần đúng một trong hai: document_id hoặc from.", "The form reused needs one of the two: document_id or from."},
	"reuse_not_expected":         {"Chỉ hình thức reused mới có from.", "Only the form reused has from."},
	"reuse_unknown":              {"Không có hồ sơ trước nào của người này để dùng lại.", "No earlier dossier of this person can be reused for this."},
	"reuse_not_ready":            {"Bản quét cũ chưa đủ rõ để dùng lại; hãy quét lại.", "The earlier scan is not good enough to be reused; scan again."},
	"reuse_old_profile":          {"Bản quét cũ được kiểm tra theo ngưỡng cũ; hãy quét lại.", "The earlier scan was judged by older thresholds; scan again."},
	"asked_missing":              {"Cơ quan yêu cầu cả {component}: nộp, hoặc ghi not_available kèm lý do.", "The authority asks for {component} as well: give it, or say not_available with a reason."},
	"asked_in_database":          {"Thông tin này lấy từ cơ sở dữ liệu quốc gia, không được yêu cầu nộp lại (Nghị định 224/2026/NĐ-CP, Điều 18 khoản 4).", "This was taken from the national database and must not be asked for again (Decree 224/2026/NĐ-CP, Article 18(4))."},
	"route_online_not_offered":   {"Thủ tục không có kênh trực tuyến. Có thể chọn: {allowed}.", "The procedure is not offered online. What may be chosen: {allowed}."},
	"route_post_not_offered":     {"Thủ tục không nhận qua bưu chính. Có thể chọn: {allowed}.", "The procedure is not taken by post. What may be chosen: {allowed}."},
	"route_without_scan":         {"Không có bản quét nào để nộp trực tuyến. Có thể chọn: {allowed}.", "There is no scan to file online. What may be chosen: {allowed}."},
	"route_without_paper":        {"Không có bản giấy nào để chuyển. Có thể chọn: {allowed}.", "There is no paper to carry. What may be chosen: {allowed}."},
	"route_leaves_paper":         {"Có bản giấy phải đến cơ quan, không nộp chỉ trực tuyến được. Có thể chọn: {allowed}.", "A paper must reach the authority; online alone would leave it behind. What may be chosen: {allowed}."},
	"route_scan_only":            {"Có thành phần chỉ nhận bản quét. Có thể chọn: {allowed}.", "A component is taken as a scan only. What may be chosen: {allowed}."},
	"route_not_a_choice":         {"Không chọn được cách nộp này. Có thể chọn: {allowed}.", "This way cannot be chosen. What may be chosen: {allowed}."},
	"reason_required":            {"Cần nêu lý do.", "A reason is needed."},
	"file_empty":                 {"Tệp rỗng.", "The file is empty."},
	"file_type":                  {"Nội dung tệp không thuộc loại được nhận: {accepted}.", "The file's bytes are of none of the types taken: {accepted}."},

	// Forms.
	"form_not_written": {"Chưa lập được mẫu này ({cause}).", "The form cannot be written ({cause})."},
	"dossier_unknown":  {"Không có hồ sơ này tại đại lý.", "The office has no such dossier."},
	"period_backwards": {"Ngày cuối phải không trước ngày đầu.", "The last day must not lie before the first."},
	"until_backwards":  {"Thời điểm kết thúc phải ở tương lai và sau lúc bắt đầu.", "The end must lie in the future and after the beginning."},
	"period_too_long":  {"Kỳ dài nhất là {max} ngày.", "The longest period is {max} days."},
	"period_too_full":  {"Kỳ này có hơn {max} hồ sơ; hãy chọn kỳ ngắn hơn.", "More than {max} dossiers; choose a shorter period."},

	// Commands.
	"not_expected":         {"Không dùng cùng thao tác này.", "This does not go with the action."},
	"contact_empty":        {"Hãy cho số điện thoại hoặc người nhận mới.", "Give a new phone number or a new recipient."},
	"time_future":          {"Thời điểm không được ở tương lai.", "The time must not lie in the future."},
	"time_past":            {"Thời điểm phải ở tương lai.", "The time must lie in the future."},
	"time_unlikely":        {"Thời điểm này không thể đúng.", "This time cannot be meant."},
	"reason_or_components": {"Cần nêu lý do hoặc thành phần phải bổ sung.", "Give a reason, or name the components asked for."},
	"component_code":       {"Mã thành phần chỉ gồm chữ thường, chữ số và gạch ngang.", "A component's code has small letters, digits and hyphens only."},
	"result_required":      {"Cần có kết quả: tài liệu điện tử, bản giấy, hoặc cả hai.", "A result is needed: electronic documents, a paper, or both."},
	"portal_code_shape":    {"Mã hồ sơ không đúng dạng, ví dụ H26.12.03-250205-0001.", "The official number is not well formed, e.g. H26.12.03-250205-0001."},
	"not_this_dossiers":    {"Không phải đại lý hoặc cơ quan của hồ sơ này.", "This is not the dossier's office or authority."},
	"proof_required":       {"Giao thành công cần bằng chứng: mã, chữ ký, ảnh hoặc giấy tờ.", "A delivery needs proof: code, signature, photo or identity."},
	"status_unknown":       {"Phải là số 1 đến 10 hoặc tên trạng thái.", "Must be 1 to 10 or the name of a status."},
	"event_changed":        {"Mã sự kiện này đã đến với nội dung khác.", "This event id came before with another body."},

	// The clock.
	"term_or_procedure":      {"Cần đúng một trong hai: term hoặc procedure_code.", "Give one of the two: term or procedure_code."},
	"authority_or_office":    {"Chỉ chọn một: authority hoặc office.", "Give only one of authority and office."},
	"term_not_positive":      {"Thời hạn ít nhất là 1.", "A term is at least 1."},
	"term_too_long":          {"Thời hạn theo đơn vị này nhiều nhất là {max}.", "A term of this unit is at most {max}."},
	"term_none":              {"Thủ tục này không có thời hạn giải quyết.", "This procedure has no term."},
	"procedure_unknown_then": {"Không có thủ tục này, hoặc vào ngày tiếp nhận nó chưa có hiệu lực.", "There is no such procedure, or it was not in force on the day of reception."},
	"office_unknown":         {"Không có đại lý này vào ngày tiếp nhận.", "There is no such office on the day of reception."},
	"calendar_missing":       {"Không có lịch làm việc cho đơn vị này vào ngày tiếp nhận.", "No working calendar serves this unit on the day of reception."},
	"out_of_reach":           {"Vượt ra ngoài lịch làm việc, có từ {from} đến {to}.", "Beyond the working calendar, which runs from {from} to {to}."},
	"supplement_early":       {"Yêu cầu bổ sung không thể có trước khi tiếp nhận.", "A supplement cannot be asked for before the reception."},
	"supplement_backwards":   {"Bổ sung không thể đến trước khi được yêu cầu.", "A supplement cannot be given before it is asked for."},

	// Why a workflow refuses a command.
	"wrong_state":         {"Hồ sơ ở trạng thái {status} không nhận thao tác này.", "A dossier that is {status} does not take this command."},
	"decision_missing":    {"Thiếu nội dung quyết định.", "The decision is missing."},
	"already_decided":     {"Cơ quan đã có quyết định.", "The authority has decided already."},
	"portal_unreachable":  {"Chưa liên lạc được với Cổng dịch vụ công; quản lý đã được báo.", "The portal cannot be reached; a manager has been told."},
	"supplement_limit":    {"Đã hết số lần yêu cầu bổ sung; lần thêm phải được duyệt.", "No further supplement may be asked for without an approval."},
	"extension_too_late":  {"Chỉ được gia hạn khi còn ít nhất 01 ngày làm việc trước hạn, muộn nhất {until}.", "An extension must come at least a working day before the due date: by {until}."},
	"extension_not_later": {"Ngày hẹn mới phải sau hạn hiện tại.", "The new date must lie after the present one."},
	"due_at_missing":      {"Thiếu hạn trả mới.", "The new due date is missing."},
	"beyond_calendar":     {"Ngày này vượt ra ngoài lịch làm việc.", "That day lies beyond the working calendar."},
	"not_a_working_day":   {"Cơ quan không làm việc vào ngày này.", "The authority does not work on that day."},

	"wrong_holder":         {"Giấy tờ không ở chỗ bạn.", "You do not hold the papers."},
	"unknown_act":          {"Không có thao tác bàn giao này.", "There is no such act of handing over."},
	"no_papers":            {"Hồ sơ không có giấy tờ để bàn giao.", "The dossier has no papers to hand over."},
	"unknown_holder":       {"Chưa rõ bàn giao cho ai.", "It is not clear who is to receive the papers."},
	"not_holder":           {"Giấy tờ đang do {holder} giữ.", "The papers are held by {holder}."},
	"offer_to_self":        {"Không thể bàn giao cho chính mình.", "Papers cannot be offered to oneself."},
	"already_holder":       {"Bạn đang giữ giấy tờ này.", "You hold the papers already."},
	"in_bag":               {"Giấy tờ đang nằm trong túi niêm phong do {holder} giữ; hãy bàn giao cả túi.", "The papers lie in a sealed bag held by {holder}; hand the bag on."},
	"discrepancy_open":     {"Kiểm đếm không khớp, đang chờ quản lý xem xét; {holder} vẫn giữ.", "A count did not come out and a manager must look; {holder} still holds it."},
	"bag_opened":           {"Túi đã được mở.", "The bag has been opened."},
	"nothing_to_clear":     {"Túi không có vướng mắc nào.", "Nothing stops the bag."},
	"count_with_take":      {"Kết quả kiểm đếm chỉ đi kèm thao tác nhận.", "What was counted goes with a take only."},
	"no_such_paper":        {"Hồ sơ không có bản giấy này.", "The dossier has no such paper."},
	"paper_not_in_bag":     {"Giấy tờ này không có trong danh sách của túi.", "That paper is not on the bag's list."},
	"not_this_bags":        {"Túi này không đi tới đó.", "The bag does not go there."},
	"seal_used":            {"Số niêm phong này đã dùng cho một túi khác.", "Another bag bears this seal number already."},
	"other_authority":      {"Hồ sơ này thuộc cơ quan khác.", "That dossier is another authority's."},
	"papers_not_free":      {"Giấy tờ của hồ sơ này đang được bàn giao hoặc không ở điểm đại lý.", "The papers of that dossier are on offer, or not at the office."},
	"papers_not_going_out": {"Hồ sơ này không có giấy tờ cần chuyển tới cơ quan lúc này.", "That dossier has no papers to go to the authority now."},
	"not_offered_to_you":   {"Giấy tờ chưa được bàn giao cho bạn; đang do {holder} giữ.", "The papers have not been offered to you; they are held by {holder}."},
}
