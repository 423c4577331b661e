package api

import (
	"cmp"
	"context"
	"net/http"

	"hoso/internal/dossier"
	"hoso/internal/notice"
	"hoso/internal/store"
)

// Notification is what the citizen is told of one change by one channel. It says
// neither to which number nor to which address.
type Notification struct {
	Seq        int64             `json:"seq" doc:"The change that it tells of, as in the timeline."`
	Event      string            `json:"event" example:"accepted" doc:"The new status, or another event."`
	Label      string            `json:"label" doc:"The event in the reader's language."`
	Channel    notice.Channel    `json:"channel" enum:"sms,email"`
	State      string            `json:"state" enum:"pending,sent,not_told,failed,unknown,skipped" doc:"not_told: written to a file, nobody told. unknown: it may have arrived, and nobody can be asked. skipped: the person gave no address for the channel."`
	StateLabel string            `json:"state_label"`
	Version    string            `json:"version" doc:"Of the words and the policy."`
	Language   string            `json:"language" enum:"vi,en"`
	Attempts   int               `json:"attempts"`
	Cause      string            `json:"cause,omitempty" example:"invalid_number" doc:"Code of how the last try ended, if not well."`
	Reference  string            `json:"reference,omitempty" doc:"The mark under which the channel took it."`
	CreatedAt  Time              `json:"created_at"`
	FinishedAt *Time             `json:"finished_at" nullable:"true"`
	Tries      []NotificationTry `json:"tries" nullable:"false"`
}

// NotificationTry is one try and how it ended.
type NotificationTry struct {
	At      Time   `json:"at"`
	EndedAt Time   `json:"ended_at"`
	Outcome string `json:"outcome" enum:"done,not_told,not_begun,refused,retryable,unknown"`
	Cause   string `json:"cause,omitempty"`
}

type notificationsOutput struct{ Body List[Notification] }

func (s *Server) registerNotifications() {
	register(s, Op{
		ID: "dossier-notifications", Method: http.MethodGet, Path: "/v1/dossiers/{code}/notifications", Tag: "dossiers",
		Summary: "What the citizen was told, in the order of the changes", Problems: []Code{NotFound},
		Doc: "Every change of status is told of once. What one channel cannot tell is told by the next, in a row of its own.",
	}, readers, s.notifications)
}

func (s *Server) notifications(ctx context.Context, in *DossierRef) (*notificationsOutput, error) {
	d, err := s.findDossier(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	rows, tries, err := s.deps.Store.Notifications(ctx, d.Code)
	if err != nil {
		return nil, err
	}
	views := make([]Notification, len(rows))
	for i, n := range rows {
		views[i] = notificationView(requestIn(ctx).lang, n, tries[n.ID])
	}
	return &notificationsOutput{NewList(views, "")}, nil
}

func notificationView(l lang, n store.Notification, tries []store.NotificationTry) Notification {
	v := Notification{Seq: n.Seq, Event: string(n.Event), Label: l.told(n.Event), Channel: n.Channel, State: n.State, StateLabel: l.notification(n.State),
		Version: n.Version, Language: n.Lang, Attempts: n.Attempts, Cause: n.Cause, Reference: n.Reference, CreatedAt: At(n.CreatedAt), FinishedAt: AtOrNil(n.FinishedAt),
		Tries: make([]NotificationTry, len(tries))}
	for i, t := range tries {
		v.Tries[i] = NotificationTry{At: At(t.At), EndedAt: At(t.EndedAt), Outcome: t.Outcome, Cause: t.Cause}
	}
	return v
}

// told names what a notification tells of.
func (l lang) told(e notice.Event) string {
	if s, ok := dossier.ParseStatus(string(e)); ok {
		return l.status(s)
	}
	return cmp.Or(toldWords[e][l], string(e))
}

// notification names the state of one.
func (l lang) notification(state string) string { return cmp.Or(notificationWords[state][l], state) }

// toldWords are the events besides the statuses.
var toldWords = map[notice.Event]text{
	notice.DueSet:       {"Có ngày hẹn trả", "A due date was set"},
	notice.DueMoved:     {"Ngày hẹn trả thay đổi", "The due date was moved"},
	"apology":           {"Xin lỗi, hẹn lại ngày trả", "Apology and new due date"},
	"extension":         {"Gia hạn giải quyết", "Extension"},
	"supplement_late":   {"Hết thời hạn bổ sung", "The time for the supplement is over"},
	"overdue":           {"Quá hẹn trả kết quả", "Overdue"},
	"delivery_booked":   {"Đã đặt chuyển kết quả", "Delivery booked"},
	"delivery_failed":   {"Phát không thành công", "Delivery attempt failed"},
	"parcel_held":       {"Bưu gửi chờ tại bưu cục", "Parcel held at the post office"},
	"parcel_returned":   {"Bưu gửi bị hoàn", "Parcel sent back"},
	"at_counter":        {"Kết quả đã về quầy", "Result at the counter"},
	"papers_at_counter": {"Giấy tờ chờ tại quầy", "Papers at the counter"},
}

var notificationWords = map[string]text{
	store.NotificationPending: {"đang gửi", "being sent"},
	store.NotificationSent:    {"đã gửi", "sent"},
	store.NotificationNotTold: {"chưa báo cho ai (ghi vào tệp)", "nobody told (written to a file)"},
	store.NotificationFailed:  {"không gửi được", "could not be sent"},
	store.NotificationUnknown: {"không rõ đã tới hay chưa", "may have arrived or not"},
	store.NotificationSkipped: {"không có địa chỉ để báo", "no address to tell at"},
}
