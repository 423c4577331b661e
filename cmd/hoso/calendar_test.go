package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/activities"
	"hoso/internal/calendar"
	"hoso/internal/dossier"
	"hoso/internal/program"
	"hoso/internal/register"
	"hoso/internal/store"
)

// rewrite changes words of a file.
func rewrite(t *testing.T, file string, pairs ...string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, string(raw), pairs[i])
	}
	require.NoError(t, os.WriteFile(file, []byte(strings.NewReplacer(pairs...).Replace(string(raw))), 0o600))
}

// editedCalendars writes the calendars in force and gives the authority's file.
func (s *shell) editedCalendars() (dir, file string) {
	s.t.Helper()
	dir = filepath.Join(s.t.TempDir(), "calendars")
	s.must("calendar", "write", dir)
	found, err := filepath.Glob(filepath.Join(dir, "ha-noi*.json"))
	require.NoError(s.t, err)
	require.Len(s.t, found, 1)
	return dir, found[0]
}

// dayOff makes 14 February 2025, a Friday, a day off in another version.
var dayOff = []string{`"version": "2026.2"`, `"version": "2026.3"`,
	`"days_off": [`, `"days_off": [{"date": "2025-02-14", "name": "Ngày nghỉ thử", "source": "thử"},`}

func TestCalendarsAreWrittenEditedCheckedAndLoaded(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	dir, file := s.editedCalendars()
	s.golden("calendar-check", s.must("calendar", "check", dir))
	s.fails("is there already and stays as it is", "calendar", "write", dir)
	require.Equal(t, "0 calendars new or changed\n", s.must("calendar", "load", dir), "what is in force is no change")

	due := []string{"calendar", "due", "--received", "2025-02-10T09:30:00+07:00", "--n", "5", "--unit", "working_day"}
	s.golden("calendar-due", s.must(due...))
	require.Contains(t, s.must(append(due, "--lang", "en")...), "17 Feb")

	first := dayOff[2] // of the first year only
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	edited := strings.Replace(string(raw), first, dayOff[3], 1)
	require.NoError(t, os.WriteFile(file, []byte(edited), 0o600))
	_, errs, err := s.run("calendar", "load", dir)
	require.ErrorIs(t, err, errTold)
	require.Contains(t, errs, "version 2026.2: is in force with another content")

	rewrite(t, file, dayOff[0], dayOff[1])
	require.Contains(t, s.must("calendar", "load", dir), "1 calendars new or changed\n")
	require.Contains(t, s.must(due...), "18/2", "the day off counts")

	other, err := filepath.Glob(filepath.Join(dir, "dai-ly*.json"))
	require.NoError(t, err)
	rewrite(t, file, `"version": "2026.3"`, `"version": "2026.4"`, `"morning": "08:00-12:00"`, `"morning": "12:00-08:00"`)
	rewrite(t, other[0], `"networks"`, `"planets"`)
	for _, command := range []string{"check", "load"} {
		out, errs, err := s.run("calendar", command, dir)
		require.ErrorIs(t, err, errTold)
		require.Empty(t, out)
		require.Regexp(t, `(?m)^dai-ly[^:]*\.json:6: `, errs)
		require.Regexp(t, `(?m)^ha-noi[^:]*\.json:\d+: hours`, errs)
		require.Contains(t, errs, "2 faults; what is in force stays")
	}
	require.Contains(t, s.must(due...), "18/2", "the version in force stays")
	s.fails("there is no folder /none", "calendar", "check", "/none")
	s.fails("--received must be a time", "calendar", "due", "--received", "today", "--n", "1")
	s.fails("is not positive", "calendar", "due", "--received", "2025-02-10T09:30:00+07:00", "--n", "0")
}

