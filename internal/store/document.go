package store

import (
	"context"
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
}

// AddDocument keeps a document under an operation's key and stores the answer
// that render makes of it, so that the same request gets the same answer.
func (s *Store) AddDocument(ctx context.Context, req Request, row Document, render func(Document) Answer) (Answer, error) {
	return s.once(ctx, req, func(tx txn) (Answer, error) {
		row.ID, row.CreatedAt = newID(), s.now()
		if err := tx.Create(&row).Error; err != nil {
			return Answer{}, err
		}
		return render(row), nil
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
