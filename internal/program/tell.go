package program

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/notice"
	"hoso/internal/notify"
	"hoso/internal/store"
)

// smsTimeout bounds one call to the text gateway; it lies below the teller's own
// limit, so that we say how a call ended.
const smsTimeout = 15 * time.Second

// NotificationDir is where messages lie when nobody can be told.
func (c *Config) NotificationDir() string { return filepath.Join(c.Data, "notifications") }

// tells says whether there is any way to tell a citizen.
func (c *Config) tells() bool { return c.SMTPURL != "" || c.SMSURL != "" }

// checkTelling refuses ways to a citizen that cannot be meant.
func (c *Config) checkTelling() error {
	if c.SMTPURL == "" && c.SMTPFrom != "" {
		return errors.New("configuration: HOSO_SMTP_FROM needs HOSO_SMTP_URL")
	}
	if c.SMTPURL != "" {
		if _, err := c.smtp(); err != nil {
			return fmt.Errorf("configuration: HOSO_SMTP_URL, HOSO_SMTP_FROM: %w", err)
		}
	}
	return nil
}

func (c *Config) smtp() (*notify.SMTP, error) {
	return notify.NewSMTP(string(c.SMTPURL), c.SMTPFrom, notify.SMTPOptions{})
}

// channels are the ways to a citizen that are set. Where none is, both are a
// file, and the register says of every message that nobody was told.
func (c *Config) channels() (map[notice.Channel]notify.Channel, error) {
	out := map[notice.Channel]notify.Channel{}
	if !c.tells() {
		if err := os.MkdirAll(c.NotificationDir(), 0o700); err != nil {
			return nil, fmt.Errorf("notifications: %w", err)
		}
		f := notify.NewFile(filepath.Join(c.NotificationDir(), "messages.jsonl"))
		out[notice.BySMS], out[notice.ByEmail] = f, f
		return out, nil
	}
	if c.SMTPURL != "" {
		s, err := c.smtp()
		if err != nil {
			return nil, fmt.Errorf("configuration: HOSO_SMTP_URL: %w", err)
		}
		out[notice.ByEmail] = s
	}
	if c.SMSURL != "" {
		s, err := notify.NewSMS(c.SMSURL, string(c.SMSToken), &http.Client{Timeout: smsTimeout})
		if err != nil {
			return nil, fmt.Errorf("configuration: HOSO_SMS_URL: %w", err)
		}
		out[notice.BySMS] = s
	}
	return out, nil
}

// telling says in words which ways are real.
func (c *Config) telling() string {
	var ways []string
	if c.SMSURL != "" {
		ways = append(ways, "text messages by "+redacted(c.SMSURL))
	}
	if c.SMTPURL != "" {
		ways = append(ways, "e-mail by "+hostOf(string(c.SMTPURL)))
	}
	if len(ways) == 0 {
		return "no way to tell citizens (HOSO_SMS_URL, HOSO_SMTP_URL): messages go to " + c.NotificationDir() + " and count as not told"
	}
	return strings.Join(ways, ", ")
}

// hostOf is an address without user and password.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(unreadable)"
	}
	return u.Host
}

// tidings gives messages their names, and the link where a dossier is followed.
type tidings struct {
	*names
	public string
}

// NoticeNames looks up what messages name. What the catalogue does not know goes
// by its code.
func (t tidings) NoticeNames(d store.Dossier, f notice.Facts) notice.Names {
	cat, day := t.catalogue(), dossier.LocalDay(d.FiledAt)
	n := notice.Names{Office: d.Office, Handler: d.Authority, Procedure: d.ProcedureCode, Carrier: d.DeliveryCarrier, Asked: make([]string, len(f.Asked))}
	if o, ok := cat.Office(d.Office, day); ok {
		n.Office, n.Address = o.Name, o.Address
	}
	if a, ok := cat.Authority(d.Authority, day); ok {
		n.Handler = a.Name
	}
	if c, ok := cat.Carrier(d.DeliveryCarrier); ok {
		n.Carrier = c.Name
	}
	p, ok := cat.Procedure(d.ProcedureCode, d.ProcedureFrom)
	if !ok {
		return n
	}
	n.Procedure = p.Name
	c, _ := p.Case(d.CaseCode)
	for i, asked := range f.Asked {
		for _, component := range c.Components {
			if component.Code == asked {
				n.Asked[i] = component.Name
			}
		}
	}
	return n
}

// TrackingLink is the public address of a dossier's progress.
func (t tidings) TrackingLink(token string) string {
	if t.public == "" {
		return ""
	}
	return strings.TrimRight(t.public, "/") + "/v1/track?t=" + url.QueryEscape(token)
}
