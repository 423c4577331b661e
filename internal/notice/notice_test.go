package notice_test

import (
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/notice"
)

var (
	moment = time.Date(2026, 7, 2, 9, 30, 0, 0, dossier.Zone)
	due    = time.Date(2026, 7, 9, 17, 0, 0, 0, dossier.Zone)
	facts  = notice.Facts{At: moment, FiledAt: moment.Add(-time.Hour), ReceivedAt: &moment, DueAt: &due, PortalCode: "H26.12.03-260702-0001"}
	names  = notice.Names{Code: "VNPHKI-260702-0001-M", Office: "Bưu điện Hoàn Kiếm", Address: "75 Đinh Tiên Hoàng",
		Handler: "Ủy ban nhân dân phường Văn Miếu - Quốc Tử Giám", Procedure: "Cấp bản sao trích lục hộ tịch", Link: "https://hoso.example/v1/track?t=abcdefghijklmnopqrstuv"}
)

func TestTheMinimumContentIsThere(t *testing.T) {
	t.Parallel()
	b := notice.On(moment)
	sms, err := b.Write(notice.BySMS, "vi", "accepted", facts, names)
	require.NoError(t, err)
	require.Equal(t, "VNPHKI-260702-0001-M: Cơ quan đã tiếp nhận hợp lệ. Nhận: Bưu điện Hoàn Kiếm 08:30 02/07/2026. "+
		"Xử lý: UBND phường Văn Miếu - Quốc Tử Giám từ 09:30 02/07/2026. Hẹn trả: 17:00 09/07/2026. "+names.Link, sms.Text)

	mail, err := b.Write(notice.ByEmail, "vi", "accepted", facts, names)
	require.NoError(t, err)
	require.Equal(t, "Hồ sơ VNPHKI-260702-0001-M: Cơ quan đã tiếp nhận hợp lệ.", mail.Subject)
	for _, want := range []string{"Mã hồ sơ: H26.12.03-260702-0001\n", "Nơi tiếp nhận: Bưu điện Hoàn Kiếm, 75 Đinh Tiên Hoàng\n",
		"Đơn vị xử lý: Ủy ban nhân dân phường Văn Miếu - Quốc Tử Giám\n", "Thời điểm nhận tại quầy: 08:30 02/07/2026\n",
		"Thời điểm tiếp nhận hợp lệ: 09:30 02/07/2026\n", "Thời điểm xử lý: 09:30 02/07/2026\n", "Hẹn trả kết quả: 17:00 09/07/2026\n", names.Link} {
		require.Contains(t, mail.Text, want)
	}
}

func TestEveryStatusAndEventHasWords(t *testing.T) {
	t.Parallel()
	for _, b := range notice.Books {
		for e := range b.Words {
			for _, lang := range notice.Langs() {
				for _, c := range notice.AllChannels() {
					l, err := b.Write(c, lang, e, facts, names)
					require.NoError(t, err)
					for _, none := range []string{"<no value>", "{{", "  ", " .", "..", ": ."} {
						require.NotContains(t, l.Text, none, "%s %s %s", e, lang, c)
					}
					if c == notice.BySMS {
						require.LessOrEqual(t, utf8.RuneCountInString(l.Text), b.SMS.Characters)
					}
				}
			}
		}
	}
}

func TestWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	b := notice.On(moment)
	f, n := facts, names
	f.Until, f.Asked = &due, []string{"to-khai", "in_words"}
	n.Asked = []string{"Tờ khai", ""}
	l, err := b.Write(notice.BySMS, "vi", "supplement_required", f, n)
	require.NoError(t, err)
	require.Contains(t, l.Text, "Cần bổ sung: Tờ khai. Mang tới nơi nhận trước 17:00 09/07/2026.")

	f.Fee = 1_058_000
	l, err = b.Write(notice.ByEmail, "en", "payment_required", f, n)
	require.NoError(t, err)
	require.Contains(t, l.Text, "A fee is asked for: 1.058.000 đồng.\nPay at the office or online before 17:00 09/07/2026.\n")
}

func TestLongNamesGiveWay(t *testing.T) {
	t.Parallel()
	b := notice.On(moment)
	n := names
	n.Asked = []string{strings.Repeat("Giấy tờ rất dài ", 20), "Hai", "Ba", "Bốn"}
	l, err := b.Write(notice.BySMS, "vi", "supplement_required", facts, n)
	require.NoError(t, err)
	require.LessOrEqual(t, utf8.RuneCountInString(l.Text), b.SMS.Characters)
	require.Contains(t, l.Text, names.Link)
	require.Contains(t, l.Text, "Hai; Ba; ….")
}

