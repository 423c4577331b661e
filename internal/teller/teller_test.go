package teller_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
	"hoso/internal/notice"
	"hoso/internal/notify"
	"hoso/internal/notify/sim"
	"hoso/internal/outcome"
	"hoso/internal/register"
	"hoso/internal/simulator/simbench"
	"hoso/internal/sqlitetest"
	"hoso/internal/store"
	"hoso/internal/teller"
)

var moment = time.Date(2026, 7, 2, 9, 30, 0, 0, dossier.Zone)

// fake is a channel that answers as a test wants and remembers what it took.
type fake struct {
	mu      sync.Mutex
	taken   []notify.Message
	answers []error // of the next calls; nil and none is done
	loses   bool    // takes the message although it answers with an error
	forgets bool
	lookup  error // what a question ends with
	asked   int
}

func (f *fake) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ctx.Err() != nil {
		return notify.Receipt{}, outcome.Retry("called_off", 0, nil)
	}
	var err error
	if len(f.answers) > 0 {
		err, f.answers = f.answers[0], f.answers[1:]
	}
	if err == nil || f.loses {
		f.taken = append(f.taken, m)
	}
	return notify.Receipt{Key: m.Key, Reference: "S-" + fmt.Sprint(len(f.taken)), DoneAt: moment}, err
}

func (f *fake) Lookup(_ context.Context, key string) (notify.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.forgets {
		return notify.Receipt{}, notify.ErrCannotAsk
	}
	if f.lookup != nil {
		return notify.Receipt{}, f.lookup
	}
	for _, m := range f.taken {
		if m.Key == key {
			return notify.Receipt{Key: key, Reference: "found", DoneAt: moment}, nil
		}
	}
	return notify.Receipt{}, notify.ErrNoSuchKey
}

func (f *fake) texts() (texts []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.taken {
		texts = append(texts, m.To+" "+m.Text)
	}
	return texts
}

type names struct{}

func (names) NoticeNames(d store.Dossier, f notice.Facts) notice.Names {
	return notice.Names{Office: "Bưu điện Hoàn Kiếm", Handler: "UBND phường Hoàn Kiếm", Procedure: "Trích lục", Carrier: "Viettel Post", Asked: make([]string, len(f.Asked))}
}

func (names) TrackingLink(token string) string { return "https://hoso.example/v1/track?t=" + token }

// desk is a teller between a register and two fakes.
type desk struct {
	*teller.Teller
	t          testing.TB
	store      *store.Store
	sms, email *fake
	log        *bytes.Buffer
	mu         sync.Mutex
	now        time.Time
	keys       int
}

