package printer

import (
	"strconv"

	"hoso/internal/dossier"
)

// The words for what the register does not know or knows only by code. None of
// them names a person or claims what nobody has said.
const (
	wordDesk      = "Bộ phận Một cửa"
	wordDeskTitle = "BỘ PHẬN MỘT CỬA"
	wordAgent     = "ĐIỂM ĐẠI LÝ DỊCH VỤ CÔNG"
	wordClerk     = "Nhân viên "
	wordCitizen   = "Người nộp hồ sơ"
	wordPortal    = "Cổng dịch vụ công"
	wordPlace     = "Việt Nam"
	wordToSign    = "................................"
	wordSealedBag = "Túi số %s, niêm phong số %s."
	wordTerms     = "Việc nhận, chuyển phát giấy tờ, quyền, nghĩa vụ và trách nhiệm của các bên theo quy định của pháp luật về bưu chính."

	wordNoTerm     = "Không quy định"
	wordInWords    = "Nội dung nêu tại phần lý do"
	wordNotGiven   = "chưa nộp"
	wordReused     = "dùng lại từ hồ sơ trước"
	wordOnDatabase = "khai thác từ cơ sở dữ liệu"

	wordSupplement = "Cơ quan giải quyết yêu cầu bổ sung, hoàn thiện các giấy tờ nêu trên."
	wordBasis      = "Yêu cầu của cơ quan giải quyết tại lần này; căn cứ chưa được ghi riêng."
	wordRefused    = "Cơ quan giải quyết từ chối tiếp nhận và chưa ghi lý do bằng lời. Đề nghị liên hệ Bộ phận Một cửa để được giải thích."
	wordStopped    = "Cơ quan giải quyết thông báo dừng giải quyết và chưa ghi lý do bằng lời."
	wordWithdrawn  = "Người nộp hồ sơ đề nghị rút hồ sơ."
	wordExtended   = "Cơ quan giải quyết chưa ghi lý do bằng lời."
	wordPapersBack = "Giấy tờ bản giấy đã nhận được trả lại cho người nộp hồ sơ."
)

// methodWords say how the result is received.
var methodWords = map[dossier.DeliveryMethod]string{
	dossier.ByCourier: "Chuyển phát đến địa chỉ đã đăng ký", dossier.AtCounter: "Nhận tại quầy", dossier.Electronic: "Bản điện tử",
}

// unitWords are the units of terms.
var unitWords = map[string]string{"hour": "giờ làm việc", "working_day": "ngày làm việc", "day": "ngày", "month": "tháng"}

// termWords writes a term: "03 ngày làm việc".
func termWords(n int, unit string) string {
	switch {
	case unit == "same_day":
		return "Trong ngày làm việc"
	case n == 0 || unitWords[unit] == "":
		return wordNoTerm
	case n < 10:
		return "0" + strconv.Itoa(n) + " " + unitWords[unit]
	default:
		return strconv.Itoa(n) + " " + unitWords[unit]
	}
}

// masked shows the last digits of a person's number only.
func masked(number string) string {
	const shown = 4
	if len(number) <= shown {
		return ""
	}
	return "********" + number[len(number)-shown:]
}
