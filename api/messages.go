package api

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// lang indexes the two languages in which the API speaks.
type lang int

const (
	vi lang = iota // the default
	en
)

// tag is the language's name for the Content-Language header.
func (l lang) tag() string { return [...]string{"vi", "en"}[l] }

// matcher's first language is the one for readers of any other.
var matcher = language.NewMatcher([]language.Tag{language.Vietnamese, language.English})

// languageOf chooses the reader's language by Accept-Language.
func languageOf(accept string) lang {
	if accept == "" || len(accept) > 256 {
		return vi
	}
	_, index := language.MatchStrings(matcher, accept)
	return lang(index)
}

// text is one sentence in both languages. Names in braces are filled from args.
type text [2]string

// in gives the sentence in the language. A name that is not given stays out.
func (t text) in(l lang, args map[string]string) string {
	s := t[l]
	if !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "{")
		b.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return b.String()
		}
		b.WriteString(args[name])
		s = after
	}
}

// problemTexts holds title and detail of every code.
var problemTexts = map[Code]struct{ title, detail text }{
	InvalidRequest: {
		text{"Yêu cầu không hợp lệ", "Invalid request"},
		text{"Yêu cầu không đúng cấu trúc. Xem từng lỗi trong danh sách errors.", "The request is not of the expected shape. See each entry of errors."},
	},
	Unauthenticated: {
		text{"Chưa xác thực", "Not authenticated"},
		text{"Thiếu mã truy cập hoặc mã không còn giá trị. Hãy đăng nhập lại.", "The access token is missing or not valid. Sign in again."},
	},
	Forbidden: {
		text{"Không có quyền", "Not permitted"},
		text{"Vai trò của bạn không được phép thực hiện thao tác này.", "Your role does not permit this operation."},
	},
	NotFound: {
		text{"Không tìm thấy", "Not found"},
		text{"Không có nội dung này, hoặc bạn không được xem.", "There is nothing here, or nothing that you may see."},
	},
	MethodNotAllowed: {
		text{"Phương thức không được hỗ trợ", "Method not allowed"},
		text{"Địa chỉ này không nhận phương thức HTTP đã dùng. Xem tiêu đề Allow.", "This address does not take that HTTP method. See the Allow header."},
	},
	RequestTimeout: {
		text{"Gửi quá chậm", "Request too slow"},
		text{"Nội dung yêu cầu không đến đủ trong thời gian cho phép. Hãy gửi lại.", "The request body did not arrive in time. Send it again."},
	},
	Conflict: {
		text{"Không phù hợp với trạng thái hiện tại", "Not possible in the present state"},
		text{"Trạng thái hiện tại (state) không nhận thao tác này; allowed cho biết thao tác nào được nhận.", "The present state does not take this command; allowed lists those it takes."},
	},
	TooLarge: {
		text{"Dung lượng quá lớn", "Too large"},
		text{"Nội dung gửi lên vượt giới hạn dung lượng.", "The body passes the size limit."},
	},
	UnsupportedMedia: {
		text{"Loại nội dung không được hỗ trợ", "Unsupported media type"},
		text{"Địa chỉ này không nhận loại nội dung (Content-Type) đã gửi.", "This address does not take the type of content that was sent."},
	},
	InvalidDossier: {
		text{"Hồ sơ chưa hợp lệ", "Dossier not valid"},
		text{"Hồ sơ chưa đúng quy định. Xem từng lỗi trong danh sách errors; chưa có gì được lưu.", "The dossier breaks rules. See each entry of errors; nothing was stored."},
	},
	InvalidTerm: {
		text{"Không tính được hạn", "No due date can be given"},
		text{"Thời hạn, thời điểm hoặc đơn vị không tính được. Xem từng lỗi trong danh sách errors.", "The term, a time or the unit cannot be counted with. See each entry of errors."},
	},
	InvalidCard: {
		text{"Không đọc được thẻ căn cước", "The identity card could not be read"},
		text{"Không đọc được mã QR của thẻ căn cước. Xem errors, rồi quét lại hoặc gõ tay.", "The QR code of the identity card could not be read. See errors, then scan again or type by hand."},
	},
	KeyReused: {
		text{"Khóa Idempotency-Key đã dùng cho nội dung khác", "Idempotency-Key used for another request"},
		text{"Khóa này đã đi cùng một nội dung khác. Yêu cầu mới cần khóa mới.", "This key came before with another body. A new request needs a new key."},
	},
	RateLimited: {
		text{"Quá nhiều yêu cầu", "Too many requests"},
		text{"Hãy chờ theo tiêu đề Retry-After rồi thử lại.", "Wait as long as the Retry-After header says, then try again."},
	},
	Internal: {
		text{"Lỗi hệ thống", "Internal error"},
		text{"Hệ thống gặp lỗi. Khi cần hỗ trợ, hãy cung cấp request_id.", "Something failed on our side. Name the request_id when asking for help."},
	},
	Unavailable: {
		text{"Hệ thống tạm thời gián đoạn", "Temporarily unavailable"},
		text{"Chưa có gì được lưu. Hãy thử lại sau thời gian ghi ở tiêu đề Retry-After.", "Nothing was stored. Try again after the time in the Retry-After header."},
	},
}

// in gives a copy of the problem in the language, with the request's id.
func (p *Problem) in(l lang, requestID string) *Problem {
	c := *p
	texts := problemTexts[p.Code]
	c.Title, c.Detail, c.RequestID = texts.title.in(l, nil), texts.detail.in(l, nil), requestID
	c.Errors = slices.Clone(p.Errors)
	for i, e := range c.Errors {
		c.Errors[i].Detail = ruleText(e.Code, e.Args).in(l, e.Args)
	}
	return &c
}