func open(t testing.TB, now func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(sqlitetest.URL(t), store.Options{Now: now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func setup(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, sms: &fake{}, email: &fake{forgets: true}, log: &bytes.Buffer{}, now: moment}
	d.store = open(t, d.clock)
	d.Teller = d.teller(map[notice.Channel]notify.Channel{notice.BySMS: d.sms, notice.ByEmail: d.email})
	return d
}

func (d *desk) teller(channels map[notice.Channel]notify.Channel) *teller.Teller {
	return teller.New(d.store, channels, names{}, slog.New(slog.NewJSONHandler(d.log, nil)))
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) add(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

var (
	both   = dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An", CitizenID: "001090000001", Phone: "0900000123", Email: "an@example.vn", Address: "12 Hàng Bài"}
	nobody = dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn An", CitizenID: "001090000001"}
)

func (d *desk) file(p dossier.Person) string {
	d.t.Helper()
	d.keys++
	n := store.NewDossier{Filing: dossier.Filing{Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 1, Applicant: p,
		Delivery: dossier.Delivery{Method: dossier.AtCounter}}, Office: "VNPHKI", Network: "vnpost", Clerk: "lan"}
	a, err := d.store.File(d.t.Context(), store.Request{Subject: "lan", Role: "clerk", Key: fmt.Sprint(d.keys), Digest: fmt.Sprint(d.keys), Kind: "file"}, n,
		func(store.Dossier) store.Answer { return store.Answer{Status: 201} })
	require.NoError(d.t, err)
	return a.Location
}

// step lets both channels tell what is due.
func (d *desk) step() {
	d.t.Helper()
	for _, c := range notice.AllChannels() {
		_, err := d.Step(d.t.Context(), c)
		require.NoError(d.t, err)
	}
}

// story is what became of a dossier's notifications: "channel state cause: tries".
func (d *desk) story(code string) (story []string) {
	d.t.Helper()
	rows, tries, err := d.store.Notifications(d.t.Context(), code)
	require.NoError(d.t, err)
	for _, n := range rows {
		line := fmt.Sprintf("%s %s %s:", n.Channel, n.State, n.Cause)
		for _, t := range tries[n.ID] {
			line += " " + t.Outcome
			if t.Cause != "" {
				line += "/" + t.Cause
			}
		}
		story = append(story, line)
	}
	return story
}

func TestTold(t *testing.T) {
	t.Parallel()
	d := setup(t)
	code := d.file(both)
	d.step()
	d.step()
	require.Equal(t, []string{"sms sent : done"}, d.story(code))
	row, err := d.store.Dossier(t.Context(), store.Scope{All: true}, code)
	require.NoError(t, err)
	require.Equal(t, []string{"0900000123 " + code + ": Quầy đã nhận hồ sơ. Nhận: Bưu điện Hoàn Kiếm 09:30 02/07/2026. Xử lý: UBND phường Hoàn Kiếm. " +
		"https://hoso.example/v1/track?t=" + row.TrackToken}, d.sms.texts())
	require.Empty(t, d.email.texts())

	s, err := d.store.Snapshot(t.Context(), code)
	require.NoError(t, err)
	s.Position.Status = dossier.Refused
	for range 2 {
		_, err = d.store.Record(t.Context(), register.Transition{Code: code, Step: 1, Kind: "status", Actor: "portal", After: s.Position}, store.Plan{})
		require.NoError(t, err)
	}
	d.step()
	require.Len(t, d.sms.texts(), 2)
	require.Contains(t, d.sms.texts()[1], "Cơ quan từ chối hồ sơ 09:30 02/07/2026. Xem lý do tại nơi nhận.")
}

func TestWhomByWhat(t *testing.T) {
	t.Parallel()
	mail, landline := nobody, both
	mail.Email = "an@example.vn"
	landline.Phone = "02438250000"
	for name, c := range map[string]struct {
		person dossier.Person
		story  []string
		mails  int
	}{
		"mail only": {mail, []string{"sms skipped no_address: not_begun/no_address", "email sent : done"}, 1},
		"landline":  {landline, []string{"sms skipped no_address: not_begun/no_address", "email sent : done"}, 1},
		"nothing":   {nobody, []string{"sms skipped no_address: not_begun/no_address", "email skipped no_address: not_begun/no_address"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			code := d.file(c.person)
			d.step()
			require.Equal(t, c.story, d.story(code))
			require.Empty(t, d.sms.texts())
			require.Len(t, d.email.texts(), c.mails)
		})
	}
}

func TestRetriesThenTheNextChannel(t *testing.T) {
	t.Parallel()
	d := setup(t)
	code := d.file(both)
	for range 6 {
		d.sms.answers = append(d.sms.answers, outcome.Retry("unreachable", 0, errors.New("0900000123")))
	}
	d.sms.answers[1] = outcome.Retry("rate_limited", time.Hour, nil)
	for _, wait := range []time.Duration{30 * time.Second, time.Hour, 8 * time.Minute, 32 * time.Minute, 2 * time.Hour} {
		d.step()
		d.add(wait - time.Microsecond)
		before := d.story(code)
		d.step()
		require.Equal(t, before, d.story(code), "not before its time")
		d.add(time.Microsecond)
	}
	require.Empty(t, d.email.texts())
	d.step()
	require.Equal(t, []string{"sms failed unreachable: retryable/unreachable retryable/rate_limited retryable/unreachable retryable/unreachable retryable/unreachable retryable/unreachable",
		"email sent : done"}, d.story(code))
	require.Len(t, d.email.texts(), 1)
	d.add(24 * time.Hour)
	d.step()
	require.Empty(t, d.sms.texts())
	require.Len(t, d.email.texts(), 1)
}

func TestRefusedGoesToTheNextChannelAtOnce(t *testing.T) {
	t.Parallel()
	d := setup(t)
	code := d.file(both)
	d.sms.answers = []error{outcome.Refuse("invalid_number")}
	d.email.answers = []error{outcome.Refuse("recipient_rejected")}
	d.step()
	require.Equal(t, []string{"sms failed invalid_number: refused/invalid_number", "email failed recipient_rejected: refused/recipient_rejected"}, d.story(code))
}

func TestAChannelThatIsNotThere(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.Teller = d.teller(map[notice.Channel]notify.Channel{notice.ByEmail: d.email})
	code := d.file(both)
	d.step()
	require.Equal(t, []string{"sms failed channel_not_configured: not_begun/channel_not_configured", "email sent : done"}, d.story(code))
}

// An answer was lost: the gateway is asked, and has it.
func TestUnknownIsAskedAbout(t *testing.T) {
	t.Parallel()
	d := setup(t)
	code := d.file(both)
	d.sms.answers, d.sms.loses = []error{outcome.Unsure("connection_lost", nil)}, true
	d.step()
	d.add(19 * time.Second)
	d.step()
	require.Equal(t, []string{"sms pending connection_lost: unknown/connection_lost"}, d.story(code))
	d.sms.lookup = outcome.Retry("unreachable", 0, nil)
	d.add(time.Second)
	d.step()
	d.sms.lookup = nil
	d.add(20 * time.Second)
	d.step()
	require.Equal(t, []string{"sms sent : unknown/connection_lost unknown/unreachable done"}, d.story(code))
	require.Len(t, d.sms.texts(), 1)
	require.Empty(t, d.email.texts())
}

// The gateway says that it never had it: only then is it sent again.
func TestUnknownThatNeverArrived(t *testing.T) {
	t.Parallel()
	d := setup(t)
	code := d.file(both)
	d.sms.answers = []error{outcome.Unsure("timeout", nil)}
	d.step()
	d.add(20 * time.Second)
	d.step()
	require.Equal(t, []string{"sms sent : unknown/timeout done"}, d.story(code))
	require.Len(t, d.sms.texts(), 1)
}

func TestUnknownForEver(t *testing.T) {
	t.Parallel()
	d := setup(t)
	code := d.file(both)
	d.sms.answers, d.sms.loses = []error{outcome.Unsure("timeout", nil)}, true
	d.sms.lookup = outcome.Unsure("question_refused", nil)
	for range 10 {
		d.step()
		d.add(3 * time.Hour)
	}
	require.Equal(t, []string{"sms unknown question_refused: unknown/timeout unknown/question_refused unknown/question_refused unknown/question_refused unknown/question_refused unknown/question_refused"}, d.story(code))
	require.Len(t, d.sms.texts(), 1)
	require.Empty(t, d.email.texts(), "told once, or not at all")
}

// A mail server cannot be asked. What it may have taken is not repeated.
func TestUnknownMailIsNeverRepeated(t *testing.T) {
	t.Parallel()
	d := setup(t)
	mail := nobody
	mail.Email = "an@example.vn"
	code := d.file(mail)
	d.email.answers, d.email.loses = []error{outcome.Unsure("connection_lost", nil)}, true
	for range 10 {
		d.step()
		d.add(time.Hour)
	}
	require.Equal(t, []string{"sms skipped no_address: not_begun/no_address", "email unknown connection_lost: unknown/connection_lost unknown/connection_lost"}, d.story(code))
	require.Len(t, d.email.texts(), 1)
}

// gateway is the shipped simulator.
func gateway(t *testing.T) (*notify.SMS, *sim.Server) {
	t.Helper()
	b := simbench.New(t, func(ledger string) (*sim.Server, error) {
		return sim.New(sim.Config{LedgerPath: ledger, Token: "token"})
	})
	c, err := notify.NewSMS(b.URL, "token", &http.Client{Transport: &http.Transport{}})
	require.NoError(t, err)
	return c, b.Server
}

// A teller dies between sending and writing it down. The next one asks the
// gateway and does not send again; where it died before, it sends.
func TestDeathBetweenSendingAndWriting(t *testing.T) {
	t.Parallel()
	for _, sent := range []bool{true, false} {
		t.Run(fmt.Sprint("sent ", sent), func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			sms, server := gateway(t)
			d.Teller = d.teller(map[notice.Channel]notify.Channel{notice.BySMS: sms})
			code := d.file(both)
			rows, _, err := d.store.TakeNotifications(t.Context(), notice.BySMS, 16, 100*time.Second)
			require.NoError(t, err)
			require.Len(t, rows, 1)
			if sent {
				_, err = sms.Send(t.Context(), notify.Message{Key: rows[0].Key(), To: "0900000123", Text: "đã gửi"})
				require.NoError(t, err)
			}
			d.step()
			require.Equal(t, []string{"sms pending :"}, d.story(code), "another's, for a while")
			d.add(100 * time.Second)
			d.step()
			require.Equal(t, []string{"sms sent : done"}, d.story(code))
			require.Len(t, server.Effects(), 1)
			require.Equal(t, 1, server.Effects()[0].Count)
		})
	}
}

// A teller of mails dies: whether the mail left cannot be found out.
func TestDeathWithAMail(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.sms.answers = []error{outcome.Refuse("invalid_number")}
	code := d.file(both)
	_, err := d.Step(t.Context(), notice.BySMS)
	require.NoError(t, err)
	_, _, err = d.store.TakeNotifications(t.Context(), notice.ByEmail, 16, 100*time.Second)
	require.NoError(t, err)
	d.add(100 * time.Second)
	d.step()
	require.Equal(t, []string{"sms failed invalid_number: refused/invalid_number", "email unknown cut_off: unknown/cut_off"}, d.story(code))
	require.Empty(t, d.email.texts())
}

func TestToldToStop(t *testing.T) {
	t.Parallel()
	d := setup(t)
	code := d.file(both)
	ctx, cancel := context.WithCancel(t.Context())
	d.sms.answers = []error{nil}
	stopping := map[notice.Channel]notify.Channel{notice.BySMS: stopper{d.sms, cancel}}
	_, err := d.teller(stopping).Step(ctx, notice.BySMS)
	require.NoError(t, err)
	require.Equal(t, []string{"sms sent : done"}, d.story(code), "what was sent is written down")
	require.NoError(t, d.Run(ctx), "and it ends")
}

// stopper has the teller stopped while it sends.
type stopper struct {
	*fake
	stop func()
}

func (s stopper) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	r, err := s.fake.Send(ctx, m)
	s.stop()
	return r, err
}

func TestManyTellersTellOnce(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for range 40 {
		d.file(both)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				n, err := d.Step(t.Context(), notice.BySMS)
				if err != nil || n == 0 {
					return
				}
			}
		})
	}
	all.Wait()
	for n := 1; n > 0; {
		var err error
		n, err = d.Step(t.Context(), notice.BySMS)
		require.NoError(t, err)
	}
	seen := map[string]int{}
	for _, m := range d.sms.taken {
		seen[m.Key]++
	}
	require.Len(t, seen, 40)
	require.Len(t, d.sms.taken, 40)
}

