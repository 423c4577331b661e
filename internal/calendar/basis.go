package calendar

// Rule is a rule of counting, as applied.
type Rule struct {
	// Code is the rule's short name in this package's documentation: T1, T2, T6,
	// T12.
	Code string `json:"code"`
	// Part says which sentence of it: first_day, last_day, …
	Part string `json:"part"`
	// VI and EN are the rule in words.
	VI string `json:"text_vi"`
	EN string `json:"text_en"`
	// Source is the law it comes from.
	Source string `json:"source"`
}

var (
	ruleHours = Rule{"T1", "hours", "Thời hạn bằng giờ bắt đầu từ lúc tiếp nhận và chỉ tính giờ làm việc.",
		"A term in hours begins at the moment of reception and counts office time only.", "Bộ luật Dân sự 2015, Điều 147 khoản 1"}
	ruleFirstDay = Rule{"T1", "first_day", "Ngày đầu tiên không tính.",
		"The first day is not counted.", "Bộ luật Dân sự 2015, Điều 147 khoản 2"}
	ruleLastDay = Rule{"T1", "last_day", "Ngày cuối là ngày nghỉ thì thời hạn kết thúc vào ngày làm việc tiếp theo.",
		"A last day on which nobody works gives way to the next working day.", "Bộ luật Dân sự 2015, Điều 148 khoản 5"}
	ruleClosing = Rule{"T1", "closing", "Thời hạn kết thúc khi hết giờ làm việc của ngày cuối; luật cho đến 24 giờ, nhưng kết quả chỉ trả khi cơ quan mở cửa.",
		"The term ends when the office closes on the last day: the law says midnight, but a result is handed out only while the office is open.",
		"Bộ luật Dân sự 2015, Điều 148 khoản 6"}
	ruleSameDate = Rule{"T2", "same_date", "Thời hạn bằng tháng kết thúc vào ngày tương ứng của tháng cuối.",
		"A term in months ends on the same date of the last month.", "Bộ luật Dân sự 2015, Điều 148 khoản 3"}
	ruleShortMonth = Rule{"T2", "short_month", "Tháng cuối không có ngày tương ứng thì thời hạn kết thúc vào ngày cuối của tháng đó.",
		"Where the last month has no such date, the term ends on that month's last day.", "Bộ luật Dân sự 2015, Điều 148 khoản 3"}
	ruleSameDay = Rule{"T6", "same_day", "Hồ sơ trả trong ngày được nhận đúng giờ thì trả ngay trong ngày.",
		"A same-day dossier received in time is due on the day itself.", ""}
	ruleNextDay = Rule{"T6", "next_day", "Hồ sơ trả trong ngày được nhận quá giờ hoặc vào ngày nghỉ thì trả vào ngày làm việc tiếp theo.",
		"A same-day dossier received too late, or on a day of rest, is due on the next working day.", ""}
	rulePause = Rule{"T12", "pause", "Thời gian tạm dừng không tính vào thời hạn.",
		"The time of a pause is not counted.", "Quy định của thủ tục"}
)

// rules lists those that the run applied.
func (r *run) rules() []Rule {
	rules := append(make([]Rule, 0, 5), r.unitRule())
	if len(r.rolls) > 0 {
		rules = append(rules, ruleLastDay)
	}
	if len(r.stops) > 0 {
		rules = append(rules, rulePause)
	}
	if r.term.Unit != Hour {
		rules = append(rules, ruleClosing)
	}
	return rules
}

// unitRule is the rule by which the term's unit is counted.
func (r *run) unitRule() Rule {
	switch r.term.Unit {
	case Hour:
		return ruleHours
	case Month:
		if r.start.addMonths(r.term.N).at(0).Day() != r.start.at(0).Day() {
			return ruleShortMonth
		}
		return ruleSameDate
	case SameDay:
		rule := ruleSameDay
		if !r.c.sameDayStill(r.start, r.clock) {
			rule = ruleNextDay
		}
		rule.Source = r.c.sameDay.source
		return rule
	default:
		return ruleFirstDay
	}
}
