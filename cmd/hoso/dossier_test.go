package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// desk is an API that answers as it is told and keeps what it was asked.
type desk struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []string // method, path, key and body
	auth    []string
	answers map[string][]string // by method and path, one after the other; the last one stays
}

func newDesk(t *testing.T, answers map[string][]string) (*desk, *shell) {
	t.Helper()
	d := &desk{answers: answers}
	d.Server = httptest.NewServer(http.HandlerFunc(d.handle))
	t.Cleanup(d.Close)
	return d, newShell(t, "HOSO_ADDR="+strings.TrimPrefix(d.URL, "http://"), "HOSO_TOKEN=sesame")
}

func (d *desk) handle(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	d.mu.Lock()
	defer d.mu.Unlock()
	at := r.Method + " " + r.URL.RequestURI()
	d.asked = append(d.asked, at+" "+r.Header.Get("Idempotency-Key")+" "+string(body))
	d.auth = append(d.auth, r.Header.Get("Authorization"))
	list := d.answers[at]
	if len(list) == 0 {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"status":404,"code":"not_found","title":"Không tìm thấy"}`)
		return
	}
	if len(list) > 1 {
		d.answers[at] = list[1:]
	}
	fmt.Fprint(w, list[0])
}

// body is what the last request carried, as JSON.
func (d *desk) body(t *testing.T) string {
	t.Helper()
	last := d.asked[len(d.asked)-1]
	return last[strings.Index(last, "{"):]
}

const code = "VNPHKI-250205-0001-M"

// answer is a dossier as the API shows it.
func answer(stage, status, waiting string, revision int) string {
	return fmt.Sprintf(`{"code":%q,"portal_code":null,"procedure":{"code":"2.000635","name":"Cấp bản sao","version":"163/QĐ-BTP"},
		"office":"VNPHKI","network":"vnpost","authority":"H26.12.03","stage":%q,"status":%s,"route":"online",
		"filed_at":"2025-02-05T09:30:00+07:00","received_at":"2025-02-05T09:31:00+07:00","due_at":"2025-02-05T17:00:00+07:00","overdue":true,"parked":true,
		"payment":{"state":"none"},"delivery":{"method":"courier","carrier":"vnpost","state":"none","shipment_id":null},
		"waiting_for":%s,"papers":[{"component":"to-khai","holder":"office VNPHKI","offered_to":"carrier vnpost"}],"revision":%d}`,
		code, stage, status, waiting, revision)
}

var (
	processing = answer("decision", `{"code":4,"name":"processing","label":"Đang xử lý"}`, `{"who":"portal","what":"decision","label":"Cổng dịch vụ công: giải quyết hồ sơ","until":"2025-02-06T17:00:00+07:00"}`, 3)
	closed     = answer("closed", `{"code":10,"name":"returned","label":"Đã trả kết quả"}`, `{"who":"nobody","what":"nothing","label":"không còn việc","until":null}`, 4)
)

const timelineBefore = `{"items":[
	{"seq":1,"at":"2025-02-05T09:30:00+07:00","kind":"filed","label":"Hồ sơ được tiếp nhận tại quầy","actor":{"role":"clerk","subject":"an"},"data":{"stage":"intake"}},
	{"seq":2,"at":"2025-02-05T09:30:01+07:00","kind":"parcel","label":"Bưu gửi: đã đặt","actor":{"role":"courier"}},
	{"seq":3,"at":"2025-02-05T09:31:00+07:00","kind":"status","label":"Cơ quan cập nhật trạng thái","actor":{"role":"portal"},"data":{"stage":"decision"},"text":"Đủ giấy tờ"}]}`

var timelineAfter = strings.TrimSuffix(timelineBefore, "]}") +
	`,{"seq":4,"at":"2025-02-05T10:00:00+07:00","kind":"delivered","label":"Kết quả đã tới tay công dân","actor":{"role":"system"},"data":{"stage":"closed"}}]}`

func TestShowAndListAreForPeople(t *testing.T) {
	t.Parallel()
	_, s := newDesk(t, map[string][]string{
		"GET /v1/dossiers/" + code:                     {processing},
		"GET /v1/dossiers?q=nguyen+van&stage=decision": {`{"items":[` + processing + `],"next_cursor":"abc"}`},
		"GET /v1/dossiers/" + code + "/timeline":       {timelineBefore},
	})
	s.golden("dossier-show", s.must("dossier", "show", code))
	s.golden("dossier-list", s.must("dossier", "list", "--q", "nguyen van", "--stage", "decision"))
	s.golden("dossier-timeline", s.must("dossier", "timeline", code))
	require.JSONEq(t, processing, s.must("dossier", "show", code, "--json"))
	s.fails("404 not_found", "dossier", "show", "NOPE")
}

func TestTheDaysListsAreForPeople(t *testing.T) {
	t.Parallel()
	_, s := newDesk(t, map[string][]string{
		"GET /v1/lists?day=2025-02-05&office=VNPHKI": {`{"items":[{"unit":{"kind":"office","id":"VNPHKI","name":"Bưu điện Hoàn Kiếm"},"day":"2025-02-05","made_at":"2025-02-05T07:00:00+07:00",
			"counts":{"overdue":1},"dossiers":[{"code":"` + code + `","why":[{"code":"overdue","label":"Quá hạn trả kết quả"},{"code":"parked","label":"Đang vướng"}],
			"due_at":"2025-02-04T17:00:00+07:00","status":{"label":"Đang xử lý"},"waiting_for":{"label":"Cơ quan: giải quyết hồ sơ"}}]}]}`},
		"GET /v1/lists?": {`{"items":[]}`},
	})
	s.golden("dossier-lists", s.must("dossier", "lists", "--day", "2025-02-05", "--office", "VNPHKI"))
	require.Equal(t, "no lists of that day\n", s.must("dossier", "lists"))
}

func TestWatchShowsEachStageUntilTheEnd(t *testing.T) {
	t.Parallel()
	_, s := newDesk(t, map[string][]string{
		"GET /v1/dossiers/" + code:               {processing, processing, closed},
		"GET /v1/dossiers/" + code + "/timeline": {timelineBefore, timelineAfter},
	})
	s.golden("dossier-watch", s.must("dossier", "watch", code))
}

func TestWatchForMachinesIsAnEventPerLine(t *testing.T) {
	t.Parallel()
	_, s := newDesk(t, map[string][]string{
		"GET /v1/dossiers/" + code:               {closed},
		"GET /v1/dossiers/" + code + "/timeline": {timelineAfter},
	})
	lines := strings.Split(strings.TrimSpace(s.must("dossier", "watch", code, "--json")), "\n")
	require.Len(t, lines, 4)
	for _, line := range lines {
		require.True(t, json.Valid([]byte(line)), line)
	}
}

func TestFileUploadsTheScansFirst(t *testing.T) {
	t.Parallel()
	d, s := newDesk(t, map[string][]string{
		"POST /v1/documents": {`{"id":"doc-1","verdict":"doubtful","findings":[{"code":"blurred","message":"Trang 1 bị mờ."}]}`},
		"POST /v1/dossiers":  {processing},
	})
	scan := filepath.Join(t.TempDir(), "form.pdf")
	require.NoError(t, os.WriteFile(scan, []byte("%PDF"), 0o600))
	out, errs, err := s.run("dossier", "file", "--key", "k1", "--procedure", "2.000635", "--authority", "H26.12.03", "--name", "Nguyễn Văn Mẫu",
		"--citizen-id", "001090000001", "--born", "1990-05-17", "--phone", "0900000123", "--address", "Số 1", "--scan", "to-khai="+scan, "--paper", "giay-uy-quyen", "--carrier", "vnpost")
	require.NoError(t, err)
	require.Contains(t, out, code)
	require.Equal(t, "to-khai: Trang 1 bị mờ.\n", errs, "what the check found is told at once")
	require.True(t, strings.HasPrefix(d.asked[0], "POST /v1/documents k1/to-khai "), "a key of its own, made from the command's")
	require.True(t, strings.HasPrefix(d.asked[1], "POST /v1/dossiers k1 "))
	require.JSONEq(t, `{"procedure_code":"2.000635","authority":"H26.12.03","quantity":1,"mandate":{"kind":"self"},"free_help":false,"vulnerable":false,
		"applicant":{"kind":"citizen","full_name":"Nguyễn Văn Mẫu","citizen_id":"001090000001","date_of_birth":"1990-05-17","phone":"0900000123","address":"Số 1"},
		"components":[{"code":"to-khai","document_id":"doc-1"},{"code":"giay-uy-quyen","form":"paper_original"}],
		"delivery":{"method":"courier","carrier":"vnpost"}}`, d.body(t))
	require.Equal(t, []string{"Bearer sesame", "Bearer sesame"}, d.auth)

	s.fails("write COMPONENT=FILE", "dossier", "file", "--scan", scan)
	s.fails("no such file", "dossier", "file", "--scan", "to-khai=/none")
}

// A scan without a component is the first required one that is not given
// otherwise; what is to be mended is told with the dossier.
func TestFileFindsTheComponentAndTellsWhatToFix(t *testing.T) {
	t.Parallel()
	filed := `{"code":"` + code + `","route":null}`
	back := `{"code":"` + code + `","route":"return_to_citizen","to_fix":["Tờ khai: Trang 2 bị mờ."],"route_reasons":[{"code":"scan_unreadable","message":"Có bản quét không đọc được."}]}`
	d, s := newDesk(t, map[string][]string{
		"POST /v1/dossiers?dry_run=true": {`{"is_missing":[{"code":"ban-chinh","forms":["paper_original"]},{"code":"to-khai","forms":["scan","paper_original"]}]}`},
		"POST /v1/documents":             {`{"id":"doc-1","pages":2,"verdict":"unreadable","findings":[{"code":"blurred","page":2,"message":"Trang 2 bị mờ."}]}`},
		"POST /v1/dossiers":              {filed},
		"GET /v1/dossiers/" + code:       {filed, back},
	})
	scan := filepath.Join(t.TempDir(), "form.pdf")
	require.NoError(t, os.WriteFile(scan, []byte("%PDF"), 0o600))
	out, errs, err := s.run("dossier", "file", "--procedure", "2.000635", "--case", "mat", "--mandate", "authorised",
		"--paper", "don", "--reuse", "cccd=VNPHKI-250204-0001-M", "--not-available", "giay-chung-sinh=mất", "--scan", "anh="+scan, "--scan", scan)
	require.NoError(t, err)
	require.Equal(t, "anh: Trang 2 bị mờ.\nto-khai: Trang 2 bị mờ.\n", errs)
	require.Contains(t, d.asked[0], "dry_run", "what is missing is asked before anything is stored")
	for _, what := range []string{`"case":"mat"`, `"kind":"authorised"`, `"code":"anh"`, `"code":"cccd"`, `"code":"don"`, `"code":"giay-chung-sinh"`} {
		require.Contains(t, d.asked[0], what)
	}
	require.Contains(t, out, "to-khai: 2 trang, bản quét không đọc được")
	require.Contains(t, out, "to fix       Tờ khai: Trang 2 bị mờ.")
	require.Contains(t, out, "why          Có bản quét không đọc được.")
	require.Contains(t, strings.Join(d.asked, "\n"), `{"code":"to-khai","document_id":"doc-1"}`)
}

func TestDryRunIsReadOut(t *testing.T) {
	t.Parallel()
	_, s := newDesk(t, map[string][]string{
		"POST /v1/dossiers?dry_run=true": {`{"fileable":false,"sentences":["Ông/bà yêu cầu: x.","Còn thiếu: y."],"errors":[{"pointer":"/components","detail":"Thiếu y."}]}`},
	})
	out, errs, err := s.run("dossier", "file", "--dry-run", "--procedure", "2.000635")
	require.ErrorIs(t, err, errTold, "it could not be filed")
	require.Equal(t, "Ông/bà yêu cầu: x.\nCòn thiếu: y.\n", out)
	require.Equal(t, "/components: Thiếu y.\n", errs)
	out, errs, err = s.run("dossier", "file", "--dry-run", "--procedure", "2.000635", "--json")
	require.ErrorIs(t, err, errTold)
	require.Contains(t, out, `"fileable":false`)
	require.Empty(t, errs)

	_, s = newDesk(t, map[string][]string{
		"POST /v1/documents":             {`{"id":"doc-1","pages":1,"verdict":"ready"}`},
		"POST /v1/dossiers?dry_run=true": {`{"fileable":true,"sentences":["Ông/bà yêu cầu: x."]}`},
	})
	scan := filepath.Join(t.TempDir(), "form.pdf")
	require.NoError(t, os.WriteFile(scan, []byte("%PDF"), 0o600))
	_, errs, err = s.run("dossier", "file", "--dry-run", "--procedure", "2.000635", "--scan", "to-khai="+scan)
	require.NoError(t, err)
	require.Equal(t, "các bản quét đã được lưu, chưa thuộc hồ sơ nào\n", errs)
}

func TestFunnelIsATable(t *testing.T) {
	t.Parallel()
	_, s := newDesk(t, map[string][]string{
		"GET /v1/reports/funnel?by=network&from=2025-02-01&to=2025-02-28": {`{"from":"2025-02-01","to":"2025-02-28","by":"network",
			"items":[{"key":"vnpost","filed":10,"online":5,"online_with_paper":3,"paper":2,"online_rate":0.8,"not_allowed":1,"on_time":9,"overdue":1,"result_returned":7}],
			"total":{"filed":10,"online":5,"online_with_paper":3,"paper":2,"online_rate":0.8}}`},
	})
	out := s.must("report", "funnel", "--from", "2025-02-01", "--to", "2025-02-28")
	require.Contains(t, out, "80.0 %")
	require.Regexp(t, `vnpost +10 +5 +3 +2 +80\.0 %`, out)
}

func TestFileTakesAWholeRequest(t *testing.T) {
	t.Parallel()
	d, s := newDesk(t, map[string][]string{"POST /v1/dossiers": {processing}})
	file := filepath.Join(t.TempDir(), "filing.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"procedure_code":"1.001193"}`), 0o600))
	s.must("dossier", "file", "--from", file)
	require.JSONEq(t, `{"procedure_code":"1.001193"}`, d.body(t))
}

