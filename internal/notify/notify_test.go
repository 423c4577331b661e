package notify_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/notify"
	"hoso/internal/notify/notifytest"
	"hoso/internal/outcome"
)

const (
	sender  = "Hồ sơ <hoso@hanoi.example>"
	citizen = "an.nguyen@example.vn"
)

func newSMTP(t *testing.T, address string, o notify.SMTPOptions) *notify.SMTP {
	t.Helper()
	s, err := notify.NewSMTP(address, sender, o)
	require.NoError(t, err)
	return s
}

func (s *mailServer) count(_ *testing.T, key string) (n int) {
	for _, m := range s.messages() {
		n += strings.Count(m, "Message-ID: <"+strings.ReplaceAll(key, "/", ".")+"@hanoi.example>")
	}
	return n
}

func TestSMTPConformance(t *testing.T) {
	t.Parallel()
	notifytest.Run(t, func(t *testing.T) notifytest.Bundle {
		s := newMailServer(t)
		return notifytest.Bundle{Channel: newSMTP(t, "smtp://"+s.address(), notify.SMTPOptions{}), To: citizen, Forgets: true, Effects: s.count,
			Fault: func(_ *testing.T, f notifytest.Fault) { s.set(string(f)) }, Unplug: s.close}
	})
}

func TestFileConformance(t *testing.T) {
	t.Parallel()
	notifytest.Run(t, func(t *testing.T) notifytest.Bundle {
		path := filepath.Join(t.TempDir(), "messages.jsonl")
		return notifytest.Bundle{Channel: notify.NewFile(path), To: citizen, Effects: func(t *testing.T, key string) int {
			raw, err := os.ReadFile(path)
			if os.IsNotExist(err) {
				return 0
			}
			require.NoError(t, err)
			return strings.Count(string(raw), key)
		}}
	})
}

func TestTheMailAsItArrives(t *testing.T) {
	t.Parallel()
	s := newMailServer(t)
	m := notify.Message{Key: "VNPHKI-260702-0001-M/notify/3/accepted/email", To: citizen, Subject: "Hồ sơ VNPHKI-260702-0001-M: Cơ quan đã tiếp nhận.", Text: "Đã tiếp nhận lúc 09:30.\n.\nHết"}
	r, err := newSMTP(t, "smtp://"+s.address(), notify.SMTPOptions{}).Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, "VNPHKI-260702-0001-M.notify.3.accepted.email@hanoi.example", r.Reference)
	got, err := mail.ReadMessage(strings.NewReader(s.messages()[0]))
	require.NoError(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, m.Subject, subject)
	require.Equal(t, "<"+r.Reference+">", got.Header.Get("Message-ID"))
	require.Equal(t, "auto-generated", got.Header.Get("Auto-Submitted"))
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	require.NoError(t, err)
	require.Equal(t, m.Text, strings.TrimSpace(strings.ReplaceAll(string(body), "\r\n", "\n")))
}

// How far a message came decides how it ended.
func TestSMTPEndings(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string][]any{
		"sender":         {outcome.Retryable, "sender_rejected"},
		"vanish":         {outcome.Retryable, "connection_lost"},
		"vanish_in_data": {outcome.Unknown, "connection_lost"},
		"refuse":         {outcome.Refused, "recipient_rejected"},
		"later":          {outcome.Retryable, "rejected_for_now"},
		"refuse_data":    {outcome.Refused, "message_rejected"},
		"later_data":     {outcome.Retryable, "rejected_for_now"},
		"lose_answer":    {outcome.Unknown, "connection_lost"},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			s := newMailServer(t)
			s.set(fault)
			_, err := newSMTP(t, "smtp://"+s.address(), notify.SMTPOptions{}).Send(t.Context(), notify.Message{Key: "k", To: citizen, Subject: "s", Text: "t"})
			e := new(outcome.Error)
			require.ErrorAs(t, err, &e)
			require.Equal(t, want, []any{e.Kind, e.Code})
			require.NoError(t, e.Err, "no words of the server, which quote the address")
		})
	}
	_, err := newSMTP(t, "smtp://127.0.0.1:9", notify.SMTPOptions{}).Send(t.Context(), notify.Message{Key: "k", To: "an <", Subject: "s", Text: "t"})
	require.ErrorContains(t, err, "refused: invalid_address")
}

func TestSMTPUnderTLS(t *testing.T) {
	t.Parallel()
	web := httptest.NewUnstartedServer(nil)
	web.StartTLS() // for its certificate
	defer web.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(web.Certificate())
	server := &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}
	client := notify.SMTPOptions{TLS: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}
	message := notify.Message{Key: "k", To: citizen, Subject: "s", Text: "t"}

	starttls := newMailServer(t, func(s *mailServer) { s.cert, s.auth = server, true })
	address := "smtp://hoso:secret@" + starttls.address()
	_, err := newSMTP(t, address, client).Send(t.Context(), message)
	require.NoError(t, err)
	require.Equal(t, 1, starttls.logins)
	_, err = newSMTP(t, address, notify.SMTPOptions{}).Send(t.Context(), message)
	require.ErrorContains(t, err, "retryable: certificate_not_accepted")
	starttls.set("bad_password")
	_, err = newSMTP(t, address, client).Send(t.Context(), message)
	require.ErrorContains(t, err, "retryable: unauthenticated")

	whole := newMailServer(t, func(s *mailServer) { s.l, s.auth = tls.NewListener(s.l, server), true })
	_, err = newSMTP(t, "smtps://hoso:secret@"+whole.address(), client).Send(t.Context(), message)
	require.NoError(t, err)
	require.Len(t, whole.messages(), 1)
	require.Equal(t, 1, whole.logins)
}

func TestSMTPAddresses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "mail.example", "http://mail.example", "smtp://:secret@", "smtp://a:secret@mail.example/x", "smtp://a:secret@mail.example:x", "smtp://a:se%cret@mail.example"} {
		_, err := notify.NewSMTP(bad, sender, notify.SMTPOptions{})
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "secret")
	}
	_, err := notify.NewSMTP("smtp://mail.example", "nobody", notify.SMTPOptions{})
	require.ErrorContains(t, err, "the sender must be an e-mail address")
}

func TestTheFileTellsNobody(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "messages.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(`{"key":"torn`), 0o600))
	f := notify.NewFile(path)
	m := notify.Message{Key: "k", To: citizen, Subject: "Hồ sơ", Text: "Quầy đã nhận hồ sơ."}
	r, err := f.Send(t.Context(), m)
	require.NoError(t, err)
	require.True(t, r.NotTold)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(raw), "\n"), "the torn line is closed")
	require.NotContains(t, string(raw), citizen)
	found, err := f.Lookup(t.Context(), "k")
	require.NoError(t, err)
	require.Equal(t, r, found)

	_, err = notify.NewFile(t.TempDir()).Send(t.Context(), m)
	require.ErrorContains(t, err, "unknown: file_unwritable")
}

// Messages that come at once are each a line of their own, and each answer is true.
func TestTheFileTakesManyAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "messages.jsonl")
	f := notify.NewFile(path)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			m := notify.Message{Key: fmt.Sprint("k", i), To: citizen, Text: "Hồ sơ đã được tiếp nhận"}
			sent, err := f.Send(t.Context(), m)
			if err != nil {
				t.Error(err)
				return
			}
			if found, err := f.Lookup(t.Context(), m.Key); err != nil || found != sent {
				t.Errorf("%s: %v %v, was %v", m.Key, found, err, sent)
			}
		})
	}
	all.Wait()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 100, strings.Count(string(raw), "\n"))
}
