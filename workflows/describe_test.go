package workflows_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/temporal"

	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// shown is what a manager sees of a dossier at a moment.
type shown struct {
	details    string
	attributes temporal.SearchAttributes // as last told, all of them
	state      workflows.State
	handlers   []string
}

// look plays a story and looks at the dossier at some moments of it.
func look(t *testing.T, s script, at ...time.Duration) []shown {
	t.Helper()
	w := newWorld(t, s)
	env := w.environment(monday)
	var told temporal.SearchAttributes
	env.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) { told = args.Get(0).(temporal.SearchAttributes) }).Return(nil)
	var seen []shown
	for _, moment := range at {
		env.RegisterDelayedCallback(func() {
			now := shown{attributes: told}
			v, err := env.QueryWorkflow(workflows.QueryState)
			require.NoError(t, err)
			require.NoError(t, v.Get(&now.state))
			v, err = env.QueryWorkflow("__temporal_workflow_metadata")
			require.NoError(t, err)
			var m sdk.WorkflowMetadata
			require.NoError(t, v.Get(&m))
			now.details = m.GetCurrentDetails()
			for _, u := range m.GetDefinition().GetUpdateDefinitions() {
				require.NotEmpty(t, u.GetDescription(), u.GetName())
				now.handlers = append(now.handlers, u.GetName())
			}
			seen = append(seen, now)
		}, moment)
	}
	w.open(skipping{env})
	env.ExecuteWorkflow(workflows.DossierType, workflows.Start{Code: w.Facts.Code})
	require.NoError(t, env.GetWorkflowError())
	w.check(t)
	require.Len(t, seen, len(at))
	return seen
}

func (s shown) attribute(t *testing.T, key temporal.SearchAttributeKeyKeyword) string {
	t.Helper()
	v, ok := s.attributes.GetKeyword(key)
	require.True(t, ok, key.GetName())
	return v
}

// A manager finds the dossier by where it stands, and reads on its page what it
// waits for and until when.
func TestWhatAManagerReads(t *testing.T) {
	t.Parallel()
	seen := look(t, onPaper(nil), 30*time.Minute, 150*time.Minute, 7*time.Hour+10*time.Minute)
	office, way, processing := seen[0], seen[1], seen[2]

	require.Equal(t, []string{"submission", "registered", "clerk", "paper"},
		[]string{office.attribute(t, workflows.AttrStage), office.attribute(t, workflows.AttrStatus), office.attribute(t, workflows.AttrWaiting), office.attribute(t, workflows.AttrRoute)})
	require.Equal(t, `### Nộp hồ sơ

- **Trạng thái:** 1 – Mới đăng ký
- **Đang chờ:** nhân viên đại lý – bàn giao giấy tờ
- **Hạn của bước này:** 17:00 ngày 11/02/2025
- **Hình thức nộp:** Bản giấy
- **Cơ quan giải quyết:** H26.12.03
- **Nơi tiếp nhận:** VNPHKI (vnpost)
- **Thủ tục:** 2.000635 – 163/QĐ-BTP
- **Giấy tờ bản chính:** 1 bản, đang giữ: đại lý VNPHKI
`, office.details)
	require.Equal(t, "courier", way.attribute(t, workflows.AttrWaiting))
	require.Contains(t, way.details, "đang giữ: đơn vị chuyển phát viettelpost")
	require.Contains(t, way.details, "đơn vị chuyển phát – chuyển giấy tờ tới cơ quan")
	require.Equal(t, []string{"decision", "accepted"}, []string{processing.attribute(t, workflows.AttrStage), processing.attribute(t, workflows.AttrStatus)})
	require.Contains(t, processing.details, "1 bản tại cơ quan giải quyết")
	require.Contains(t, processing.details, "- **Mã hồ sơ chính thức:** H26.12.03-250205-0001")
	require.Contains(t, processing.details, "- **Ngày hẹn trả:** 17:00 ngày 17/02/2025")
	due, ok := processing.attributes.GetTime(workflows.AttrDueAt)
	require.True(t, ok)
	require.Equal(t, addWorkingDays(monday, 5).Unix(), due.Unix())
	require.Equal(t, dossier.Accepted, processing.state.Status)
	var commands []string
	for _, c := range dossier.Commands() {
		commands = append(commands, string(c))
	}
	slices.Sort(commands)
	slices.Sort(processing.handlers)
	require.Equal(t, commands, processing.handlers)
}

// What is out of the ordinary can be listed: what is parked and why, what is late.
func TestFlags(t *testing.T) {
	t.Parallel()
	due := monday.Add(30 * time.Hour)
	seen := look(t, online(func(s *script) {
		s.fault = faultAt("submit/1", fault{refuse: "invalid_dossier"})
		course := []said{{time.Hour, 2, func(r *register.PortalReport) { r.DueAt = &due }, false, 0, 1}, {2 * time.Hour, 4, nil, false, 0, 1}, {40 * day, 9, paperResult, false, 0, 1}}
		s.portal = portal(map[string][]said{"submit/2": course})
	}), time.Hour, 26*time.Hour, 35*time.Hour, 30*day)
	flags := func(s shown) []string {
		f, ok := s.attributes.GetKeywordList(workflows.AttrFlags)
		require.True(t, ok)
		return f
	}
	overdue := func(s shown) bool {
		o, ok := s.attributes.GetBool(workflows.AttrOverdue)
		require.True(t, ok)
		return o
	}
	require.Equal(t, []string{"parked:submission_refused"}, flags(seen[0]))
	require.Contains(t, seen[0].details, "- **Việc cần người xử lý:** Cổng từ chối nhận hồ sơ")
	require.Empty(t, flags(seen[1]))
	require.Equal(t, []bool{false, false, true, true}, []bool{overdue(seen[0]), overdue(seen[1]), overdue(seen[2]), overdue(seen[3])})
	require.Contains(t, seen[2].details, "- **Quá hạn:** có")
	require.Equal(t, []string{"late:decision", "warned:most"}, flags(seen[3]))
}

func TestStartOptions(t *testing.T) {
	t.Parallel()
	summary, attributes := workflows.StartOptions("Khai sinh · Bưu điện Hoàn Kiếm", workflows.Begin{Office: "VNPHKI", Network: "vnpost", Procedure: "2.000635", Authority: "H26.12.03"})
	require.Equal(t, "Khai sinh · Bưu điện Hoàn Kiếm", summary)
	want := map[temporal.SearchAttributeKeyKeyword]string{workflows.AttrStage: "intake", workflows.AttrStatus: "registered", workflows.AttrOffice: "VNPHKI",
		workflows.AttrNetwork: "vnpost", workflows.AttrProcedure: "2.000635", workflows.AttrAuthority: "H26.12.03"}
	for key, value := range want {
		got, ok := attributes.GetKeyword(key)
		require.True(t, ok)
		require.Equal(t, value, got)
	}
	for name := range attributes.GetUntypedValues() {
		require.Contains(t, workflows.SearchAttributes(), name.GetName(), "a namespace must know it")
	}
	long, _ := workflows.StartOptions(strings.Repeat("ế", 200), workflows.Begin{})
	require.LessOrEqual(t, len(long), 200, "bytes")
	require.True(t, utf8.ValidString(long))
	require.Greater(t, len(long), 195)
}
