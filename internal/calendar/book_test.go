package calendar_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/calendar"
)

func TestDefaultBookKnowsAuthoritiesAndAgents(t *testing.T) {
	t.Parallel()
	b := calendar.DefaultBook()
	day := at(t, "2025-02-05 09:30")
	for _, id := range []string{"H26", "H26.12.03"} {
		c, err := b.ForAuthority(id, day)
		require.NoError(t, err)
		require.Same(t, calendar.Default(), c)
	}
	for _, network := range []string{"vnpost", "viettelpost", "fpt"} {
		c, err := b.ForOffice("VNPHKI", network, day)
		require.NoError(t, err)
		require.Equal(t, "dai-ly", c.ID())
		require.Contains(t, c.Source(), "giả định")
	}
	for _, id := range []string{"H2", "H260", "", "."} {
		_, err := b.ForAuthority(id, day)
		require.ErrorIs(t, err, calendar.ErrNoCalendar, id)
	}
	_, err := b.ForOffice("X", "unheard", day)
	require.ErrorIs(t, err, calendar.ErrNoCalendar)
	_, err = b.ForAuthority("H26", at(t, "2024-12-31 09:30"))
	require.EqualError(t, err, "calendar: authority H26 on 2024-12-31: no calendar serves it")
	require.Len(t, b.All(), 2)
}

// The agents are open on Saturday mornings, the authority is not.
func TestTwoUnitsWithHoursOfTheirOwn(t *testing.T) {
	t.Parallel()
	b := calendar.DefaultBook()
	friday := at(t, "2025-02-07 17:30")
	authority, err := b.ForAuthority("H26.12.03", friday)
	require.NoError(t, err)
	agent, err := b.ForOffice("VNPHKI", "vnpost", friday)
	require.NoError(t, err)
	term := calendar.Term{N: 5, Unit: calendar.Hour}
	var g sync.WaitGroup
	for range 8 {
		g.Go(func() {
			for range 100 {
				of, err := authority.Derive(friday, term)
				other, wrong := agent.Derive(friday, term)
				if err != nil || wrong != nil || !of.Due.Equal(at(t, "2025-02-10 14:00")) || !other.Due.Equal(at(t, "2025-02-10 08:00")) {
					t.Errorf("%v %v, %v %v", of.Due, err, other.Due, wrong)
				}
			}
		})
	}
	g.Wait()
}

// unit makes a small calendar file.
func unit(id, version, validity, serves string) string {
	text := strings.Replace(good, `"id": "test", "version": "1", "source": "a test",`,
		fmt.Sprintf(`"id": %q, "version": %q, "source": "a test", "validity": %s,`+"\n"+`"for": %s,`, id, version, validity, serves), 1)
	return text
}

func folder(files ...string) fstest.MapFS {
	f := fstest.MapFS{"README.md": {Data: []byte("not a calendar")}}
	for i, text := range files {
		f[string(rune('a'+i))+".json"] = &fstest.MapFile{Data: []byte(text)}
	}
	return f
}

func TestTheNearestCalendarServes(t *testing.T) {
	t.Parallel()
	b, err := calendar.LoadBook(folder(
		unit("city", "1", `{"from": "2025-01-01", "to": "2026-01-01"}`, `{"authorities": ["H26"], "networks": ["vnpost"]}`),
		unit("city", "2", `{"from": "2026-01-01"}`, `{"authorities": ["H26"], "networks": ["vnpost"]}`),
		unit("ward", "1", `{"from": "2025-07-01"}`, `{"authorities": ["H26.12"], "offices": ["VNPHKI"]}`),
	))
	require.NoError(t, err)
	serving := func(c *calendar.Calendar, err error) string {
		require.NoError(t, err)
		return c.ID() + " " + c.Version()
	}
	june, july, next := at(t, "2025-06-30 23:59"), at(t, "2025-07-01 00:00"), at(t, "2026-01-01 00:00")
	require.Equal(t, "city 1", serving(b.ForAuthority("H26.12.03", june)))
	require.Equal(t, "ward 1", serving(b.ForAuthority("H26.12.03", july)))
	require.Equal(t, "city 1", serving(b.ForAuthority("H26.1", july)))
	require.Equal(t, "city 1", serving(b.ForAuthority("H26", at(t, "2025-12-31 23:59"))))
	require.Equal(t, "city 2", serving(b.ForAuthority("H26", next)))
	require.Equal(t, "ward 1", serving(b.ForOffice("VNPHKI", "vnpost", july)))
	require.Equal(t, "city 1", serving(b.ForOffice("VNPTAY", "vnpost", july)))

	kept, there := b.Find("city", "1")
	require.True(t, there)
	require.Equal(t, "1", kept.Version())
	_, there = b.Find("city", "3")
	require.False(t, there)

	again, err := calendar.NewBook(b.Files()...)
	require.NoError(t, err, "the files make the same book again")
	require.Len(t, again.All(), 3)
	authorities, networks, offices := again.All()[2].Serves()
	require.Equal(t, []string{"H26.12"}, authorities)
	require.Empty(t, networks)
	require.Equal(t, []string{"VNPHKI"}, offices)
}