// Nobody is told by a file, and the register says so.
func TestTheFileIsNotTelling(t *testing.T) {
	t.Parallel()
	d := setup(t)
	f := notify.NewFile(filepath.Join(t.TempDir(), "messages.jsonl"))
	d.Teller = d.teller(map[notice.Channel]notify.Channel{notice.BySMS: f, notice.ByEmail: f})
	code := d.file(both)
	d.step()
	require.Equal(t, []string{"sms not_told : not_told"}, d.story(code))
}

// A canary goes through every bad ending and shows nowhere but in the message's
// own address.
func TestNoPersonalDataIsLeftBehind(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.file(both)
	d.sms.answers = []error{outcome.Unsure("timeout", errors.New("0900000123")), outcome.Retry("x", 0, errors.New("0900000123")), errors.New("to 0900000123 failed")}
	d.email.answers = []error{errors.New("an@example.vn"), outcome.Refuse("recipient_rejected")}
	for range 12 {
		d.step()
		d.add(3 * time.Hour)
	}
	pool, err := d.store.Pool()
	require.NoError(t, err)
	var rows string
	for _, table := range []string{"notifications", "notification_log"} {
		found, err := pool.QueryContext(t.Context(), "SELECT * FROM "+table)
		require.NoError(t, err)
		columns, err := found.Columns()
		require.NoError(t, err)
		for found.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			require.NoError(t, found.Scan(values...))
			for _, v := range values {
				rows += fmt.Sprint(*v.(*any), "\n") //nolint:forcetypeassert // a test
			}
		}
		require.NoError(t, found.Close())
	}
	require.Contains(t, rows, "timeout")
	require.Contains(t, d.log.String(), "timeout")
	for _, text := range []string{rows, d.log.String()} {
		for _, secret := range []string{"0900000123", "900000", "an@example", "Nguyễn", "001090000001", "Hàng Bài"} {
			require.NotContains(t, text, secret)
		}
	}
	for _, m := range d.sms.taken {
		for _, secret := range []string{"0900000123", "Nguyễn", "001090000001", "Hàng Bài"} {
			require.NotContains(t, m.Text, secret)
		}
	}
}

