package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/namespace"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/common/primitives/timestamp"
	"go.temporal.io/server/common/searchattribute/sadefs"
)

// attributeName is what Temporal's query language takes without quotes.
var attributeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// splitPair cuts "name=value" at the first equals sign; both halves must be there.
func splitPair(flag, pair string) (name, value string, err error) {
	name, value, found := strings.Cut(pair, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !found || name == "" || value == "" {
		return "", "", fmt.Errorf("%s %q: write NAME=VALUE", flag, pair)
	}
	return name, value, nil
}

// parseNamespaces puts the default namespace first and drops repetitions: the
// SDK's helper names "default" explicitly.
func parseNamespaces(asked []string) ([]string, error) {
	names := []string{defaultNamespace}
	for _, name := range asked {
		name = strings.TrimSpace(name)
		if name == "" || name == primitives.SystemLocalNamespace {
			return nil, fmt.Errorf("--namespace %q: not a name you can use", name)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// parseAttributes reads NAME=TYPE pairs; the case of TYPE does not matter, as
// with the temporal CLI.
func parseAttributes(pairs []string) (map[string]enumspb.IndexedValueType, error) {
	attributes := make(map[string]enumspb.IndexedValueType, len(pairs))
	for _, pair := range pairs {
		name, typeName, err := splitPair("--search-attribute", pair)
		if err != nil {
			return nil, err
		}
		if !attributeName.MatchString(name) || sadefs.IsReserved(name) {
			return nil, fmt.Errorf("--search-attribute %q: not a name you can use", name)
		}
		valueType, ok := attributeType(typeName)
		if !ok {
			return nil, fmt.Errorf("--search-attribute %q: the type is Text, Keyword, Int, Double, Bool, Datetime or KeywordList", pair)
		}
		if before, twice := attributes[name]; twice && before != valueType {
			return nil, fmt.Errorf("--search-attribute %q: already asked for as %s", pair, before)
		}
		attributes[name] = valueType
	}
	return attributes, nil
}

func attributeType(name string) (enumspb.IndexedValueType, bool) {
	for known, number := range enumspb.IndexedValueType_shorthandValue {
		if number != 0 && strings.EqualFold(known, name) {
			return enumspb.IndexedValueType(number), true
		}
	}
	return 0, false
}

// parseRetention reads Go durations and days ("720h", "30d").
func parseRetention(text string) (time.Duration, error) {
	retention, err := timestamp.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("--retention %q: write it as 30d or 720h", text)
	}
	if retention < namespace.MinRetentionLocal {
		return 0, fmt.Errorf("--retention %q: Temporal keeps at least %s", text, namespace.MinRetentionLocal)
	}
	return retention, nil
}
