package store_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/store"
)

// A log must say what was wrong and for which column, and not whose data it was.
func TestCauseQuotesNobody(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		f.file(filing())
		for want, do := range map[string]func() error{
			"citizen_id": func() error {
				return f.Gorm().Exec("UPDATE people SET citizen_id = NULL WHERE full_name = ?", "Nguyễn Văn An").Error
			},
			"people": func() error {
				d := f.row("VNPHKI-250205-0001-M")
				return f.Gorm().Create(&store.Person{DossierCode: d.Code, Part: store.PartApplicant, FullName: "Nguyễn Văn An", CitizenID: "001090000001"}).Error
			},
		} {
			err := do()
			require.Error(t, err)
			require.Contains(t, store.Cause(err), want)
			for _, secret := range []string{"Nguyễn", "001090000001", "0900000123", "Hàng Bài"} {
				require.NotContains(t, store.Cause(err), secret)
			}
		}
	})
	require.Equal(t, "*errors.errorString", store.Cause(errors.New("Nguyễn Văn An")))
}
