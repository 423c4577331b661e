package scan_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/scan"
)

func TestDefaultProfile(t *testing.T) {
	t.Parallel()
	p := scan.DefaultProfile()
	require.NotEmpty(t, p.Version)
	require.Len(t, p.MediaTypes, 5)

	// What one caller does to a profile is not seen by another.
	p.MediaTypes[0], p.ActiveContent["script"] = "text/html", "allow"
	q := scan.DefaultProfile()
	require.Equal(t, "application/pdf", q.MediaTypes[0])
	require.Equal(t, scan.SeverityError, q.ActiveContent["script"])
}

// A profile is written by people: each field can be wrong, and the error says
// which one is.
func TestLoadProfileNamesField(t *testing.T) {
	t.Parallel()
	cases := map[string][]any{
		"version":           {"", nil},
		"source":            {""},
		"media_types":       {[]string{}, []string{"text/html"}, []string{"image/png", "image/png"}, nil},
		"max_bytes":         {0, -1, 1 << 40},
		"max_pages":         {0, 100000},
		"max_page_pixels":   {0, 1 << 40},
		"max_pdf_objects":   {0, 1 << 40},
		"page_long_side_in": {0, 1000},
		"min_dpi":           {map[string]float64{"warn": 100, "error": 180}, map[string]float64{"warn": 100}, nil},
		"sharpness":         {map[string]float64{"warn": 0.6, "error": 0.1}},
		"contrast":          {map[string]float64{"warn": 256, "error": 1}},
		"grain":             {map[string]float64{"warn": 300, "error": 1}},
		"darkness":          {map[string]float64{"warn": -1, "error": -2}},
		"brightness":        {0, 300},
		"blankness":         {0, 0.9},
		"skew":              {map[string]float64{"warn": 5, "error": 2}, map[string]float64{"warn": 5, "error": 60}},
		"min_stripes":       {0, 1000},
		"sideways":          {map[string]float64{"warn": 5, "error": 2}, nil},
		"upside_down":       {0, 1.5},
		"cut_ends":          {map[string]float64{"warn": 0, "error": 2}},
		"same_page":         {0, 0.5},
		"active_content": {
			map[string]string{"script": "error", "launch": "error", "attachment": "error"},
			map[string]string{"script": "perhaps", "launch": "error", "attachment": "error", "dynamic_form": "error"},
			map[string]string{"script": "error", "launch": "error", "attachment": "error", "dynamic_form": "error", "macro": "error"},
		},
		"seen_before": {map[string]int{"bits": 8, "common": 5}, map[string]int{"bits": 3, "common": 1}, map[string]int{"bits": -1, "common": 5}, nil},
		"signatures": {
			map[string]string{"broken": "error", "changed": "warn", "expired": "warn"},
			map[string]string{"broken": "perhaps", "changed": "warn", "expired": "warn", "unread": "warn"},
			map[string]string{"broken": "error", "changed": "warn", "expired": "warn", "unread": "warn", "ugly": "warn"},
		},
	}
	good, err := os.ReadFile("profile.json")
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(good, &fields))
	for field := range fields {
		require.NotEmpty(t, cases[field], "%s has no case here", field)
	}
	for field, values := range cases {
		for _, v := range values {
			var changed map[string]any
			require.NoError(t, json.Unmarshal(good, &changed))
			if changed[field] = v; v == nil {
				delete(changed, field)
			}
			data, err := json.Marshal(changed)
			require.NoError(t, err)
			_, err = scan.LoadProfile(strings.NewReader(string(data)))
			require.ErrorContains(t, err, field, "%s = %v", field, v)
		}
	}
}

func TestLoadProfileStrict(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("profile.json")
	require.NoError(t, err)
	for name, text := range map[string]string{
		"unknown field": strings.Replace(string(good), `"version"`, `"colour": 1, "version"`, 1),
		"more after":    string(good) + "{}",
		"half":          string(good[:len(good)/2]),
		"empty":         "",
		"wrong type":    strings.Replace(string(good), `"max_pages": 100`, `"max_pages": "100"`, 1),
	} {
		_, err := scan.LoadProfile(strings.NewReader(text))
		require.Error(t, err, name)
	}
}
