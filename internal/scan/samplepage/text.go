package samplepage

import "math/rand/v2"

// heading stands above every form.
var heading = []string{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"}

// defaultTitle names the sample form.
const defaultTitle = "TỜ KHAI CẤP BẢN SAO TRÍCH LỤC HỘ TỊCH"

// sentences are what a form says; a seed puts the middle ones in its own order.
var sentences = []string{
	"Kính gửi: Ủy ban nhân dân phường Hoàn Kiếm, thành phố Hà Nội",
	"Họ, chữ đệm, tên người yêu cầu: NGUYỄN VĂN AN",
	"Nơi cư trú: số 10, phố Hàng Mẫu, phường Hoàn Kiếm, thành phố Hà Nội",
	"Giấy tờ tùy thân: Căn cước công dân số 001090000001",
	"Quan hệ với người được cấp bản sao trích lục: bản thân",
	"Đề nghị cơ quan cấp bản sao trích lục khai sinh cho người có tên dưới đây:",
	"Họ, chữ đệm, tên: NGUYỄN VĂN AN",
	"Ngày, tháng, năm sinh: 01/01/1990 (ngày một tháng một năm một nghìn chín trăm chín mươi)",
	"Giới tính: Nam    Dân tộc: Kinh    Quốc tịch: Việt Nam",
	"Nơi sinh: Bệnh viện Phụ sản Hà Nội",
	"Nơi đăng ký khai sinh: Ủy ban nhân dân phường Hàng Trống, quận Hoàn Kiếm",
	"Số: 125/1990, Quyển số: 02/1990, ngày đăng ký: 15/01/1990",
	"Họ, chữ đệm, tên người mẹ: TRẦN THỊ BÌNH    Năm sinh: 1965",
	"Họ, chữ đệm, tên người cha: NGUYỄN VĂN CƯỜNG    Năm sinh: 1962",
	"Số lượng bản sao đề nghị cấp: 03 (ba) bản",
	"Hình thức nhận kết quả: qua dịch vụ bưu chính, tại địa chỉ ghi ở trên",
	"Số điện thoại liên hệ: 0900 000 123",
	"Tôi cam đoan những nội dung khai trên đây là đúng sự thật và chịu trách nhiệm",
	"trước pháp luật về nội dung cam đoan của mình.",
	"Hà Nội, ngày 05 tháng 02 năm 2025",
	"Người yêu cầu (ký, ghi rõ họ, chữ đệm, tên)",
}

// formLines is the sample text in the order that a seed gives it.
func formLines(rng *rand.Rand) []string {
	lines := append([]string{}, sentences...)
	middle := lines[1 : len(lines)-4]
	rng.Shuffle(len(middle), func(i, j int) { middle[i], middle[j] = middle[j], middle[i] })
	return lines
}
