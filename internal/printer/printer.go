// Package printer writes the official forms that the register holds orders for:
// it gathers what a form says, has it signed where it is to be, renders it, keeps
// the bytes and enters their digest. What is entered never changes; who asks for
// a form again gets what was kept.
//
// A form says what the dossier was at the step that yielded it. What the register
// does not know (the name of the officer, where the portal only says "accepted")
// is said in neutral words (words.go) and never made up.
package printer

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"time"

	"hoso/internal/blob"
	"hoso/internal/forms"
	"hoso/internal/receipt"
	"hoso/internal/store"
)

// Printer renders forms. Use New. It is safe for concurrent use.
type Printer struct {
	store  *store.Store
	blobs  *blob.Store
	key    *receipt.Key
	shelf  *shelf
	public string
	log    *slog.Logger
}

// How a printer works: how often it looks, how many forms it takes, for how long
// they are its own.
const (
	interval = time.Second
	batch    = 16
	hold     = time.Minute
	// mostBytes bounds a document; a form of one dossier has some tens of kilobytes.
	mostBytes = 32 << 20
)

// Options are what an installation can say.
type Options struct {
	// Public is the address of the API for citizens, "" when there is none: then
	// the QR code holds no link.
	Public string
	Log    *slog.Logger
}

// New makes a printer that signs slips and receipts with a key.
func New(s *store.Store, blobs *blob.Store, key *receipt.Key, o Options) *Printer {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Printer{store: s, blobs: blobs, key: key, shelf: &shelf{store: s}, public: o.Public, log: o.Log}
}

// Run renders what waits, until the context ends. Several processes may do so.
func (p *Printer) Run(ctx context.Context) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		p.pass(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// pass goes through all that is due.
func (p *Printer) pass(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := p.Step(ctx)
		if err != nil && ctx.Err() == nil {
			p.log.WarnContext(ctx, "forms wait", "cause", store.Cause(err))
		}
		if err != nil || n < batch {
			return
		}
	}
}

// Step renders forms that are due, a batch at most, and says how many there were.
func (p *Printer) Step(ctx context.Context) (int, error) {
	rows, err := p.store.LeaseForms(ctx, batch, hold)
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		if ctx.Err() != nil {
			return len(rows), nil // the lease runs out
		}
		if _, err := p.Print(ctx, row); err != nil {
			if err := p.giveUpOrWait(ctx, row, err); err != nil {
				return len(rows), err
			}
		}
	}
	return len(rows), nil
}

// giveUpOrWait notes a failed try.
func (p *Printer) giveUpOrWait(ctx context.Context, row store.Form, failed error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // stopped, which is no fault of the form's
	}
	cause := CauseOf(failed)
	p.log.WarnContext(ctx, "form not rendered", "dossier", row.DossierCode, "form", row.Kind, "n", row.N, "cause", cause)
	var again *time.Time
	if wait, more := waitAfter(row.Attempts); more {
		at := p.store.Now().Add(wait)
		again = &at
	}
	return p.store.FormNotWritten(ctx, row.ID, cause, again)
}

// Print gives a form as it is kept; one that has not been rendered is rendered
// now. Of two who do so at once one is late, and gets what the other has kept.
func (p *Printer) Print(ctx context.Context, row store.Form) (store.Form, error) {
	if row.State == store.FormReady {
		return row, nil
	}
	f, err := p.gather(ctx, row)
	if err != nil {
		return row, err
	}
	form, err := f.form()
	if err != nil {
		return row, err
	}
	if err := p.seal(f, form); err != nil {
		return row, err
	}
	doc, err := forms.PDF(form)
	if err != nil {
		return row, err
	}
	kept, err := p.blobs.Put(bytes.NewReader(doc.Bytes), mostBytes)
	if err != nil {
		return row, fmt.Errorf("keep form: %w", err)
	}
	row.Title, row.Number, row.Version = doc.Official.Name, doc.Official.Number, doc.Official.Version
	row.SHA256, row.StorageName, row.Bytes, row.MediaType, row.Pages = kept.SHA256, kept.Name, kept.Bytes, doc.MediaType, doc.Pages
	if seal := sealOf(form); seal != nil {
		row.Mark, row.KeyID = seal.Mark, seal.KeyID
	}
	return p.store.FormWritten(ctx, row)
}