func TestAPartOfTheCalendarsIsLoadedBesideTheRest(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	dir, file := s.editedCalendars()
	alone := filepath.Join(t.TempDir(), "alone")
	require.NoError(t, os.Mkdir(alone, 0o700))
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	ward := strings.NewReplacer(`"id": "ha-noi"`, `"id": "phuong"`, `{"authorities": ["H26"]}`, `{"authorities": ["H26.12.03"]}`).Replace(string(raw))
	require.NoError(t, os.WriteFile(filepath.Join(alone, "phuong.json"), []byte(ward), 0o600))
	require.Contains(t, s.must("calendar", "load", alone), "1 calendars new or changed\n")
	_, errs, err := s.run("calendar", "load", dir)
	require.NoError(t, err, errs)

	again := filepath.Join(t.TempDir(), "again")
	require.Len(t, strings.Split(strings.TrimSpace(s.must("calendar", "write", again)), "\n"), 3, "the built-in ones stay in force")
	rewrite(t, filepath.Join(alone, "phuong.json"), `"id": "phuong"`, `"id": "xa"`)
	_, errs, err = s.run("calendar", "load", alone)
	require.ErrorIs(t, err, errTold)
	require.Contains(t, errs, "is served by phuong on the same days", "what is in force counts too")
}

// accepted files dossiers whose term of five working days began on Monday, 10
// February 2025, and gives their codes.
func (s *shell) accepted(r *store.Store, n int) (codes []string) {
	s.t.Helper()
	for i := range n {
		key := "file-" + string(rune('a'+i))
		a, err := r.File(s.t.Context(), store.Request{Subject: "an", Role: "clerk", Key: key, Digest: key, Kind: "file"}, store.NewDossier{
			Filing: dossier.Filing{Procedure: "2.000635", Case: "default", Authority: "H26.12.03", Quantity: 1,
				Applicant: dossier.Person{Kind: dossier.Citizen, FullName: "Nguyễn Văn Mẫu", CitizenID: "001090000001", DateOfBirth: "1990-01-01", Phone: "0900000123"},
				Delivery:  dossier.Delivery{Method: dossier.AtCounter}},
			Office: "VNPHKI", Network: "vnpost", Area: "002", Clerk: "an", ProcedureVersion: "163/QĐ-BTP", ProcedureFrom: "2025-01-01",
		}, func(d store.Dossier) store.Answer { return store.Answer{Status: 201} })
		require.NoError(s.t, err)
		received := time.Date(2025, 2, 10, 9, 0, 0, 0, dossier.Zone)
		s.happens(r, a.Location, register.Transition{Kind: "status", Actor: "portal", Clock: &register.ClockEvent{Kind: register.ClockReceived, At: received, FeeOwed: false}},
			func(t *register.Transition) {
				t.After.Stage, t.After.Status, t.After.ReceivedAt = dossier.StageDecision, dossier.Accepted, &received
				t.After.Waiting = register.Waiting{Who: dossier.WhoAuthority, What: dossier.WhatDecision}
			})
		codes = append(codes, a.Location)
	}
	return codes
}

// happens plays the workflow and its activity: the next step of a dossier.
func (s *shell) happens(r *store.Store, code string, t register.Transition, change func(*register.Transition)) {
	s.t.Helper()
	at, err := r.Snapshot(s.t.Context(), code)
	require.NoError(s.t, err)
	t.Code, t.Step, t.After = code, at.Step+1, at.Position
	if change != nil {
		change(&t)
	}
	calendars := func(ctx context.Context) (*calendar.Book, error) { return program.CalendarBook(ctx, r) }
	_, err = (&activities.Activities{Store: r, Calendars: calendars}).RecordTransition(s.t.Context(), t)
	require.NoError(s.t, err)
}

