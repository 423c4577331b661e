package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hoso/internal/custody"
	"hoso/internal/dossier"
)

// The search attributes, by which managers list dossiers in the Temporal UI,
// e.g. DossierNetwork='vnpost' AND DossierStage='decision'. Never personal data.
var (
	AttrStage     = temporal.NewSearchAttributeKeyKeyword("DossierStage")
	AttrStatus    = temporal.NewSearchAttributeKeyKeyword("DossierStatus")
	AttrOffice    = temporal.NewSearchAttributeKeyKeyword("DossierOffice")
	AttrNetwork   = temporal.NewSearchAttributeKeyKeyword("DossierNetwork")
	AttrProcedure = temporal.NewSearchAttributeKeyKeyword("DossierProcedure")
	AttrAuthority = temporal.NewSearchAttributeKeyKeyword("DossierAuthority")
	AttrRoute     = temporal.NewSearchAttributeKeyKeyword("DossierRoute")
	AttrWaiting   = temporal.NewSearchAttributeKeyKeyword("DossierWaitingFor")
	AttrDueAt     = temporal.NewSearchAttributeKeyTime("DossierDueAt")
	AttrOverdue   = temporal.NewSearchAttributeKeyBool("DossierOverdue")
	AttrFlags     = temporal.NewSearchAttributeKeyKeywordList("DossierFlags")
)

// SearchAttributes lists the names and types that a namespace must know.
func SearchAttributes() map[string]string {
	return map[string]string{
		AttrStage.GetName(): "Keyword", AttrStatus.GetName(): "Keyword", AttrOffice.GetName(): "Keyword", AttrNetwork.GetName(): "Keyword",
		AttrProcedure.GetName(): "Keyword", AttrAuthority.GetName(): "Keyword", AttrRoute.GetName(): "Keyword", AttrWaiting.GetName(): "Keyword",
		AttrDueAt.GetName(): "Datetime", AttrOverdue.GetName(): "Bool", AttrFlags.GetName(): "KeywordList",
	}
}

// published is what the search attributes say at the moment.
type published struct {
	stage, status, route, waiting, flags string
	due                                  time.Time
	overdue                              bool
}

// publish shows where the dossier stands: search attributes when they have
// changed, current details always.
func (d *run) publish(ctx workflow.Context) {
	now := published{stage: string(d.Stage), status: d.Status.Name(), route: string(d.Route), waiting: string(d.Waiting.Who),
		flags: strings.Join(d.flags(), " "), overdue: d.Overdue}
	if d.DueAt != nil {
		now.due = *d.DueAt
	}
	workflow.SetCurrentDetails(ctx, d.details())
	if now == d.published {
		return
	}
	up := []temporal.SearchAttributeUpdate{AttrStage.ValueSet(now.stage), AttrStatus.ValueSet(now.status),
		AttrWaiting.ValueSet(now.waiting), AttrOverdue.ValueSet(now.overdue), AttrFlags.ValueSet(d.flags())}
	if now.route != "" {
		up = append(up, AttrRoute.ValueSet(now.route))
	}
	if !now.due.IsZero() {
		up = append(up, AttrDueAt.ValueSet(now.due))
	}
	if err := workflow.UpsertTypedSearchAttributes(ctx, up...); err != nil {
		workflow.GetLogger(ctx).Error("publishing search attributes", "error", err)
	}
	d.published = now
}

// flags are short words for what is out of the ordinary.
func (d *run) flags() []string {
	flags := []string{}
	if d.Parked != "" {
		flags = append(flags, "parked:"+d.Parked)
	}
	if d.Waiting.Passed > 0 {
		flags = append(flags, "late:"+string(d.Waiting.What))
	}
	if d.Clock.Reached != "" && d.Clock.Runs() {
		flags = append(flags, "warned:"+d.Clock.Reached)
	}
	if d.Home.Contradicted || d.Out.Contradicted {
		flags = append(flags, "contradicted")
	}
	slices.Sort(flags)
	return flags
}

// details is what a manager reads on the workflow's page: Markdown, Vietnamese,
// codes and times only.
func (d *run) details() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", d.Stage.Label())
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- **%s:** %s\n", name, value)
		}
	}
	row("Trạng thái", fmt.Sprintf("%d – %s", int(d.Status), d.Status.Label()))
	row("Đang chờ", waitingWords(d))
	row("Hạn của bước này", localTime(d.Waiting.Until))
	row("Ngày hẹn trả", localTime(d.DueAt))
	if d.Overdue {
		row("Quá hạn", "có")
	}
	if d.Clock.Paused != nil {
		row("Tạm dừng tính hạn từ", localTime(&d.Clock.Paused.From))
	}
	row("Hình thức nộp", d.Route.Label())
	row("Mã hồ sơ chính thức", d.PortalCode)
	row("Cơ quan giải quyết", d.Facts.Authority)
	row("Nơi tiếp nhận", d.Facts.Office+" ("+d.Facts.Network+")")
	row("Thủ tục", d.Facts.Procedure+" – "+d.Facts.ProcedureVersion)
	if d.Papers.Out.Count > 0 || d.Papers.Arrived > 0 {
		row("Giấy tờ bản chính", papersWords(d))
	}
	row("Việc cần người xử lý", taskLabel(d.Parked))
	return b.String()
}