func TestEvents(t *testing.T) {
	t.Parallel()
	b := notice.On(moment)
	later := due.Add(24 * time.Hour)
	same := due.UTC()
	at := func(s dossier.Status, due *time.Time) notice.Standing { return notice.Standing{Status: s, DueAt: due} }
	for name, c := range map[string]struct {
		change notice.Change
		want   notice.Event
	}{
		"filed":           {notice.Change{Kind: "filed", After: at(1, nil)}, "registered"},
		"status":          {notice.Change{Kind: "status", Before: at(1, nil), After: at(2, &due)}, "accepted"},
		"returned":        {notice.Change{Kind: "delivered", Before: at(9, &due), After: at(10, &due)}, "returned"},
		"nothing":         {notice.Change{Kind: "submitted", Before: at(1, &due), After: at(1, &same)}, ""},
		"due set":         {notice.Change{Kind: "any", Before: at(4, nil), After: at(4, &due)}, notice.DueSet},
		"due moved":       {notice.Change{Kind: "any", Before: at(4, &due), After: at(4, &later)}, notice.DueMoved},
		"extension":       {notice.Change{Kind: "extend", Before: at(4, &due), After: at(4, &later)}, "extension"},
		"due taken away":  {notice.Change{Kind: "any", Before: at(4, &due), After: at(4, nil)}, ""},
		"failed attempt":  {notice.Change{Kind: "parcel_attempt_failed", Data: map[string]string{"leg": "home", "state": "attempt_failed"}, Before: at(9, nil), After: at(9, nil)}, "delivery_failed"},
		"told too late":   {notice.Change{Kind: "parcel_attempt_failed", Data: map[string]string{"leg": "home", "state": "delivered"}, Before: at(9, nil), After: at(9, nil)}, ""},
		"outward parcels": {notice.Change{Kind: "parcel_attempt_failed", Data: map[string]string{"leg": "out", "state": "attempt_failed"}, Before: at(1, nil), After: at(1, nil)}, ""},
	} {
		got, told := b.Event(c.change)
		require.Equal(t, c.want, got, name)
		require.Equal(t, c.want != "", told, name)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	r := notice.Retries{Tries: 5, First: time.Minute, Factor: 4, Longest: 20 * time.Minute}
	for try, want := range []time.Duration{1: time.Minute, 4 * time.Minute, 16 * time.Minute, 20 * time.Minute} {
		if try == 0 {
			continue
		}
		got, again := r.Wait(try)
		require.True(t, again)
		require.Equal(t, want, got)
	}
	_, again := r.Wait(5)
	require.False(t, again)
}

// shipped is the first book as text.
func shipped(t *testing.T) string {
	t.Helper()
	raw, err := fs.ReadFile(notice.Files, "data/2018-06-21.yaml")
	require.NoError(t, err)
	return string(raw)
}

func TestBrokenBooksAreRefused(t *testing.T) {
	t.Parallel()
	whole := shipped(t)
	for change, words := range map[[2]string]string{
		{`from: "2018-06-21"`, `from: "soon"`}:                                             "from: must be a day",
		{`lang: vi`, `lang: fr`}:                                                           "lang: must be vi or en",
		{`channels: [sms, email]`, `channels: [pigeon]`}:                                   `channels: "pigeon" is unknown`,
		{`channels: [sms, email]`, `channels: [sms, sms]`}:                                 `channels: "sms" is unknown or given twice`,
		{`after_unknown: stop`, `after_unknown: maybe`}:                                    "after_unknown: must be stop or next",
		{`tries: 6`, `tries: 0`}:                                                           "retries: tries and factor",
		{`characters: 335`, `characters: 200`}:                                             "text message is too long",
		{`  withdrawn:`, `  withdrew:`}:                                                    "words: ",
		{`"Quầy đã nhận hồ sơ."`, `"{{.Name}} đã nhận hồ sơ."`}:                            "can't evaluate field Name",
		{`"The counter has taken your dossier."`, `""`}:                                    "say: nothing in en",
		{`{vi: "Xem ngày hẹn mới.", en: "See the new due date."}`, `{vi: "Xem.", en: ""}`}: "do: in one language only",
		{`"Hồ sơ {{.Code}}: {{.Say}}"`, `""`}:                                              "frames: subject: nothing in vi",
		{`en: "Dossier {{.Code}}: {{.Say}}"`, `en: "Dossier {{.Name}}"`}:                   "can't evaluate field Name",
		{`numbers: "^0[35789][0-9]{8}$"`, `numbers: "("`}:                                  "sms: numbers:",
		{`lang: vi`, "lang: vi\ncolour: red"}:                                              "colour",
	} {
		broken := strings.Replace(whole, change[0], change[1], 1)
		require.NotEqual(t, whole, broken, change[0])
		_, err := notice.Load(fstest.MapFS{"data/a.yaml": {Data: []byte(broken)}})
		require.ErrorContains(t, err, words, change[1])
		require.ErrorContains(t, err, "data/a.yaml")
	}
}

func TestValiditiesFollowEachOther(t *testing.T) {
	t.Parallel()
	book := func(version, from, to string) *fstest.MapFile {
		s := strings.Replace(shipped(t), `version: "2018-06-21.1"`, `version: "`+version+`"`, 1)
		s = strings.Replace(s, `from: "2018-06-21"`, `from: "`+from+`"`, 1)
		return &fstest.MapFile{Data: []byte(strings.Replace(s, `to: ""`, `to: "`+to+`"`, 1))}
	}
	good := fstest.MapFS{"data/a.yaml": book("a", "2018-06-21", "2026-07-01"), "data/b.yaml": book("b", "2026-07-01", "")}
	books, err := notice.Load(good)
	require.NoError(t, err)
	require.Equal(t, "a", notice.OnOf(books, "2026-06-30").Version)
	require.Equal(t, "b", notice.OnOf(books, "2026-07-01").Version)
	require.Equal(t, "a", notice.OnOf(books, "2001-01-01").Version)

	for words, bad := range map[string]*fstest.MapFile{
		"must be the first day of version": book("b", "2026-07-02", ""),
		"must not end":                     book("b", "2026-07-01", "2027-01-01"),
		"given twice":                      book("a", "2026-07-01", ""),
	} {
		f := maps.Clone(good)
		f["data/b.yaml"] = bad
		_, err := notice.Load(f)
		require.ErrorContains(t, err, words)
	}
	_, err = notice.Load(fstest.MapFS{})
	require.ErrorContains(t, err, "no book")
}

func BenchmarkWrite(b *testing.B) {
	book := notice.On(moment)
	for range b.N {
		_, err := book.Write(notice.BySMS, "vi", "accepted", facts, names)
		require.NoError(b, err)
	}
}
