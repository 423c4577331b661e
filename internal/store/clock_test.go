package store_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

// clock is a clock that stands until it is moved.
type clock struct {
	mu   sync.Mutex
	at   time.Time
	tick time.Duration // added at each look
}

// moment is where every clock starts: a Wednesday morning in Hà Nội, with more
// digits than a database keeps.
var moment = time.Date(2025, 2, 5, 9, 30, 0, 123456789, dossier.Zone)

func newClock() *clock { return &clock{at: moment} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.at
	c.at = c.at.Add(c.tick)
	return now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// keep is a time as both databases keep it.
func keep(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func keepP(t time.Time) *time.Time {
	k := keep(t)
	return &k
}

// requireKept walks through a value and finds every time that is not in UTC with
// microseconds, as the store promises to give it.
func requireKept(t *testing.T, v any) {
	t.Helper()
	times := 0
	walk(reflect.ValueOf(v), "", func(path string, at time.Time) {
		times++
		require.Equal(t, time.UTC, at.Location(), path)
		require.Equal(t, keep(at), at, path)
	})
	require.Positive(t, times, "no time in %T", v)
}

func walk(v reflect.Value, path string, seen func(string, time.Time)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), path, seen)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), seen)
		}
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			if !at.IsZero() {
				seen(path, at)
			}
			return
		}
		for i := range v.NumField() {
			walk(v.Field(i), strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), seen)
		}
	default:
	}
}
