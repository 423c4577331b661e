package scan

import (
	"strconv"
	"strings"
)

// sentence is a message in both languages. {page}, {other}, {measured} and
// {threshold} stand for the finding's own numbers, {whole} for the measured one
// rounded.
type sentence struct{ vi, en string }

// sentences has one entry for each thing that can be wrong. Where one code
// covers several, a part after the dot tells them apart. Each says what the
// clerk sees, then what to do.
var sentences = map[string]sentence{
	"blurred.warn": {
		"Trang {page} bị mờ nhẹ: hãy xem kỹ từng dòng, nếu khó đọc thì lau kính máy quét, đặt phẳng giấy và quét lại trang này.",
		"Page {page} is slightly blurred: look at each line, and if it is hard to read wipe the scanner glass, lay the paper flat and scan this page again.",
	},
	"blurred.error": {
		"Trang {page} bị mờ: hãy lau kính máy quét, đặt phẳng giấy và quét lại trang này.",
		"Page {page} is blurred: wipe the scanner glass, lay the paper flat and scan this page again.",
	},
	"low_resolution.warn": {
		"Trang {page} chỉ khoảng {measured} dpi: nên đặt máy quét ở 200 đến 300 dpi và quét lại nếu chữ nhỏ khó đọc.",
		"Page {page} has only about {measured} dpi: better set the scanner to 200 to 300 dpi and scan again if small print is hard to read.",
	},
	"low_resolution.error": {
		"Trang {page} chỉ khoảng {measured} dpi, quá ít để đọc được chữ: hãy đặt máy quét ở 200 đến 300 dpi và quét lại trang này.",
		"Page {page} has only about {measured} dpi, too few to read: set the scanner to 200 to 300 dpi and scan this page again.",
	},
	"too_dark": {
		"Trang {page} quá tối: hãy tăng độ sáng của máy quét, đậy kín nắp và quét lại trang này.",
		"Page {page} is too dark: raise the scanner's brightness, close the lid and scan this page again.",
	},
	"too_bright": {
		"Chữ ở trang {page} quá nhạt: hãy giảm độ sáng hoặc tăng độ tương phản của máy quét và quét lại trang này.",
		"The writing on page {page} is too pale: lower the scanner's brightness or raise its contrast and scan this page again.",
	},
	"grainy": {
		"Trang {page} bị nhiễu hạt, chữ lẫn vào nền: hãy bật thêm đèn hoặc tăng độ sáng của máy quét và quét lại trang này.",
		"Page {page} is grainy and the writing is lost in it: add light or raise the scanner's brightness and scan this page again.",
	},
	"blank_page.warn": {
		"Trang {page} không có nội dung: nếu đó là mặt sau để trống thì có thể bỏ trang này, nếu không hãy quét lại.",
		"Page {page} is empty: if it is a blank back side this page may be left out, otherwise scan it again.",
	},
	"blank_page.error": {
		"Trang {page} không thấy chữ nào: hãy kiểm tra đã đặt đúng mặt giấy xuống kính và quét lại trang này.",
		"No writing can be seen on page {page}: check that the right side of the paper faces the glass and scan this page again.",
	},
	"skewed": {
		"Trang {page} bị nghiêng khoảng {whole}°: hãy đặt giấy sát mép kính máy quét, hoặc giữ điện thoại thẳng với tờ giấy, và quét lại trang này.",
		"Page {page} is askew by about {whole}°: lay the paper along the edge of the glass, or hold the telephone straight above it, and scan this page again.",
	},
	"rotated.side": {
		"Trang {page} nằm ngang: hãy xoay trang cho chữ đứng thẳng rồi lưu và tải lên lại, hoặc quét lại theo chiều đọc.",
		"Page {page} lies on its side: turn it until the writing is upright, save and upload it again, or scan it the way it is read.",
	},
	"rotated.head": {
		"Trang {page} có vẻ bị lộn ngược: hãy mở xem, nếu đúng thì xoay lại cho chữ đứng thẳng và tải lên lại.",
		"Page {page} seems to be upside down: open it, and if so turn it until the writing is upright and upload it again.",
	},
	"cropped.warn": {
		"Trang {page} có thể bị cắt ở mép giấy: hãy xem chữ ở các mép có đủ không, nếu thiếu thì đặt tờ giấy nằm trọn trong khung và quét lại trang này.",
		"Page {page} may be cut at its edge: see whether the writing at the edges is whole, and if not put the whole paper into the frame and scan this page again.",
	},
	"cropped.error": {
		"Trang {page} bị cắt mất chữ ở mép giấy: hãy đặt tờ giấy nằm trọn trong khung quét và quét lại trang này.",
		"Writing is cut off at the edge of page {page}: put the whole paper into the frame and scan this page again.",
	},
	"duplicate_page": {
		"Trang {page} giống trang {other}: hãy kiểm tra có quét trùng hoặc thiếu trang không, nếu trùng thì bỏ bớt một trang.",
		"Page {page} shows the same as page {other}: see whether a page was scanned twice or another one is missing, and leave one out.",
	},
	"encrypted": {
		"Tệp có đặt mật khẩu hoặc bị khóa: hãy xin tệp không khóa, hoặc in ra và quét lại.",
		"The file has a password or is locked: ask for a file without a lock, or print it and scan the print.",
	},
	"active_content.script": {
		"Tệp PDF có chứa mã lệnh tự chạy, không được nhận: hãy in ra và quét lại, hoặc in sang một tệp PDF mới.",
		"The PDF holds program code and cannot be taken: print it and scan the print, or print it to a new PDF.",
	},
	"active_content.launch": {
		"Tệp PDF có lệnh mở chương trình khác, không được nhận: hãy in ra và quét lại, hoặc in sang một tệp PDF mới.",
		"The PDF would start another program and cannot be taken: print it and scan the print, or print it to a new PDF.",
	},
	"active_content.attachment": {
		"Tệp PDF có tệp khác đính kèm bên trong: hãy nộp riêng từng tệp, hoặc in sang một tệp PDF mới.",
		"The PDF has other files inside it: hand each file in on its own, or print it to a new PDF.",
	},
	"active_content.dynamic_form": {
		"Tệp PDF là biểu mẫu động, phần lớn máy không hiển thị được: hãy in sang một tệp PDF mới.",
		"The PDF is a dynamic form that most programs cannot show: print it to a new PDF.",
	},
	"corrupt": {
		"Tệp bị hỏng hoặc chưa tải lên hết: hãy mở thử tệp trên máy, rồi tải lên lại hoặc quét lại.",
		"The file is damaged or was not sent whole: try to open it on your computer, then upload or scan it again.",
	},
	"corrupt.empty": {
		"Tệp trống, không có dữ liệu: hãy chọn lại tệp hoặc quét lại.",
		"The file is empty: choose the file again or scan again.",
	},
	"corrupt.page": {
		"Trang {page} bị hỏng, không mở được hình: hãy quét lại trang này.",
		"Page {page} is damaged and its picture does not open: scan this page again.",
	},
	"corrupt.tail": {
		"Phần cuối tệp PDF bị thiếu: hãy mở xem tệp có đủ trang không, nếu thiếu thì tải lên lại hoặc quét lại.",
		"The end of the PDF is missing: see whether all pages are there, and if not upload or scan it again.",
	},
	"unsupported_type": {
		"Tệp không phải loại được nhận: hãy quét thành PDF, JPEG, PNG, TIFF hoặc WebP.",
		"This type of file is not taken: scan to PDF, JPEG, PNG, TIFF or WebP.",
	},
	"unsupported_type.coding": {
		"Tệp dùng kiểu nén ảnh không được nhận: hãy quét lại và lưu thành PDF hoặc JPEG thông thường.",
		"The file's picture is packed in a way that is not taken: scan again and save as an ordinary PDF or JPEG.",
	},
	"unsupported_type.page": {
		"Trang {page} được lưu theo cách mà máy không tự kiểm tra được: hãy mở tệp và xem kỹ trang này có rõ không.",
		"Page {page} is stored in a way that cannot be checked by machine: open the file and see whether this page is clear.",
	},
	"too_large": {
		"Tệp lớn quá mức cho phép ({measured} MB, tối đa {threshold} MB): hãy quét ở 200 dpi hoặc chia thành nhiều tệp.",
		"The file is larger than allowed ({measured} MB, at most {threshold} MB): scan at 200 dpi or split it into several files.",
	},
	"too_large.page": {
		"Trang {page} có quá nhiều điểm ảnh ({measured} triệu, tối đa {threshold} triệu): hãy quét lại ở 200 đến 300 dpi.",
		"Page {page} has too many pixels ({measured} million, at most {threshold} million): scan again at 200 to 300 dpi.",
	},
	"seen_before": {
		"Trang {page} giống một trang đã nộp trong hồ sơ khác: hãy kiểm tra xem có nhầm giấy tờ của người khác không.",
		"Page {page} looks like a page already handed in with another dossier: check that it is not somebody else's paper.",
	},
	"signature_valid": {
		"Tệp có chữ ký số còn nguyên vẹn: người ký {signer}, chứng thư số có hạn đến {until}.",
		"The file bears an unbroken digital signature: signed by {signer}, whose certificate holds until {until}.",
	},
	"signature_invalid.broken": {
		"Chữ ký số trong tệp không còn đúng vì nội dung đã bị sửa sau khi ký, hoặc chữ ký không phải của chứng thư kèm theo: hãy xin lại tệp gốc.",
		"A digital signature in the file does not hold, for the content was changed after signing or the signature is not that of its certificate: ask for the original file.",
	},
	"signature_invalid.expired": {
		"Chữ ký số của {signer} được ghi là ký ngoài thời hạn của chứng thư số (đến {until}): hãy xin tệp được ký lại.",
		"The digital signature of {signer} says that it was made outside its certificate's time (until {until}): ask for a file signed anew.",
	},
	"signature_unverified.changed": {
		"Sau khi ký số, tệp còn được thêm nội dung: hãy mở tệp bằng phần mềm đọc PDF để xem đã thêm gì, hoặc xin lại tệp gốc.",
		"More was added to the file after it was signed: open it in a PDF reader to see what, or ask for the original file.",
	},
	"signature_unverified.unread": {
		"Máy không kiểm tra được loại chữ ký số trong tệp: hãy mở tệp bằng phần mềm đọc PDF để kiểm tra.",
		"The kind of digital signature in the file cannot be checked here: open it in a PDF reader to check.",
	},
	"signature_unverified.offline": {
		"Chưa kiểm tra chứng thư số có bị thu hồi không và do tổ chức nào cấp: việc này cần kết nối mạng.",
		"Whether the certificate was revoked, and whether its issuer can be trusted, was not checked: that needs a network.",
	},
	"too_large.memory": {
		"Tệp cần quá nhiều bộ nhớ để mở: hãy quét lại ở 200 đến 300 dpi, hoặc chia thành nhiều tệp.",
		"The file needs too much memory to open: scan again at 200 to 300 dpi, or split it into several files.",
	},
	"too_large.time": {
		"Tệp mất quá nhiều thời gian để mở: hãy quét lại ở 200 đến 300 dpi, hoặc chia thành nhiều tệp.",
		"The file takes too long to open: scan again at 200 to 300 dpi, or split it into several files.",
	},
	"too_many_pages.time": {
		"Tệp dài nên máy chỉ kịp kiểm tra {measured} trang đầu: hãy mở tệp và xem kỹ các trang còn lại, hoặc chia thành nhiều tệp.",
		"The file is long and only the first {measured} pages could be checked: open it and look at the others, or split it into several files.",
	},
	"too_many_pages": {
		"Tệp có quá nhiều trang (tối đa {threshold} trang): hãy chia thành nhiều tệp.",
		"The file has too many pages (at most {threshold}): split it into several files.",
	},
}

// message fills a finding's sentences in. The key is one of the table's.
func (f Finding) message(key string) Finding {
	s := sentences[key]
	fill := strings.NewReplacer(
		"{page}", strconv.Itoa(f.Page),
		"{other}", strconv.Itoa(f.Other),
		"{whole}", strconv.Itoa(int(f.Measured+0.5)),
		"{measured}", plain(f.Measured),
		"{threshold}", plain(f.Threshold),
	)
	f.MessageVI, f.MessageEN = fill.Replace(s.vi), fill.Replace(s.en)
	return f
}

// plain writes a number as people do: whole when it is large.
func plain(v float64) string {
	if v >= 10 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
