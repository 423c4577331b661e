package calendar_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/calendar"
)

// Thursday 24 April 2025 and five working days, as a clerk reads it out.
func TestDerivationInWords(t *testing.T) {
	t.Parallel()
	d, err := calendar.Default().Derive(at(t, "2025-04-24 09:30"), calendar.Term{N: 5, Unit: calendar.WorkingDay})
	require.NoError(t, err)
	require.Equal(t, []string{
		"Nhận lúc 09:30 thứ Năm 24/4/2025; ngày nhận không tính vào 5 ngày làm việc.",
		"Thứ Bảy 26/4 làm bù cho thứ Sáu 2/5 nên được tính.",
		"Nghỉ hằng tuần: Chủ nhật 27/4; 3–4/5.",
		"Nghỉ lễ: 30/4–2/5 (Ngày Chiến thắng 30/4; Ngày Quốc tế lao động; Nghỉ hoán đổi, làm bù 26/4).",
		"Hạn trả kết quả: 17:00 thứ Hai 5/5/2025.",
	}, d.Sentences(calendar.Vietnamese))
	english := d.Sentences(calendar.English)
	require.Equal(t, "Received at 09:30 on Thu 24 Apr 2025; that day is not counted in the 5 working days.", english[0])
	require.Equal(t, "Sat 26 Apr is worked to make up for Fri 2 May, and counts.", english[1])
	require.Equal(t, "Due at 17:00 on Mon 5 May 2025.", english[4])
}

func TestDerivationNamesRulesDaysAndSources(t *testing.T) {
	t.Parallel()
	d, err := calendar.Default().Derive(at(t, "2025-04-24 09:30"), calendar.Term{N: 5, Unit: calendar.WorkingDay})
	require.NoError(t, err)
	require.Equal(t, "ha-noi", d.Calendar)
	require.Equal(t, at(t, "2025-04-25 08:00").Unix(), d.Starts.Unix())
	require.False(t, d.Provisional())
	require.Equal(t, []string{"T1 first_day", "T1 closing"}, parts(d))
	for _, r := range d.Rules {
		require.NotEmpty(t, r.Source)
	}
	var days []string
	for _, s := range d.Days {
		days = append(days, string(s.Kind)+" "+s.From+" "+s.To)
		require.NotEmpty(t, s.Reasons[0].Source)
	}
	require.Equal(t, []string{
		"makeup_day 2025-04-26 2025-04-26", "weekly_rest 2025-04-27 2025-04-27",
		"holiday 2025-04-30 2025-05-02", "weekly_rest 2025-05-03 2025-05-04",
	}, days)
	require.Equal(t, "2025-05-02", d.Days[0].Reasons[0].For)
}

func parts(d calendar.Derivation) []string {
	var found []string
	for _, r := range d.Rules {
		found = append(found, r.Code+" "+r.Part)
	}
	return found
}

