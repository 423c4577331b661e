package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail"

	"hoso/internal/downstream"
	"hoso/internal/outcome"
)

// SMTP is a Channel that hands e-mails to a mail server. SMTP keeps no account
// of what was handed over: Lookup cannot answer, so that a message whose end is
// unknown stays so. Its Message-ID is made from its key and would at least be
// the same.
type SMTP struct {
	host    string
	port    int
	over    *tls.Config // TLS from the first byte; nil for STARTTLS
	policy  mail.TLSPolicy
	tls     *tls.Config
	user    string
	pass    string
	from    string
	domain  string
	timeout time.Duration
}

var _ Channel = (*SMTP)(nil)

// SMTPOptions tune an SMTP channel; the zero value is right for production.
type SMTPOptions struct {
	TLS     *tls.Config   // nil for the machine's own certificates
	Timeout time.Duration // of a whole message; 20 seconds by default
}

// The ports of mail submission (RFC 8314).
const (
	portSMTP  = 587
	portSMTPS = 465
)

// NewSMTP prepares for a server named as smtp://user:password@host:587, with
// STARTTLS, or smtps://host:465, with TLS from the start. Without TLS it speaks
// to this very machine only. The errors do not quote the address, which holds
// the password.
func NewSMTP(address, from string, o SMTPOptions) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, errors.New("must be an address such as smtp://user:password@mail.example:587 or smtps://mail.example")
	}
	sender, err := netmail.ParseAddress(from)
	if err != nil {
		return nil, errors.New("the sender must be an e-mail address")
	}
	s := &SMTP{host: u.Hostname(), port: portSMTP, policy: mail.TLSMandatory, tls: o.TLS, user: u.User.Username(), from: sender.String(), timeout: o.Timeout}
	s.pass, _ = u.User.Password()
	_, s.domain, _ = strings.Cut(sender.Address, "@")
	if s.tls == nil {
		s.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	s.tls = s.tls.Clone()
	s.tls.ServerName = s.host
	switch {
	case u.Scheme == "smtps":
		s.port, s.over, s.policy = portSMTPS, s.tls, mail.NoTLS
	case loopback(s.host):
		s.policy = mail.TLSOpportunistic
	}
	if u.Port() != "" {
		if s.port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, errors.New("the port must be a number")
		}
	}
	if s.timeout == 0 {
		s.timeout = 20 * time.Second
	}
	return s, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send implements Channel.
func (s *SMTP) Send(ctx context.Context, m Message) (r Receipt, err error) {
	ctx, seen := downstream.Begin(ctx, "smtp", downstream.Act)
	defer func() { seen.End(err, false) }()
	msg, id, err := s.message(m)
	if err != nil {
		return Receipt{}, outcome.Refuse("invalid_address")
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if err := s.hand(ctx, msg); err != nil {
		return Receipt{}, err
	}
	return Receipt{Key: m.Key, Reference: id, DoneAt: time.Now().UTC()}, nil
}

// Lookup implements Channel.
func (s *SMTP) Lookup(context.Context, string) (Receipt, error) { return Receipt{}, ErrCannotAsk }

func (s *SMTP) message(m Message) (*mail.Msg, string, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := errors.Join(msg.From(s.from), msg.To(m.To)); err != nil {
		return nil, "", err
	}
	id := strings.ReplaceAll(m.Key, "/", ".") + "@" + s.domain
	msg.SetMessageIDWithValue(id)
	msg.SetDate()
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	msg.Subject(m.Subject)
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	return msg, id, nil
}

// hand carries a message through one connection of its own.
func (s *SMTP) hand(ctx context.Context, msg *mail.Msg) error {
	var opened atomic.Pointer[net.Conn]
	client, err := s.client(func(c net.Conn) { opened.Store(&c) })
	if err != nil {
		return outcome.Retry("misconfigured", 0, err)
	}
	// The library minds the context while it dials only.
	stop := context.AfterFunc(ctx, func() { closeConn(opened.Load()) })
	defer stop()
	defer func() { closeConn(opened.Load()) }()
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return notOpened(err)
	}
	if err := client.SendWithSMTPClient(conn, msg); err != nil {
		return ending(err)
	}
	_ = client.CloseWithSMTPClient(conn) // the message is theirs by now, however they say goodbye
	return nil
}

func closeConn(c *net.Conn) {
	if c != nil {
		_ = (*c).Close()
	}
}

func (s *SMTP) client(opened func(net.Conn)) (*mail.Client, error) {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := s.dial(ctx, network, address)
		if err == nil {
			opened(c)
		}
		return c, err
	}
	options := []mail.Option{mail.WithPort(s.port), mail.WithTimeout(s.timeout), mail.WithTLSPolicy(s.policy), mail.WithTLSConfig(s.tls),
		mail.WithDialContextFunc(dial), mail.WithHELO("localhost"), mail.WithoutNoop(), mail.WithoutRset()}
	if s.user != "" {
		auth := mail.SMTPAuthAutoDiscover
		if s.over != nil {
			auth = mail.SMTPAuthPlainNoEnc // the library does not see that our connection is encrypted
		}
		options = append(options, mail.WithSMTPAuth(auth), mail.WithUsername(s.user), mail.WithPassword(s.pass))
	}
	return mail.NewClient(s.host, options...)
}

func (s *SMTP) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if s.over != nil {
		return (&tls.Dialer{Config: s.over}).DialContext(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// notOpened judges a connection that never came to a message: nothing was sent.
func notOpened(err error) error {
	var certificate *tls.CertificateVerificationError
	switch text := err.Error(); {
	case errors.As(err, &certificate):
		return outcome.Retry("certificate_not_accepted", 0, nil)
	case strings.Contains(text, "SMTP AUTH"), strings.Contains(text, "AUTH"):
		return outcome.Retry("unauthenticated", 0, nil)
	case strings.Contains(text, "STARTTLS"):
		return outcome.Retry("no_tls", 0, nil)
	default:
		return outcome.Retry("unreachable", 0, nil)
	}
}

// ending judges a message that was not handed over, by how far it came. Only
// after its last line may it have been taken without our hearing of it. The
// library's own words are dropped: they quote the address.
func ending(err error) error {
	e := new(mail.SendError)
	if !errors.As(err, &e) {
		return outcome.Unsure("unclassified", nil)
	}
	permanent := e.ErrorCode() >= 500
	switch e.Reason {
	case mail.ErrSMTPRcptTo:
		if permanent {
			return outcome.Refuse("recipient_rejected")
		}
	case mail.ErrSMTPMailFrom:
		if permanent {
			return outcome.Retry("sender_rejected", 0, nil) // speaks of us, not of the citizen
		}
	case mail.ErrSMTPData:
		if permanent {
			return outcome.Refuse("message_rejected")
		}
	case mail.ErrSMTPDataClose:
		switch {
		case permanent:
			return outcome.Refuse("message_rejected")
		case e.ErrorCode() == 0:
			return outcome.Unsure("connection_lost", nil)
		}
	case mail.ErrConnCheck, mail.ErrWriteContent, mail.ErrNoUnencoded:
		// Without its last line the message does not count.
	case mail.ErrGetSender, mail.ErrGetRcpts:
		return outcome.Refuse("invalid_address")
	default:
		return outcome.Unsure("unclassified", nil)
	}
	if e.ErrorCode() == 0 {
		return outcome.Retry("connection_lost", 0, nil)
	}
	return outcome.Retry("rejected_for_now", 0, nil)
}
