package dossier

// FormKind names a form of a dossier by our own number; forms over many dossiers
// (07, 08) are made on demand and belong to none.
type FormKind string

// The forms that a dossier gets on its way.
const (
	FormSlip       FormKind = "00"       // Phiếu gửi hồ sơ
	FormReceipt    FormKind = "01"       // Giấy tiếp nhận hồ sơ và hẹn trả kết quả
	FormRequest    FormKind = "02"       // Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ
	FormRefusal    FormKind = "03"       // Phiếu từ chối tiếp nhận giải quyết hồ sơ
	FormDraft      FormKind = "04-draft" // the apology, before anybody has put the date off
	FormExtension  FormKind = "04"       // Văn bản xin lỗi và đề nghị gia hạn
	FormStop       FormKind = "05"       // Thông báo dừng giải quyết hồ sơ
	FormControl    FormKind = "06"       // Phiếu kiểm soát quá trình giải quyết hồ sơ
	apologyDrafted          = "apology_drafted"
	filedStep               = "filed"
)

// FormStanding is what of a dossier decides which forms a step yields.
type FormStanding struct {
	Status Status
	Stage  Stage
	// Appointed says that the authority has received the dossier, that it has its
	// official number, and that its due date is known or that there is to be none.
	// Where the term waits for papers or a fee, the receipt waits with it: without
	// its date it would be no appointment.
	Appointed bool
}

// formRule says after which step a form is due.
type formRule struct {
	form FormKind
	due  func(step string, before, after FormStanding) bool
}

// formRules are Circular 03/2025/TT-VPCP, Annex I (01 to 06), and for the slip
// Decision 45/2016/QĐ-TTg Art 6.
var formRules = []formRule{
	{FormSlip, is(filedStep)},
	{FormReceipt, func(_ string, before, after FormStanding) bool { return after.Appointed && !before.Appointed }},
	{FormRequest, turns(SupplementRequired)},
	{FormRefusal, turns(Refused)},
	{FormDraft, is(apologyDrafted)},
	{FormExtension, is(string(Extend))},
	{FormStop, turns(Withdrawn, Stopped)},
	{FormControl, func(_ string, before, after FormStanding) bool {
		return after.Stage == StageClosed && before.Stage != StageClosed
	}},
}

func is(step string) func(string, FormStanding, FormStanding) bool {
	return func(kind string, _, _ FormStanding) bool { return kind == step }
}

func turns(to ...Status) func(string, FormStanding, FormStanding) bool {
	return func(_ string, before, after FormStanding) bool {
		for _, s := range to {
			if after.Status == s && before.Status != s {
				return true
			}
		}
		return false
	}
}

// FormsDue lists the forms that a step yields, in the order of their numbers.
func FormsDue(step string, before, after FormStanding) []FormKind {
	var due []FormKind
	for _, r := range formRules {
		if r.due(step, before, after) {
			due = append(due, r.form)
		}
	}
	return due
}