// BenchmarkTold sends notifications through the file channel, whose every line
// is flushed to the disk, from a register that is, too.
func BenchmarkTold(b *testing.B) {
	d := &desk{sms: &fake{}, email: &fake{}, log: &bytes.Buffer{}, now: moment}
	d.store = open(b, d.clock)
	f := notify.NewFile(filepath.Join(b.TempDir(), "messages.jsonl"))
	d.Teller = d.teller(map[notice.Channel]notify.Channel{notice.BySMS: f})
	d.t = b
	for range b.N {
		d.file(both)
	}
	b.ResetTimer()
	for told := 0; told < b.N; {
		n, err := d.Step(b.Context(), notice.BySMS)
		require.NoError(b, err)
		told += n
	}
}

// refused lets a dossier be refused by the portal, which is told.
func (d *desk) refused(code string) {
	d.t.Helper()
	s, err := d.store.Snapshot(d.t.Context(), code)
	require.NoError(d.t, err)
	s.Position.Status = dossier.Refused
	_, err = d.store.Record(d.t.Context(), register.Transition{Code: code, Step: s.Step + 1, Kind: "status", Actor: "portal", After: s.Position}, store.Plan{})
	require.NoError(d.t, err)
}

// restored lets the register be one that came out of a backup.
func (d *desk) restored() {
	d.t.Helper()
	d.add(time.Hour)
	_, err := d.store.Restored(d.t.Context(), store.Restoration{BackupAt: moment, Manifest: "m"}, nil, 10)
	require.NoError(d.t, err)
	d.add(time.Hour)
}

