package benchmark

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"hoso/internal/catalogue"
	"hoso/internal/store"
)

// Filing is the body of the n-th filing: a copy of a civil-status extract, one
// scan, delivered by courier. Its person is nobody.
func Filing(n int64, document string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"procedure_code": "2.000635", "case": "default", "authority": "H26.12.03", "quantity": 1,
		"applicant": map[string]any{"kind": "citizen", "full_name": fmt.Sprintf("Nguyễn Văn %d", n), "citizen_id": fmt.Sprintf("001090%06d", n%1_000_000),
			"date_of_birth": "1990-01-01", "phone": "0912345678", "address": "Số 1 phố Mẫu"},
		"mandate":    map[string]any{"kind": "self"},
		"components": []map[string]any{{"code": "to-khai", "document_id": document}},
		"delivery": map[string]any{"method": "courier", "carrier": "vnpost",
			"recipient": map[string]any{"full_name": "Nguyễn Văn Mẫu", "phone": "0912345678", "address": "Số 1 phố Mẫu"}},
	})
}

// Clerk is the subject who files at an office in a measurement.
func Clerk(office string) string { return "clerk-" + office }

// Stock puts documents of an office there before the window, as its scanner
// would have: copies of a scan that was judged once. In bulk, since uploading is
// not what is measured.
func Stock(ctx context.Context, pool *sql.DB, o catalogue.Office, scan store.Document, n int) ([]string, error) {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7()).String()
	}
	_, err := pool.ExecContext(ctx, `INSERT INTO documents
		(id, sha256, storage_name, media_type, bytes, pages, verdict, findings, profile, subject, office, network, created_at)
		SELECT id, $5, $6, $7, $8, $9, $10, $11, $12, $2, $3, $4, now() FROM unnest($1::text[]) AS id`,
		ids, Clerk(o.ID), o.ID, o.Network, scan.SHA256, scan.StorageName, scan.MediaType, scan.Bytes, scan.Pages, scan.Verdict, scan.Findings, scan.Profile)
	if err != nil {
		return nil, fmt.Errorf("put documents there: %w", err)
	}
	return ids, nil
}
