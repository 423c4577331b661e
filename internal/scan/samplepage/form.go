package samplepage

import (
	"math/rand/v2"
	"strings"
)

// heading stands above every form.
var heading = []string{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"}

// titles name the forms; a seed picks one.
var titles = []string{
	"TỜ KHAI CẤP BẢN SAO TRÍCH LỤC HỘ TỊCH",
	"TỜ KHAI ĐĂNG KÝ KHAI SINH",
	"GIẤY ỦY QUYỀN LÀM THỦ TỤC HÀNH CHÍNH",
	"ĐƠN ĐỀ NGHỊ CẤP PHIẾU LÝ LỊCH TƯ PHÁP",
}

// printed are a form's lines. What stands in braces is filled in by the person
// whose paper it is; a seed puts the middle ones in its own order.
var printed = []string{
	"Kính gửi: Ủy ban nhân dân phường {ward}, thành phố Hà Nội",
	"Họ, chữ đệm, tên người yêu cầu: {NAME}",
	"Nơi cư trú: số {house}, phố {street}, phường {ward}, thành phố Hà Nội",
	"Giấy tờ tùy thân: Căn cước công dân số {id}",
	"Quan hệ với người được cấp bản sao trích lục: {kin}",
	"Đề nghị cơ quan cấp bản sao trích lục khai sinh cho người có tên dưới đây:",
	"Họ, chữ đệm, tên: {NAME}",
	"Ngày, tháng, năm sinh: {day}/{month}/{year}, tại thành phố {town}",
	"Giới tính: {sex}    Dân tộc: {people}    Quốc tịch: Việt Nam",
	"Nơi sinh: Bệnh viện {hospital}, phường {ward}",
	"Nơi đăng ký khai sinh: Ủy ban nhân dân phường {ward}, thành phố {town}",
	"Số: {number}/{year}, Quyển số: 02/{year}, ngày đăng ký: {day}/{month}/{year}",
	"Họ, chữ đệm, tên người mẹ: {NAME}    Năm sinh: {year}",
	"Họ, chữ đệm, tên người cha: {NAME}    Năm sinh: {year}",
	"Số lượng bản sao đề nghị cấp: {copies} bản",
	"Hình thức nhận kết quả: qua dịch vụ bưu chính, tại phố {street}",
	"Số điện thoại liên hệ: {phone}",
	"Tôi cam đoan những nội dung khai trên đây là đúng sự thật và chịu trách nhiệm",
	"trước pháp luật về nội dung cam đoan của mình.",
	"Hà Nội, ngày {day} tháng {month} năm 2025",
	"Người yêu cầu (ký, ghi rõ họ, chữ đệm, tên)",
}

// answers are what people fill in. None of them exists.
var answers = map[string][]string{
	"{NAME}":     {"NGUYỄN VĂN AN", "TRẦN THỊ BÌNH", "LÊ HOÀNG CƯỜNG", "PHẠM THU DUNG", "VŨ ĐỨC GIANG", "ĐẶNG NGỌC HẠNH", "BÙI QUANG KHẢI", "HỒ THỊ LAN", "NGÔ MINH MẪN", "DƯƠNG THÚY NGA", "LÝ QUỐC PHONG", "TẠ THỊ QUỲNH"},
	"{ward}":     {"Hoàn Kiếm", "Cửa Nam", "Ba Đình", "Ngọc Hà", "Giảng Võ", "Hai Bà Trưng", "Vĩnh Tuy", "Bạch Mai", "Đống Đa", "Kim Liên", "Láng", "Ô Chợ Dừa"},
	"{street}":   {"Hàng Mẫu", "Thí Dụ", "Hàng Giấy", "Tràng Tiền", "Lý Thường Kiệt", "Nguyễn Du", "Phan Chu Trinh", "Hàng Bông", "Quán Sứ", "Thợ Nhuộm"},
	"{kin}":      {"bản thân", "cha", "mẹ", "con ruột", "anh ruột", "chị ruột", "người đại diện theo pháp luật", "ông nội", "bà ngoại"},
	"{town}":     {"Hà Nội", "Hải Phòng", "Đà Nẵng", "Huế", "Cần Thơ", "Hồ Chí Minh"},
	"{sex}":      {"Nam", "Nữ"},
	"{people}":   {"Kinh", "Tày", "Thái", "Mường", "Nùng"},
	"{hospital}": {"Phụ sản Hà Nội", "Bạch Mai", "Xanh Pôn", "Thanh Nhàn", "Việt Đức", "Từ Dũ"},
	"{copies}":   {"01 (một)", "02 (hai)", "03 (ba)", "05 (năm)"},
}

// digits are answers that are numbers, a # for each digit.
var digits = map[string]string{"{house}": "1#", "{id}": "0010900#####", "{day}": "1#", "{month}": "0#", "{number}": "1##", "{phone}": "0900 ### ###"}

// stroke is a piece of a line in one style.
type stroke struct {
	text  string
	style style
}

// line is what stands in one row of the form.
type line []stroke

func (l line) String() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.text)
	}
	return b.String()
}

// title is the form's name.
func (o Options) title() string {
	if o.Title != "" {
		return o.Title
	}
	return titles[o.Seed%uint64(len(titles))]
}

// lines are the form's rows in the order that its seed gives them, filled in as
// its filler does. The order and the answers come from two sources, so that two
// people fill in the same form.
func (o Options) lines(rng *rand.Rand) []line {
	rows := append([]string{}, printed...)
	middle := rows[1 : len(rows)-4]
	rng.Shuffle(len(middle), func(i, j int) { middle[i], middle[j] = middle[j], middle[i] })
	if len(o.Lines) > 0 {
		rows = o.Lines
	}
	person := rand.New(rand.NewPCG(o.Filler, 0x5851f42d4c957f2d))
	out := make([]line, len(rows))
	for i, row := range rows {
		out[i] = fillIn(row, person)
	}
	return out
}

// fillIn puts answers into a printed row.
func fillIn(row string, person *rand.Rand) line {
	var out line
	for {
		before, rest, found := strings.Cut(row, "{")
		if before != "" {
			out = append(out, stroke{text: before})
		}
		if !found {
			return out
		}
		name, after, _ := strings.Cut(rest, "}")
		out = append(out, stroke{text: answer("{"+name+"}", person), style: italic})
		row = after
	}
}

// answer is what a person writes into one blank.
func answer(blank string, person *rand.Rand) string {
	if blank == "{year}" {
		return string([]byte{'1', '9', byte('6' + person.IntN(4)), byte('0' + person.IntN(10))})
	}
	if choice := answers[blank]; len(choice) > 0 {
		return choice[person.IntN(len(choice))]
	}
	out := []byte(digits[blank])
	for i, c := range out {
		if c == '#' {
			out[i] = byte('0' + person.IntN(10))
		}
	}
	return string(out)
}