// What waited in a backup may have been told by the register that is gone: the
// gateway is asked, and where nobody can be, it is not told again.
func TestWhatWaitedInABackupIsToldOnce(t *testing.T) {
	t.Parallel()
	mail := nobody
	mail.Email = "an@example.vn"
	d := setup(t)
	sent, unsent, mailed := d.file(both), d.file(both), d.file(mail)
	d.sms.taken = []notify.Message{{Key: sent + "/notify/1/registered/sms"}} // since the backup
	d.restored()
	d.step()
	require.Equal(t, []string{"sms sent : done"}, d.story(sent))
	require.Equal(t, []string{"sms sent : done"}, d.story(unsent))
	require.Len(t, d.sms.texts(), 2, "the one that was told already is not told again")
	require.Equal(t, []string{"sms skipped no_address: not_begun/no_address", "email unknown cut_off: unknown/cut_off"}, d.story(mailed),
		"the mail that followed from it may have been sent, too")
	require.Empty(t, d.email.texts())
}

// What happened since the restore is told, but to a dossier of before only when the
// gateway does not know it: the register that is gone may have come to the same step.
func TestAStepThatIsTakenAgainIsToldOnce(t *testing.T) {
	t.Parallel()
	mail := nobody
	mail.Email = "an@example.vn"
	d := setup(t)
	again, fresh, mailed := d.file(both), d.file(both), d.file(mail)
	d.step()
	d.restored()
	d.sms.taken = append(d.sms.taken, notify.Message{Key: again + "/notify/2/refused/sms"})
	for _, code := range []string{again, fresh, mailed} {
		d.refused(code)
	}
	later := d.file(both)
	asked := d.sms.asked
	d.step()
	require.Equal(t, []string{"sms sent : done", "sms sent : done"}, d.story(again))
	require.Equal(t, []string{"sms sent : done", "sms sent : done"}, d.story(fresh))
	require.Equal(t, []string{"sms sent : done"}, d.story(later))
	require.Len(t, d.sms.texts(), 5)
	require.Equal(t, 3, d.sms.asked-asked, "of a dossier filed since nobody is asked")
	require.Len(t, d.email.texts(), 2, "nobody can be asked about mails, and this one was not waiting")
	require.Contains(t, d.story(mailed), "email sent : done")
}

// A gateway that does not answer the question is asked again before anything is sent.
func TestAfterARestoreNothingIsSentUnasked(t *testing.T) {
	t.Parallel()
	d := setup(t)
	code := d.file(both)
	d.sms.taken = []notify.Message{{Key: code + "/notify/1/registered/sms"}}
	d.sms.lookup = outcome.Retry("unreachable", 0, nil)
	d.restored()
	d.step()
	require.Equal(t, []string{"sms pending unreachable: unknown/unreachable"}, d.story(code))
	d.sms.lookup = nil
	d.add(time.Minute)
	d.step()
	require.Equal(t, []string{"sms sent : unknown/unreachable done"}, d.story(code))
	require.Len(t, d.sms.texts(), 1)
}
