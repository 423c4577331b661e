package store

import (
	"context"
	"strings"
	"time"
)

// Document is a stored scan and what the digitization check made of it.
type Document struct {
	ID          string `gorm:"primaryKey"`
	SHA256      string `gorm:"column:sha256"`
	StorageName string // where the blob store has it; not always the digest
	MediaType   string
	Bytes       int64
	Pages       int
	Verdict     string
	Findings    string // JSON
	Profile     string // version of the thresholds it was judged by
	Subject     string
	Office      string
	Network     string
	Authority   string
	Carrier     string
	DossierCode string // "" until a dossier uses it
	CreatedAt   time.Time
	// Prints are written with the document and not read with it.
	Prints Prints `gorm:"-"`
	// Seen are the pages handed in before in dossiers of others, for the answer
	// of an upload; later SeenPages tells.
	Seen []int `gorm:"-"`
}

// AddDocument keeps a document under an operation's key and stores the answer
// that render makes of it, so that the same request gets the same answer.
func (s *Store) AddDocument(ctx context.Context, req Request, row Document, render func(Document) Answer) (Answer, error) {
	// Looked up before the transaction, which on SQLite is the only one that writes.
	matches, err := s.matchesOf(ctx, row.Prints)
	if err != nil {
		return Answer{}, err
	}
	return s.once(ctx, req, func(tx txn) (Answer, error) {
		row.ID, row.CreatedAt = newID(), s.now()
		if err := tx.Create(&row).Error; err != nil {
			return Answer{}, err
		}
		if err := keepPrints(tx, row.ID, row.Prints, matches, row.CreatedAt); err != nil {
			return Answer{}, err
		}
		var err error
		if len(row.Prints.Pages) > 0 {
			row.Seen, err = seenPages(tx, row.ID, row.Prints.Common)
		}
		return render(row), err
	})
}

// Document finds a document by id. Whether the caller may see it is for the
// caller to judge by the row's scope or its dossier's.
func (s *Store) Document(ctx context.Context, id string) (Document, error) {
	var row Document
	err := s.with(ctx).Where("id = ?", id).Take(&row).Error
	return row, found(err)
}

// DocumentsByID finds several documents; unknown ids are left out.
func (s *Store) DocumentsByID(ctx context.Context, ids []string) (map[string]Document, error) {
	var rows []Document
	if err := s.with(ctx).Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, err
	}
	out := map[string]Document{}
	for _, d := range rows {
		out[d.ID] = d
	}
	return out, nil
}

// lockDocuments reads of several documents whose they are, and keeps others from
// taking them until the transaction ends. (On SQLite the transaction itself does.)
func (b *batch) lockDocuments(ids []string, into *map[string]Document) {
	which, list := b.among("id", ids)
	sql := `SELECT id, subject, office, network, authority, carrier, dossier_code FROM documents WHERE ` + which + ` ORDER BY id`
	if b.pipe != nil {
		sql += " FOR NO KEY UPDATE"
	}
	b.add(sql, []any{list}, func(r rows) error {
		*into = map[string]Document{}
		for r.Next() {
			var d Document
			if err := r.Scan(&d.ID, &d.Subject, &d.Office, &d.Network, &d.Authority, &d.Carrier, &d.DossierCode); err != nil {
				return err
			}
			(*into)[d.ID] = d
		}
		return nil
	})
}

// give makes locked documents a dossier's for good.
func (b *batch) give(code string, ids []string) {
	if len(ids) > 0 {
		which, list := b.among("id", ids)
		b.write(`UPDATE "documents" SET dossier_code = ? WHERE `+which, code, list)
	}
}

func marks(n int) string { return "?" + strings.Repeat(",?", n-1) }

func anys(ids []string) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}
