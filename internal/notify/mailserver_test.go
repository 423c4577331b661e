package notify_test

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// mailServer is a mail server of a few lines, with one connection at a time to
// misbehave on.
type mailServer struct {
	t    *testing.T
	l    net.Listener
	cert *tls.Config // for STARTTLS
	auth bool        // wants a password

	mu     sync.Mutex
	fault  string // what goes wrong with the next message
	taken  []string
	logins int
}

func newMailServer(t *testing.T, configure ...func(*mailServer)) *mailServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &mailServer{t: t, l: l}
	for _, c := range configure {
		c(s)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := s.l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close() //nolint:errcheck // a test
				s.serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		s.close(t)
		open.Wait()
	})
	return s
}

func (s *mailServer) close(*testing.T) { _ = s.l.Close() }

func (s *mailServer) address() string { return s.l.Addr().String() }

// set makes the next message go wrong.
func (s *mailServer) set(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

func (s *mailServer) is(fault string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != fault {
		return false
	}
	s.fault = ""
	return true
}

// messages are those taken, whole.
func (s *mailServer) messages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.taken...)
}

func (s *mailServer) serve(conn net.Conn) {
	text := textproto.NewConn(conn)
	say := func(line string) { _ = text.PrintfLine("%s", line) }
	say("220 mail.test ESMTP")
	to := ""
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch {
		case verb == "EHLO":
			say("250-mail.test")
			if s.cert != nil {
				if _, secure := conn.(*tls.Conn); !secure {
					say("250-STARTTLS")
				}
			}
			if s.auth {
				say("250-AUTH PLAIN")
			}
			say("250 8BITMIME")
		case verb == "STARTTLS" && s.cert != nil:
			say("220 go on")
			conn = tls.Server(conn, s.cert)
			text = textproto.NewConn(conn)
		case verb == "AUTH":
			if s.is("bad_password") {
				say("535 5.7.8 no")
				continue
			}
			s.mu.Lock()
			s.logins++
			s.mu.Unlock()
			say("235 welcome")
		case verb == "MAIL":
			if s.is("vanish") {
				return
			}
			if s.is("sender") {
				say("550 5.7.1 " + line)
				continue
			}
			say("250 ok")
		case verb == "RCPT":
			to = line
			switch {
			case s.is("refuse"):
				say("550 5.1.1 no such user " + to)
			case s.is("later"):
				say("450 4.2.1 busy " + to)
			default:
				say("250 ok")
			}
		case verb == "DATA":
			if s.is("vanish_in_data") {
				say("354 go on")
				_, _ = text.ReadLine()
				return
			}
			say("354 go on")
			var whole strings.Builder
			if _, err := bufio.NewReader(text.DotReader()).WriteTo(&whole); err != nil {
				return
			}
			switch {
			case s.is("refuse_data"):
				say("554 5.7.1 spam " + to)
				continue
			case s.is("later_data"):
				say("451 4.3.0 later")
				continue
			}
			s.mu.Lock()
			s.taken = append(s.taken, whole.String())
			s.mu.Unlock()
			if s.is("lose_answer") {
				return
			}
			if s.is("hang") {
				_, _ = text.ReadLine()
				return
			}
			say("250 taken")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}
