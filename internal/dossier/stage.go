package dossier

import "slices"

// Stage is where in the house a dossier is.
type Stage string

// The five stages and the end.
const (
	StageIntake       Stage = "intake"
	StageDigitization Stage = "digitization"
	StageSubmission   Stage = "submission"
	StageDecision     Stage = "decision"
	StageDelivery     Stage = "delivery"
	StageClosed       Stage = "closed"
)

// Stages lists them in the order of the way.
func Stages() []Stage {
	return []Stage{StageIntake, StageDigitization, StageSubmission, StageDecision, StageDelivery, StageClosed}
}

// Valid says whether the word is a stage.
func (s Stage) Valid() bool { return slices.Contains(Stages(), s) }

// Label is the stage in Vietnamese.
func (s Stage) Label() string {
	return map[Stage]string{
		StageIntake: "Tiếp nhận tại quầy", StageDigitization: "Kiểm tra số hóa", StageSubmission: "Nộp hồ sơ",
		StageDecision: "Chờ giải quyết", StageDelivery: "Trả kết quả", StageClosed: "Đã kết thúc",
	}[s]
}

// Route is the way a dossier takes to the authority.
type Route string

// The routes; empty means not yet decided.
const (
	RouteOnline          Route = "online"
	RouteOnlineWithPaper Route = "online_with_paper"
	RoutePaper           Route = "paper"
	RouteReturn          Route = "return_to_citizen"
	RouteNotAllowed      Route = "not_allowed"
)

// Online says whether scans are filed at the portal.
func (r Route) Online() bool { return r == RouteOnline || r == RouteOnlineWithPaper }

// OnPaper says whether paper travels to the authority.
func (r Route) OnPaper() bool { return r == RoutePaper || r == RouteOnlineWithPaper }

// Label is the route in Vietnamese.
func (r Route) Label() string {
	return map[Route]string{
		RouteOnline: "Trực tuyến", RouteOnlineWithPaper: "Trực tuyến kèm bản giấy", RoutePaper: "Bản giấy",
		RouteReturn: "Cần bổ sung tại quầy", RouteNotAllowed: "Không nhận tại đại lý",
	}[r]
}

// Who names whose turn it is.
type Who string

// Those who can be waited for.
const (
	WhoCitizen   Who = "citizen"
	WhoClerk     Who = "clerk"
	WhoPortal    Who = "portal"
	WhoAuthority Who = "authority"
	WhoCourier   Who = "courier"
	WhoManager   Who = "manager"
	WhoNobody    Who = "nobody"
)

// Valid says whether the word names somebody.
func (w Who) Valid() bool {
	return slices.Contains([]Who{WhoCitizen, WhoClerk, WhoPortal, WhoAuthority, WhoCourier, WhoManager, WhoNobody}, w)
}

// Label is whose turn it is, in Vietnamese.
func (w Who) Label() string {
	return map[Who]string{
		WhoCitizen: "công dân", WhoClerk: "nhân viên đại lý", WhoPortal: "Cổng dịch vụ công", WhoAuthority: "cơ quan giải quyết",
		WhoCourier: "đơn vị chuyển phát", WhoManager: "quản lý Trung tâm", WhoNobody: "không ai",
	}[w]
}

// What names what is waited for.
type What string

// What a dossier can wait for. Each has a limit in waits.json.
const (
	WhatWork       What = "work"       // our own activities are running
	WhatRescan     What = "rescan"     // a better scan, or the paper original
	WhatHandover   What = "handover"   // the clerk gives the papers on
	WhatCarriage   What = "carriage"   // the carrier brings the papers to the authority
	WhatTake       What = "take_paper" // the authority takes the papers over
	WhatAcceptance What = "acceptance" // the authority accepts or refuses
	WhatDecision   What = "decision"   // the authority decides
	WhatSupplement What = "supplement" // papers that the authority asked for
	WhatPayment    What = "payment"    // a fee
	WhatCollection What = "collection" // the carrier collects the result
	WhatDelivery   What = "delivery"   // the carrier brings the result
	WhatPickup     What = "pickup"     // the citizen comes to the counter
	WhatRetry      What = "retry"      // somebody mends what is stuck
	WhatNothing    What = "nothing"    // the dossier is closed
)

// Label is what is waited for, in Vietnamese.
func (w What) Label() string {
	return map[What]string{
		WhatWork: "hệ thống đang xử lý", WhatRescan: "quét lại hoặc nộp bản giấy", WhatHandover: "bàn giao giấy tờ",
		WhatCarriage: "chuyển giấy tờ tới cơ quan", WhatTake: "nhận bàn giao giấy tờ", WhatAcceptance: "tiếp nhận hồ sơ",
		WhatDecision: "giải quyết hồ sơ", WhatSupplement: "bổ sung giấy tờ", WhatPayment: "nộp phí, lệ phí",
		WhatCollection: "lấy kết quả", WhatDelivery: "phát kết quả", WhatPickup: "nhận kết quả tại quầy",
		WhatRetry: "xử lý vướng mắc", WhatNothing: "không còn việc",
	}[w]
}
