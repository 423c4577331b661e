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
	// perBand is how many earlier pages that share a band, the newest, a page is
	// compared with: copies of one form share bands by the thousand, and comparing
	// with all of them would cost seconds. What lies further back is not found.
	perBand = 200
	// maxMatches bounds what is remembered of a page.
	maxMatches = 20
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
func keepPrints(tx txn, id string, p Prints, matches []PageMatch, at time.Time) error {
	for _, page := range p.Pages {
		page.DocumentID = id
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
	}
	for i := range matches {
		matches[i].DocumentID, matches[i].FoundAt = id, at
	}
	if len(matches) == 0 {
		return nil
	}
	return tx.Create(&matches).Error
}

// matchesOf finds the pages of earlier documents that look like pages of one that
// is yet to be kept.
func (s *Store) matchesOf(ctx context.Context, p Prints) ([]PageMatch, error) {
	var out []PageMatch
	for _, page := range p.Pages {
		near, err := s.near(ctx, page, p)
		if err != nil {
			return nil, err
		}
		for _, n := range near[:min(len(near), maxMatches)] {
			out = append(out, PageMatch{Page: page.Page, OtherID: n.DocumentID, OtherPage: n.Page})
		}
	}
	return out, nil
}

// near finds earlier pages that are like one: those that share a band, of these
// those whose hash is near, of these those whose whole print is.
func (s *Store) near(ctx context.Context, page PagePrint, p Prints) ([]PagePrint, error) {
	type place struct {
		DocumentID string
		Page       int
	}
	var ids []string
	shares := map[place]bool{}
	for i, v := range bandsOf(uint64(page.Hash), p.Bits+1) {
		var rows []place
		err := s.with(ctx).Model(&PageBand{}).Select("document_id", "page").Where("bands = ? AND band = ? AND value = ?", p.Bits+1, i, v).
			Order("document_id DESC, page").Limit(perBand).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			shares[r] = true
			ids = append(ids, r.DocumentID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var hashes []PagePrint
	if err := s.with(ctx).Select("document_id", "page", "hash").Where("document_id IN ?", named(ids)).Order("document_id DESC, page").Find(&hashes).Error; err != nil {
		return nil, err
	}
	var near []PagePrint
	for _, h := range hashes {
		if !shares[place{h.DocumentID, h.Page}] || bits.OnesCount64(uint64(h.Hash)^uint64(page.Hash)) > p.Bits {
			continue
		}
		if err := s.with(ctx).Where("document_id = ? AND page = ?", h.DocumentID, h.Page).Take(&h).Error; err != nil {
			return nil, err
		}
		if p.Alike(h.Print, page.Print) {
			near = append(near, h)
		}
		if len(near) == maxMatches {
			break
		}
	}
	return near, nil
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