func waitingWords(d *run) string {
	if d.Waiting.What == dossier.WhatNothing {
		return ""
	}
	if d.Waiting.Who == dossier.WhoNobody {
		return d.Waiting.What.Label()
	}
	return d.Waiting.Who.Label() + " – " + d.Waiting.What.Label()
}

func papersWords(d *run) string {
	if d.Papers.Out.Count == 0 {
		return fmt.Sprintf("%d bản tại cơ quan giải quyết", d.Papers.Arrived)
	}
	words := fmt.Sprintf("%d bản, đang giữ: %s", d.Papers.Out.Count, holderWords(d.Papers.Out.Holder))
	if d.Papers.Out.Bag != "" {
		words += ", trong túi " + d.Papers.Out.Bag
	}
	return words
}

func holderWords(h custody.Holder) string {
	kind := map[string]string{custody.Citizen: "công dân", custody.Office: "đại lý", custody.Carrier: "đơn vị chuyển phát", custody.Authority: "cơ quan giải quyết"}[h.Kind]
	return strings.TrimSpace(kind + " " + h.ID)
}

func localTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(dossier.Zone).Format("15:04 ngày 02/01/2006")
}

// taskLabel is a human task in Vietnamese.
func taskLabel(task string) string {
	labels := map[string]string{
		taskSubmissionRefused: "Cổng từ chối nhận hồ sơ", taskPortalUnreachable: "Không liên lạc được với Cổng",
		taskCourierUnreachable: "Không liên lạc được với đơn vị chuyển phát", taskAddressRejected: "Địa chỉ phát bị từ chối",
		taskCarriageRefused: "Đơn vị chuyển phát từ chối chuyển giấy tờ", taskDeliveryFailed: "Phát kết quả không thành công",
		taskPapersLost: "Giấy tờ bị báo mất", taskDiscrepancy: "Kiểm đếm giấy tờ không khớp", taskContradicted: "Tin về bưu gửi mâu thuẫn",
		"supplement_refused": "Cổng từ chối phần bổ sung", "supplement_unreachable": "Chưa gửi được phần bổ sung",
		taskHeld:          "Quản lý tạm giữ hồ sơ",
		"payment_refused": "Cổng từ chối xác nhận phí", "payment_unreachable": "Chưa gửi được xác nhận phí",
	}
	if l, ok := labels[task]; ok {
		return l
	}
	return task
}

// summaryOf is an activity's one-line summary.
func summaryOf(act string) string {
	return map[string]string{
		actSubmit: "Nộp hồ sơ lên Cổng", actSupplement: "Gửi phần bổ sung lên Cổng", actPayment: "Báo Cổng đã nộp phí",
		actWithdraw: "Báo Cổng rút hồ sơ", actBook: "Đặt đơn vị chuyển phát", actCancel: "Hủy đặt chuyển phát",
		actAskPortal: "Hỏi Cổng về hồ sơ", actAskCarrier: "Hỏi đơn vị chuyển phát",
	}[act]
}

// describeCommand tells a manager what a command does.
func describeCommand(c dossier.Command) string {
	return map[dossier.Command]string{
		dossier.Supplement: "Bổ sung giấy tờ", dossier.Withdraw: "Rút hồ sơ theo yêu cầu công dân", dossier.Contact: "Sửa thông tin liên hệ",
		dossier.RecordFee: "Ghi nhận phí đã nộp", dossier.Handover: "Bàn giao giấy tờ", dossier.Decide: "Quyết định của cán bộ",
		dossier.Pickup: "Trả kết quả tại quầy", dossier.Retry: "Thử lại bước đang vướng", dossier.Reroute: "Chọn cách nộp hồ sơ",
		dossier.Extend: "Xin lỗi và gia hạn trả kết quả", dossier.Approve: "Duyệt yêu cầu bổ sung thêm", dossier.Deadline: "Dời hạn trả kết quả",
		dossier.Override: "Quản lý đặt trạng thái", dossier.Hold: "Tạm giữ hồ sơ", dossier.Resume: "Cho hồ sơ đi tiếp",
	}[c]
}

// StartOptions are what a manager reads of a dossier from its first moment.
// summary names procedure and office, e.g. "Khai sinh · Bưu điện Hoàn Kiếm".
func StartOptions(summary string, f Begin) (string, temporal.SearchAttributes) {
	for len(summary) > 200 { // bytes; Vietnamese letters have two or three
		r := []rune(summary)
		summary = string(r[:len(r)-1])
	}
	return summary, temporal.NewSearchAttributes(AttrStage.ValueSet(string(dossier.StageIntake)), AttrStatus.ValueSet(dossier.Registered.Name()),
		AttrOffice.ValueSet(f.Office), AttrNetwork.ValueSet(f.Network), AttrProcedure.ValueSet(f.Procedure), AttrAuthority.ValueSet(f.Authority),
		AttrOverdue.ValueSet(false))
}

// Begin names what a dossier's workflow is listed under.
type Begin struct{ Office, Network, Procedure, Authority string }