// The calendar changes; the dates that it moves are counted anew, once, for all
// to see.
func TestDatesAreCountedAnewWhenTheCalendarChanges(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	r, err := store.Open("sqlite:"+filepath.Join(s.data, "hoso.db"), store.Options{})
	require.NoError(t, err)
	defer r.Close() //nolint:errcheck // a test's
	codes := s.accepted(r, 3)
	s.happens(r, codes[2], register.Transition{Kind: "status", Actor: "portal", Clock: &register.ClockEvent{Kind: register.ClockStop, At: time.Now()}},
		func(t *register.Transition) { t.After.Status = dossier.Resolved })
	before, err := r.Dossier(t.Context(), store.Scope{All: true}, codes[0])
	require.NoError(t, err)
	require.Equal(t, "2 terms looked at; no date moves\n", s.must("calendar", "recompute", "--dry-run"))

	dir, file := s.editedCalendars()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	offDay := before.DueAt.In(dossier.Zone).Format(time.DateOnly)
	edited := strings.Replace(string(raw), dayOff[2], strings.Replace(dayOff[3], "2025-02-14", offDay, 1), 1)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(edited, dayOff[0], dayOff[1], 1)), 0o600))
	s.must("calendar", "load", dir)

	dry := s.must("calendar", "recompute", "--dry-run")
	require.Contains(t, dry, codes[0])
	require.Contains(t, dry, "     2  1 day later\n2 terms looked at; 2 dates would move; nothing was changed\n")
	require.Empty(t, s.orders(r), "a dry run orders nothing")
	s.fails("--reason is needed", "calendar", "recompute")
	s.fails("nam is no admin", "calendar", "recompute", "--reason", "x", "--subject", "nam")

	require.Contains(t, s.must("calendar", "recompute", "--reason", "Phương án nghỉ mới"), "2 dates move: 2 ordered now, 0 ordered before\n")
	require.Contains(t, s.must("calendar", "recompute", "--reason", "Lần nữa"), "2 dates move: 0 ordered now, 2 ordered before\n", "asked once")
	orders := s.orders(r)
	require.Len(t, orders, 2)
	for _, op := range orders {
		require.Equal(t, []string{"operator", "admin", "deadline"}, []string{op.Subject, op.Role, op.Kind})
		require.JSONEq(t, `{"anew":true}`, op.Payload)
		s.happens(r, op.DossierCode, register.Transition{Kind: "due_recomputed", Operation: op.ID, TextID: op.TextID, Actor: op.Role,
			Clock: &register.ClockEvent{Kind: register.ClockRecompute, At: time.Now()}}, nil)
	}
	dates, err := r.DueDates(t.Context(), codes[0])
	require.NoError(t, err)
	require.Len(t, dates, 2)
	require.Equal(t, []string{"recompute", "2026.3", "admin"}, []string{dates[1].Kind, dates[1].CalendarVersion, dates[1].Role})
	require.True(t, dates[1].DueAt.After(dates[0].DueAt))
	texts, err := r.Texts(t.Context(), codes[0], []string{dates[1].TextID})
	require.NoError(t, err)
	require.Equal(t, "Phương án nghỉ mới", texts[dates[1].TextID])
	var why calendar.Derivation
	require.NoError(t, json.Unmarshal([]byte(dates[1].Derivation), &why))
	require.Contains(t, strings.Join(why.Sentences(calendar.Vietnamese), " "), "khi cơ quan không làm việc", "received on what is a day off now")
	require.Equal(t, "2 terms looked at; no date moves\n", s.must("calendar", "recompute", "--reason", "Xong"))
}

// orders are the commands that wait for the relay.
func (s *shell) orders(r *store.Store) []store.Operation {
	s.t.Helper()
	pool, err := r.Pool()
	require.NoError(s.t, err)
	rows, err := pool.QueryContext(s.t.Context(), "SELECT id FROM operations WHERE state = 'pending' ORDER BY dossier_code")
	require.NoError(s.t, err)
	defer rows.Close() //nolint:errcheck // read to the end
	var ids []string
	for rows.Next() {
		var id string
		require.NoError(s.t, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(s.t, rows.Err())
	var ops []store.Operation
	for _, id := range ids {
		op, err := r.Operation(s.t.Context(), id)
		require.NoError(s.t, err)
		ops = append(ops, op)
	}
	return ops
}
