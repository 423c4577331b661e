// Package notify tells citizens: one interface at the level of the act, and the
// ways that exist. E-mail goes by SMTP, text messages by a gateway over HTTP;
// the embedded mode, which has neither, writes to a file and says so.
//
// An adapter knows nothing of dossiers but the code and the words it carries.
// Errors are *outcome.Error and never hold an address or what the other side
// said of it.
package notify

import (
	"context"
	"errors"
	"time"
)

// Lookup's answers when there is no receipt to give.
var (
	// ErrNoSuchKey says that nothing was ever sent under the key.
	ErrNoSuchKey = errors.New("notify: no message under this key")
	// ErrCannotAsk says that this way keeps no account that could be asked. What
	// may have been sent by it must not be sent again.
	ErrCannotAsk = errors.New("notify: nobody to ask")
)

// Channel is one way to a citizen. Implementations are safe for concurrent use.
type Channel interface {
	// Send hands a message over. Done means that the other side took it upon
	// itself, not that somebody read it.
	Send(ctx context.Context, m Message) (Receipt, error)
	// Lookup answers what became of a key: its receipt, ErrNoSuchKey, or
	// ErrCannotAsk.
	Lookup(ctx context.Context, key string) (Receipt, error)
}

// Message is what is told to one person.
type Message struct {
	Key     string // business key, e.g. "<code>/notify/3/accepted/sms"
	To      string // number or address
	Subject string // of an e-mail
	Text    string
}

// Receipt says that a message was taken.
type Receipt struct {
	Key       string    `json:"key"`
	Reference string    `json:"reference"` // the other side's own mark
	DoneAt    time.Time `json:"done_at"`
	// NotTold says that the message was put away and nobody was told.
	NotTold bool `json:"-"`
}
