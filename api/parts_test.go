package api

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

func TestTimeIsWrittenInTheCountrysZone(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(At(time.Date(2025, 2, 5, 2, 30, 0, 999, time.UTC)))
	require.NoError(t, err)
	require.Equal(t, `"2025-02-05T09:30:00+07:00"`, string(raw))
	var back Time
	require.NoError(t, json.Unmarshal([]byte(`"2025-02-05T02:30:00Z"`), &back))
	require.Equal(t, "2025-02-05T09:30:00+07:00", back.String())
	require.Nil(t, AtOrNil(nil))
	require.Nil(t, AtOrNil(&time.Time{}))
	now := time.Now()
	require.True(t, AtOrNil(&now).Equal(now))
}

func TestCursor(t *testing.T) {
	t.Parallel()
	type key struct {
		At   time.Time
		Code string
	}
	in := key{time.Date(2025, 2, 5, 2, 30, 0, 0, time.UTC), "VNPHKI-250205-0001-M"}
	var out key
	there, err := DecodeCursor(EncodeCursor(in), &out)
	require.NoError(t, err)
	require.True(t, there)
	require.Equal(t, in, out)
	there, err = DecodeCursor("", &out)
	require.NoError(t, err)
	require.False(t, there)
}

func TestListIsNeverNull(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(NewList[int](nil, ""))
	require.NoError(t, err)
	require.JSONEq(t, `{"items":[]}`, string(raw))
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 2, 5, 9, 0, 0, 0, time.UTC)
	l := NewLimiter(time.Minute, 3, 100, func() time.Time { return now })
	for range 3 {
		require.Nil(t, l.Take("a"))
	}
	for range 50 { // asking on and on does not push the next turn away
		p := l.Take("a")
		require.Equal(t, RateLimited, p.Code)
		require.Equal(t, "60", p.GetHeaders().Get("Retry-After"))
	}
	require.Nil(t, l.Take("b"), "each key has its own budget")
	now = now.Add(time.Minute)
	require.Nil(t, l.Take("a"))
	require.NotNil(t, l.Take("a"))
	for i := range 1000 {
		l.Take(fmt.Sprint(i))
	}
	require.LessOrEqual(t, l.keys.Len(), 100, "memory is bounded")
}

func TestAddressKey(t *testing.T) {
	t.Parallel()
	for address, key := range map[string]string{
		"203.0.113.9":          "203.0.113.9",
		"::ffff:203.0.113.9":   "203.0.113.9",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::1%eth0": "2001:db8:1:2::/64",
		"nonsense":             "unknown",
		"":                     "unknown",
	} {
		require.Equal(t, key, AddressKey(address))
	}
}

func TestFieldsLeavesWarningsOut(t *testing.T) {
	t.Parallel()
	errs := Fields([]dossier.FieldError{
		{Pointer: "/applicant/phone", Rule: "phone_unusual", Warning: true},
		{Pointer: "/components", Rule: "component_missing", Args: map[string]string{"component": "to-khai"}},
	})
	require.Len(t, errs, 1)
	require.Equal(t, "component_missing at /components", errs[0].Error())
	require.Equal(t, "Thiếu thành phần bắt buộc to-khai.", NewInvalidDossier(errs...).in(vi, "").Errors[0].Detail)
}