// Every unit's rules, and a few of its sentences.
func TestDerivationOfEachUnit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		received string
		n        int
		unit     calendar.Unit
		pauses   []calendar.Pause
		rules    []string
		says     []string
	}{
		{"2025-02-07 17:30", 12, calendar.Hour, []calendar.Pause{pause(t, "2025-02-10 10:00", "2025-02-10 14:30")}, []string{"T1 hours", "T12 pause"}, []string{
			"Nhận lúc 17:30 thứ Sáu 7/2/2025, ngoài giờ làm việc; tính 12 giờ làm việc từ 08:00 thứ Hai 10/2.",
			"Tạm dừng từ 10:00 thứ Hai 10/2 đến 14:30 thứ Hai 10/2: không tính 3 giờ 30 phút.",
		}},
		{"2025-04-24 09:30", 9, calendar.Day, nil, []string{"T1 first_day", "T1 last_day", "T1 closing"}, []string{
			"Ngày cuối, thứ Bảy 3/5, là ngày nghỉ nên chuyển sang ngày làm việc tiếp theo.",
		}},
		{"2025-05-31 09:30", 1, calendar.Month, nil, []string{"T2 short_month", "T1 closing"}, []string{
			"Nhận lúc 09:30 thứ Bảy 31/5/2025; 1 tháng kết thúc vào ngày cuối của tháng cuối, vì tháng đó không có ngày 31.",
		}},
		{"2025-03-10 09:30", 1, calendar.Month, nil, []string{"T2 same_date", "T1 closing"}, nil},
		{"2025-02-05 15:00", 1, calendar.SameDay, nil, []string{"T6 same_day", "T1 closing"}, []string{
			"Nhận lúc 15:00 thứ Tư 5/2/2025, không quá 15:00: trả trong ngày.",
		}},
		{"2025-02-05 15:01", 1, calendar.SameDay, nil, []string{"T6 next_day", "T1 closing"}, []string{
			"Nhận lúc 15:01 thứ Tư 5/2/2025, sau 15:00: trả vào ngày làm việc tiếp theo.",
		}},
		{"2025-02-09 10:00", 1, calendar.SameDay, nil, []string{"T6 next_day", "T1 closing"}, []string{
			"Nhận lúc 10:00 Chủ nhật 9/2/2025, khi cơ quan không làm việc: trả vào ngày làm việc tiếp theo.",
		}},
		{"2025-02-05 09:30", 3, calendar.WorkingDay, []calendar.Pause{pause(t, "2025-02-11 08:00", "2025-02-20 09:00")},
			[]string{"T1 first_day", "T12 pause", "T1 closing"}, []string{
				"Tạm dừng từ 08:00 thứ Ba 11/2 đến 09:00 thứ Năm 20/2, khi thời hạn đã hết: hạn không đổi.",
			}},
		{"2027-02-04 09:30", 1, calendar.WorkingDay, nil, []string{"T1 first_day", "T1 closing"}, []string{
			"Lịch nghỉ năm 2027 là dự kiến, chưa có phương án chính thức: hạn này có thể thay đổi.",
		}},
	}
	for _, tt := range tests {
		t.Run(string(tt.unit)+" "+tt.received, func(t *testing.T) {
			t.Parallel()
			d, err := calendar.Default().Derive(at(t, tt.received), calendar.Term{N: tt.n, Unit: tt.unit}, tt.pauses...)
			require.NoError(t, err)
			require.Equal(t, tt.rules, parts(d))
			require.Subset(t, d.Sentences(calendar.Vietnamese), tt.says)
			require.Len(t, d.Sentences(calendar.English), len(d.Sentences(calendar.Vietnamese)))
		})
	}
}

// Twenty working days are not twenty lines, nor are five years.
func TestDerivationIsBrief(t *testing.T) {
	t.Parallel()
	for _, term := range []calendar.Term{{N: 20, Unit: calendar.WorkingDay}, {N: 400, Unit: calendar.WorkingDay}, {N: 2000, Unit: calendar.Hour}} {
		var pauses []calendar.Pause
		for i := range 5 {
			from := at(t, "2025-05-05 09:00").AddDate(0, 0, 3*i)
			pauses = append(pauses, calendar.Pause{From: from, To: from.AddDate(0, 0, 2)})
		}
		d, err := calendar.Default().Derive(at(t, "2025-04-24 09:30"), term, pauses...)
		require.NoError(t, err)
		require.LessOrEqual(t, len(d.Sentences(calendar.Vietnamese)), 8, d.Sentences(calendar.Vietnamese))
	}
}

// A make-up day that a pause held did not count, and is not said to have.
func TestDerivationLeavesOutWhatAPauseHeld(t *testing.T) {
	t.Parallel()
	d, err := calendar.Default().Derive(at(t, "2025-04-24 09:30"), calendar.Term{N: 5, Unit: calendar.WorkingDay}, pause(t, "2025-04-25 10:00", "2025-04-26 10:00"))
	require.NoError(t, err)
	require.Equal(t, "2025-05-06", d.LastDay)
	require.Equal(t, 1, d.Pauses[0].Days)
	require.Equal(t, calendar.WeeklyRest, d.Days[0].Kind)
}