func TestBooksAreRefused(t *testing.T) {
	t.Parallel()
	always, h26 := `{"from": "2025-01-01"}`, `{"authorities": ["H26"]}`
	for name, tt := range map[string]struct {
		files []string
		want  string
	}{
		"none": {nil, "calendar: there are no calendar files"},
		"two versions at once": {[]string{unit("city", "1", always, h26), unit("city", "2", `{"from": "2026-01-01"}`, h26)},
			"calendar: b.json: line 2: validity: overlaps that of version 1"},
		"the same version twice": {[]string{unit("city", "1", `{"from": "2025-01-01", "to": "2026-01-01"}`, h26), unit("city", "1", `{"from": "2026-01-01"}`, h26)},
			"calendar: b.json: line 1: version 1: there is another file of city with this version"},
		"two calendars for an authority": {[]string{unit("city", "1", always, h26), unit("ward", "1", always, h26)},
			"calendar: b.json: line 3: for authorities H26: is served by city on the same days"},
		"two calendars for an office": {[]string{unit("x", "1", always, `{"offices": ["A", "B"]}`), unit("y", "1", always, `{"offices": ["B"]}`)},
			"calendar: b.json: line 3: for offices B: is served by x on the same days"},
		"a bad file": {[]string{unit("city", "1", always, h26), unit("x", "1", always, `{"planets": ["Mars"]}`)},
			`calendar: b.json: line 3: unknown field "planets"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := calendar.LoadBook(folder(tt.files...))
			require.Nil(t, b)
			require.EqualError(t, err, tt.want)
			var wrong *calendar.LoadError
			require.ErrorAs(t, err, &wrong)
		})
	}
}

// What differs from day to day: the make-up Saturday is a whole day, and a
// Saturday of its own a morning.
func TestSaturdayMornings(t *testing.T) {
	t.Parallel()
	text := strings.Replace(good, `"afternoon": "13:00-17:00",`, `"afternoon": "13:00-17:00", "days": {"saturday": {"morning": "07:30-11:30", "source": "a notice"}},`, 1)
	text = strings.Replace(text, `["saturday", "sunday"]`, `["sunday"]`, 1)
	text = strings.Replace(text, `{"date": "2025-04-26", "name": "for 2 May", "source": "a plan"}`, `{"date": "2025-04-27", "for": "2025-05-02", "name": "for 2 May", "source": "a plan"}`, 1)
	c, err := calendar.Load(strings.NewReader(text))
	require.NoError(t, err)
	for received, want := range map[string]string{
		"2025-02-07 16:00": "2025-02-10 09:00", // Friday: 1 hour, Saturday: 4, Monday: 1
		"2025-02-08 10:00": "2025-02-10 13:30", // lunch on Monday
		"2025-04-26 11:00": "2025-04-27 14:30", // the make-up Sunday is whole
	} {
		due, err := c.Due(at(t, received), calendar.Term{N: 6, Unit: calendar.Hour})
		require.NoError(t, err)
		require.Equal(t, want, due.Format("2006-01-02 15:04"), received)
	}
	due, err := c.Due(at(t, "2025-02-07 09:30"), calendar.Term{N: 1, Unit: calendar.WorkingDay})
	require.NoError(t, err)
	require.Equal(t, "2025-02-08 11:30", due.Format("2006-01-02 15:04"), "due when the short day closes")
	open, err := c.OfficeTime(at(t, "2025-02-07 00:00"), at(t, "2025-02-09 00:00"))
	require.NoError(t, err)
	require.Equal(t, 12*time.Hour, open)
}

// An admin mends all files at once and not one after the other.
func TestEveryFileHasItsFaultNamed(t *testing.T) {
	t.Parallel()
	always, h26 := `{"from": "2025-01-01"}`, `{"authorities": ["H26"]}`
	faults := calendar.CheckBook(
		calendar.File{Name: "a.json", Data: []byte(unit("city", "1", always, h26))},
		calendar.File{Name: "b.json", Data: []byte("{")},
		calendar.File{Name: "c.json", Data: []byte(unit("city", "2", always, h26))},
		calendar.File{Name: "d.json", Data: []byte(unit("ward", "1", `{"from": "2025-01-01", "to": "2025-07-01"}`, `{"offices": ["VNPHKI"]}`))})
	require.Len(t, faults, 2)
	require.Equal(t, "b.json", faults[0].File)
	require.Equal(t, "calendar: c.json: line 2: validity: overlaps that of version 1", faults[1].Error())

	c, err := calendar.Load(strings.NewReader(unit("x", "1", `{"from": "2025-01-01", "to": "2025-07-01"}`, h26)))
	require.NoError(t, err)
	from, to := c.Validity()
	require.Equal(t, []string{"2025-01-01", "2025-07-01"}, []string{from, to})
	from, to = calendar.Default().Validity()
	require.Equal(t, []string{"2025-01-01", ""}, []string{from, to})
}
