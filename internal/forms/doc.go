// Package forms writes the official forms of a dossier as PDF documents: data
// in, bytes out. It knows no database, no workflow and no clock; what a form
// says, and when, comes from its caller.
//
// Each form is a plain struct with JSON names, so that a register can keep what
// was said and render it again: the same data gives the same bytes, to the last
// one, as long as program and form version are the same.
//
//	slip       Phiếu gửi hồ sơ                       at filing; without a due date
//	receipt    Giấy tiếp nhận hồ sơ và hẹn trả kết quả   after acceptance only
//	supplement Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ
//	refusal    Phiếu từ chối tiếp nhận giải quyết hồ sơ
//	extension  Văn bản xin lỗi và đề nghị gia hạn        also as a draft
//	stop       Thông báo dừng giải quyết hồ sơ
//	control    Phiếu kiểm soát quá trình giải quyết hồ sơ
//	register   Sổ theo dõi hồ sơ                     PDF and XLSX
//	handover   Biên bản bàn giao nhiều hồ sơ
//
// Which of them is in force on which day, under what number, on what paper and
// by what source is data: forms.json. [PDF] checks the data first and refuses
// with [Problems], each naming its field. Text is never cut: what is longer than
// its limit is refused, what is within it breaks over lines and pages.
//
// # Text
//
// Text is brought to NFC. Control characters, direction marks and other
// invisible characters are taken out, for on paper they could only deceive; a
// character that the font does not have is shown as □. The font is Liberation
// Serif (SIL Open Font License 1.1, see font/LICENSE), which has the measures of
// the typeface that Decree 30/2020/NĐ-CP asks for.
package forms