func TestEveryCommandSaysWhatTheContractAsksFor(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]struct{ path, body string }{
		"supplement X --paper to-khai --note n":                              {"supplement", `{"components":[{"code":"to-khai","form":"paper_original"}],"note":"n"}`},
		"route X paper --reason r":                                           {"route", `{"route":"paper","reason":"r"}`},
		"supplement X --reuse a=CODE --not-available b=lost=c --certified d": {"supplement", `{"components":[{"code":"d","form":"paper_certified"},{"code":"a","form":"reused","from":{"code":"CODE"}},{"code":"b","form":"not_available","reason":"lost","substitute":"c"}]}`},
		"contact X --phone 0912":                                             {"contact", `{"phone":"0912"}`},
		"contact X --recipient A --recipient-phone 09 --recipient-address B": {"contact", `{"recipient":{"full_name":"A","phone":"09","address":"B"}}`},
		"pay X --amount 8000 --reference r":                                  {"payments", `{"amount":8000,"method":"cash","reference":"r"}`},
		"handover X --offer carrier:viettelpost":                             {"handover", `{"act":"offer","to":{"kind":"carrier","id":"viettelpost"}}`},
		"handover X --take":                                                  {"handover", `{"act":"take"}`},
		"decide X accept":                                                    {"decision", `{"action":"accept"}`},
		"decide X request_supplement --component to-khai --reason r":         {"decision", `{"action":"request_supplement","components":["to-khai"],"reason":"r"}`},
		"decide X request_fee --amount 8000":                                 {"decision", `{"action":"request_fee","amount":8000}`},
		"decide X resolve --paper":                                           {"decision", `{"action":"resolve","result":{"documents":[],"paper":true}}`},
		"pickup X --id-tail 1234":                                            {"pickup", `{"identity_check":{"method":"identity_card","id_tail":"1234"}}`},
		"withdraw X --reason r":                                              {"withdraw", `{"reason":"r"}`},
		"retry X --reason r":                                                 {"retry", `{"reason":"r"}`},
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			path := "POST /v1/dossiers/X/" + want.path
			d, s := newDesk(t, map[string][]string{path: {processing}})
			require.Contains(t, s.must(append([]string{"dossier"}, strings.Fields(command)...)...), code)
			require.JSONEq(t, want.body, d.body(t))
			key := strings.Fields(d.asked[0])[2]
			require.Len(t, key, 36, "a key is drawn for each intent")
		})
	}
}

func TestWhoIsAskingComesFromTheTokenOrTheRegister(t *testing.T) {
	t.Parallel()
	d, s := newDesk(t, map[string][]string{"GET /v1/dossiers/" + code: {processing}})
	s.environ = s.environ[:len(s.environ)-1] // without HOSO_TOKEN
	s.must("migrate")
	s.must("token", "--role", "clerk", "--office", "VNPHKI")
	for _, args := range [][]string{{"--token", "mine"}, {"--as", "clerk-vnphki"}, {}} {
		s.must(append([]string{"dossier", "show", code}, args...)...)
	}
	require.Equal(t, "Bearer mine", d.auth[0])
	require.Len(t, strings.Split(d.auth[1], "."), 3, "a development token")
	require.NotEqual(t, d.auth[1], d.auth[2])
	require.Contains(t, s.must("user", "list"), "terminal      auditor", "who only reads is an auditor")
	s.fails("who is asking?", "dossier", "withdraw", code, "--reason", "r")
}
