package store

import (
	"context"
	"math/bits"
	"time"
)

// PagePrint is the fingerprint of a page of a document. Print is the whole of
// it, which only its maker can read; by Hash it is found.
type PagePrint struct {
	DocumentID string `gorm:"primaryKey"`
	Page       int    `gorm:"primaryKey"`
	Hash       int64
	Print      string
}

// Prints are the fingerprints of a document's pages, and what makes two alike.
type Prints struct {
	Pages []PagePrint
	// Bits is in how many bits of the hash two prints of one page may differ.
	Bits int
	// Alike says of two whole prints whether they are of one page.
	Alike func(a, b string) bool
	// Common is from how many other dossiers on a page is no person's paper, but
	// a sheet that everybody hands in.
	Common int
}

// PageBand is a part of a print's hash, by which near prints are found.
type PageBand struct {
	Bands      int `gorm:"primaryKey"` // in how many parts the hash was cut
	Band       int `gorm:"primaryKey"`
	Value      int64
	DocumentID string `gorm:"primaryKey"`
	Page       int    `gorm:"primaryKey"`
}

// PageMatch is a page that looks like an earlier one.
type PageMatch struct {
	DocumentID string `gorm:"primaryKey"`
	Page       int    `gorm:"primaryKey"`
	OtherID    string `gorm:"primaryKey"`
	OtherPage  int    `gorm:"primaryKey"`
	FoundAt    time.Time
}

const (
	// maxCandidates bounds what one page is compared with, maxMatches what is
	// remembered of it.
	maxCandidates = 500
	maxMatches    = 20
)

// bandsOf cuts a hash into n parts. Two hashes that differ in fewer than n bits
// have at least one part in common.
func bandsOf(hash uint64, n int) []int64 {
	out := make([]int64, n)
	for i := range n {
		from, to := 64*i/n, 64*(i+1)/n
		out[i] = int64(hash >> from & (1<<(to-from) - 1))
	}
	return out
}

// keepPrints notes the prints of a new document, and which earlier pages look
// the same.
func keepPrints(tx txn, id string, p Prints, at time.Time) error {
	for _, page := range p.Pages {
		page.DocumentID = id
		matches, err := matchesOf(tx, page, p, at)
		if err != nil {
			return err
		}
		var bands []PageBand
		for i, v := range bandsOf(uint64(page.Hash), p.Bits+1) {
			bands = append(bands, PageBand{Bands: p.Bits + 1, Band: i, Value: v, DocumentID: id, Page: page.Page})
		}
		if err := tx.Create(&page).Error; err != nil {
			return err
		}
		if err := tx.Create(&bands).Error; err != nil {
			return err
		}
		if len(matches) > 0 {
			if err := tx.Create(&matches).Error; err != nil {
				return err
			}
		}
	}
	return nil
}

// matchesOf finds the pages of other documents that look like one.
func matchesOf(tx txn, page PagePrint, p Prints, at time.Time) ([]PageMatch, error) {
	sql, args := "SELECT DISTINCT p.document_id, p.page, p.hash, p.print FROM page_bands b JOIN page_prints p ON p.document_id = b.document_id AND p.page = b.page WHERE b.bands = ? AND (", []any{p.Bits + 1}
	for i, v := range bandsOf(uint64(page.Hash), p.Bits+1) {
		if i > 0 {
			sql += " OR "
		}
		sql += "(b.band = ? AND b.value = ?)"
		args = append(args, i, v)
	}
	var near []PagePrint
	sql += ") AND b.document_id <> ? ORDER BY p.document_id DESC, p.page LIMIT ?"
	if err := tx.Raw(sql, append(args, page.DocumentID, maxCandidates)...).Scan(&near).Error; err != nil {
		return nil, err
	}
	var out []PageMatch
	for _, n := range near {
		if len(out) < maxMatches && bits.OnesCount64(uint64(n.Hash)^uint64(page.Hash)) <= p.Bits && p.Alike(n.Print, page.Print) {
			out = append(out, PageMatch{DocumentID: page.DocumentID, Page: page.Page, OtherID: n.DocumentID, OtherPage: n.Page, FoundAt: at})
		}
	}
	return out, nil
}

// seenElsewhere is of each page of some documents in how many dossiers of other
// applicants it was handed in before. Before a document is used it has no
// applicant, and every dossier is another's.
const seenElsewhere = `SELECT m.document_id, m.page, d.office, d.created_at, COUNT(DISTINCT o.dossier_code) AS dossiers
FROM page_matches m
JOIN documents o ON o.id = m.other_id
JOIN documents d ON d.id = m.document_id
LEFT JOIN people mine ON mine.dossier_code = d.dossier_code AND mine.part = 'applicant'
LEFT JOIN people theirs ON theirs.dossier_code = o.dossier_code AND theirs.part = 'applicant'
WHERE o.dossier_code <> '' AND o.dossier_code <> d.dossier_code
AND (mine.dossier_code IS NULL OR NOT (
  mine.citizen_id <> '' AND mine.citizen_id = theirs.citizen_id
  OR mine.tax_code <> '' AND mine.tax_code = theirs.tax_code
  OR mine.citizen_id = '' AND mine.tax_code = '' AND theirs.citizen_id = '' AND theirs.tax_code = '' AND mine.full_name = theirs.full_name))
`

// SeenPages gives the pages of a document that were handed in before in dossiers
// of others, in order. A page that common dossiers and more have is left out.
func (s *Store) SeenPages(ctx context.Context, document string, common int) ([]int, error) {
	return seenPages(s.with(ctx), document, common)
}

func seenPages(tx txn, document string, common int) ([]int, error) {
	var rows []struct{ Page, Dossiers int }
	err := tx.Raw(seenElsewhere+"AND m.document_id = ? GROUP BY m.document_id, m.page, d.office, d.created_at HAVING COUNT(DISTINCT o.dossier_code) < ? ORDER BY m.page", document, common).Scan(&rows).Error
	var pages []int
	for _, r := range rows {
		pages = append(pages, r.Page)
	}
	return pages, err
}

// SeenCount is how many pages of an office's dossiers were handed in before for
// somebody else.
type SeenCount struct {
	Office    string
	Documents int
	Pages     int
}

// SeenCounts counts such pages by office within a scope, of documents taken in
// from one moment until before another and used in a dossier.
func (s *Store) SeenCounts(ctx context.Context, scope Scope, from, to time.Time, common int) ([]SeenCount, error) {
	where, args := "", []any{from, to}
	switch {
	case scope.All:
	case scope.Network != "":
		where, args = " AND d.network = ?", append(args, scope.Network)
	default:
		return nil, nil
	}
	var rows []SeenCount
	err := s.with(ctx).Raw("SELECT office, COUNT(DISTINCT document_id) AS documents, COUNT(*) AS pages FROM ("+
		seenElsewhere+"AND d.dossier_code <> '' AND d.created_at >= ? AND d.created_at < ?"+where+
		" GROUP BY m.document_id, m.page, d.office, d.created_at HAVING COUNT(DISTINCT o.dossier_code) < ?) AS seen GROUP BY office ORDER BY office",
		append(args, common)...).Scan(&rows).Error
	return rows, err
}
