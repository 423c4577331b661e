package main

import (
	"maps"
	"strings"
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
)

func TestAttributesGetColumns(t *testing.T) {
	t.Parallel()
	const (
		keyword = enumspb.INDEXED_VALUE_TYPE_KEYWORD
		boolean = enumspb.INDEXED_VALUE_TYPE_BOOL
	)
	type types = map[string]enumspb.IndexedValueType
	for name, tc := range map[string]struct {
		have   map[string]string // column to name
		wanted types
		want   map[string]string
		says   string
	}{
		"none at all":           {nil, nil, map[string]string{}, ""},
		"in the order of names": {nil, types{"Stage": keyword, "Office": keyword, "Overdue": boolean}, map[string]string{"Keyword01": "Office", "Keyword02": "Stage", "Bool01": "Overdue"}, ""},
		"there already":         {map[string]string{"Keyword05": "Stage"}, types{"Stage": keyword}, map[string]string{"Keyword05": "Stage"}, ""},
		"one more":              {map[string]string{"Keyword01": "Stage"}, types{"Stage": keyword, "Area": keyword}, map[string]string{"Keyword01": "Stage", "Keyword02": "Area"}, ""},
		"no longer asked for":   {map[string]string{"Keyword01": "Stage"}, types{"Area": keyword}, map[string]string{"Keyword01": "Stage", "Keyword02": "Area"}, ""},
		"another type":          {map[string]string{"Keyword01": "Stage"}, types{"Stage": boolean}, nil, "is Keyword in this database, not Bool"},
		"too many":              {nil, types{"A": boolean, "B": boolean, "C": boolean, "D": boolean}, nil, "every column of type Bool is taken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := maps.Clone(tc.have)
			got, err := addAttributes(tc.have, tc.wanted)
			if tc.says != "" {
				if err == nil || !strings.Contains(err.Error(), tc.says) {
					t.Errorf("got %v, %v; want an error with %q", got, err, tc.says)
				}
				return
			}
			if err != nil || !maps.Equal(got, tc.want) {
				t.Errorf("got %v, %v; want %v", got, err, tc.want)
			}
			if !maps.Equal(before, tc.have) {
				t.Errorf("what was given changed to %v", tc.have)
			}
		})
	}
}
