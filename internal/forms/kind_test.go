package forms_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/forms"
)

func TestADossierKeepsTheFormsOfItsReceptionDay(t *testing.T) {
	t.Parallel()
	before, after := time.Date(2025, 9, 14, 23, 59, 0, 0, zone), time.Date(2025, 9, 15, 0, 0, 0, 0, zone)
	for _, c := range []struct {
		kind            forms.Kind
		at              time.Time
		number, version string
	}{
		{forms.KindControl, before, "05", "TT 01/2018/TT-VPCP"}, {forms.KindControl, after, "06", "TT 03/2025/TT-VPCP"},
		{forms.KindRegister, before, "06", "TT 01/2018/TT-VPCP"}, {forms.KindRegister, after, "07", "TT 03/2025/TT-VPCP"},
		{forms.KindStop, before, "", "TT 01/2018/TT-VPCP"}, {forms.KindStop, after, "05", "TT 03/2025/TT-VPCP"},
		{forms.KindSlip, before, "", "QĐ 45/2016/QĐ-TTg"},
	} {
		o, err := forms.InForce(c.kind, c.at.UTC())
		require.NoError(t, err)
		require.Equal(t, c.number, o.Number, c.kind)
		require.Equal(t, c.version, o.Version, c.kind)
	}
	_, err := forms.InForce(forms.KindReceipt, time.Date(2010, 1, 1, 0, 0, 0, 0, zone))
	require.ErrorContains(t, err, "2010-01-01")

	// Apologised for under the new law, received under the old one.
	f := extension()
	f.Head.LawDay = &before
	d := render(t, f)
	require.Equal(t, "TT 01/2018/TT-VPCP", d.Official.Version)
	require.Contains(t, words(t, d.Bytes), "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ")
	require.NotContains(t, words(t, render(t, extension()).Bytes), "HẸN LẠI")
}

func TestPaperIsAsTheDataSays(t *testing.T) {
	t.Parallel()
	sizes := map[string]string{"A5": "[0 0 419.53 595.28]", "A4": "[0 0 595.28 841.89]"}
	for _, f := range samples() {
		d := render(t, f)
		want := sizes[d.Official.Paper]
		if d.Official.Orientation == "landscape" {
			want = "[0 0 841.89 595.28]"
		}
		require.True(t, bytes.Contains(d.Bytes, []byte(want)), f.Kind())
	}
}

func TestABadFormFileIsRefused(t *testing.T) {
	t.Parallel()
	const good = `{"kind":"slip","no":"00","number":"","name":"n","paper":"A5","orientation":"portrait","version":"v","from":"2020-01-01","to":"2021-01-01","source":"s","sure":"A"}`
	for want, file := range map[string]string{
		"read forms":       `nonsense`,
		"unknown field":    `{"forms":[{"size":"A5"}]}`,
		"kind is unknown":  `{"forms":[` + strings.Replace(good, `"slip"`, `"letter"`, 1) + `]}`,
		"paper is":         `{"forms":[` + strings.Replace(good, "A5", "A3", 1) + `]}`,
		"orientation is":   `{"forms":[` + strings.Replace(good, "portrait", "across", 1) + `]}`,
		"sure is":          `{"forms":[` + strings.Replace(good, `"A"`, `"X"`, 1) + `]}`,
		"are days":         `{"forms":[` + strings.Replace(good, "2021-01-01", "2021-02-30", 1) + `]}`,
		"before it begins": `{"forms":[` + strings.Replace(good, "2021-01-01", "2019-01-01", 1) + `]}`,
		"are required":     `{"forms":[` + strings.Replace(good, `"source":"s"`, `"source":""`, 1) + `]}`,
		"must end when":    `{"forms":[` + good + `,` + strings.Replace(good, "2020-01-01", "2020-06-01", 1) + `]}`,
		"has no version":   `{"forms":[` + good + `]}`,
	} {
		_, err := forms.LoadOfficials(strings.NewReader(file))
		require.ErrorContains(t, err, want)
	}
	require.NotEmpty(t, forms.Officials())
}
