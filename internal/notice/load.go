package notice

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"hoso/internal/dossier"
)

//go:embed data/*.yaml
var files embed.FS

// Books are those in force, by their first day.
var Books = mustLoad(files)

func mustLoad(f fs.FS) []*Book {
	books, err := Load(f)
	if err != nil {
		panic(err) // a broken file of ours is a broken build
	}
	return books
}

// On is the book in force at a moment, by the day in Hà Nội. Before the first
// book there was no duty; the first one's words are used all the same.
func On(t time.Time) *Book { return on(Books, dossier.LocalDay(t)) }

func on(books []*Book, day string) *Book {
	found := books[0]
	for _, b := range books {
		if b.From <= day {
			found = b
		}
	}
	return found
}

// Version finds the book that a notification was begun with; the one in force
// now when there is none of that name any more.
func Version(name string, now time.Time) *Book {
	for _, b := range Books {
		if b.Version == name {
			return b
		}
	}
	return On(now)
}

// Load reads and checks every book below data/.
func Load(f fs.FS) ([]*Book, error) {
	names, err := fs.Glob(f, "data/*.yaml")
	if err != nil {
		return nil, err
	}
	var books []*Book
	for _, name := range names {
		raw, err := fs.ReadFile(f, name)
		if err != nil {
			return nil, err
		}
		b := new(Book)
		if err := yaml.UnmarshalWithOptions(raw, b, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("notice: %s: %w", name, err)
		}
		if err := b.check(); err != nil {
			return nil, fmt.Errorf("notice: %s: %w", name, err)
		}
		books = append(books, b)
	}
	slices.SortFunc(books, func(a, b *Book) int { return strings.Compare(a.From, b.From) })
	return books, follow(books)
}

// follow holds the validities against each other: one book after the other,
// neither two on a day nor none.
func follow(books []*Book) error {
	if len(books) == 0 {
		return errors.New("notice: no book")
	}
	versions := map[string]bool{}
	for i, b := range books {
		if versions[b.Version] {
			return fmt.Errorf("notice: version %s: given twice", b.Version)
		}
		versions[b.Version] = true
		switch last := i == len(books)-1; {
		case last && b.To != "":
			return fmt.Errorf("notice: version %s: to: the last book must not end", b.Version)
		case !last && b.To != books[i+1].From:
			return fmt.Errorf("notice: version %s: to: must be the first day of version %s", b.Version, books[i+1].Version)
		}
	}
	return nil
}

// check completes a book and refuses one that cannot be worked with.
func (b *Book) check() error {
	for field, err := range map[string]error{
		"version": need(b.Version != "", "is missing"), "source": need(b.Source != "", "is missing"),
		"from": day(b.From), "to": dayOrNone(b.To), "lang": need(slices.Contains(Langs(), b.Lang), "must be vi or en"),
		"channels": b.channels(), "parts": need(len(b.Parts) > 0, "is empty"),
		"after_unknown": need(b.AfterUnknown == StopAfterUnknown || b.AfterUnknown == NextAfterUnknown, "must be stop or next"),
		"retries":       b.Retries.check(), "sms": b.sms(),
	} {
		if err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
	}
	if err := b.complete(); err != nil {
		return err
	}
	return b.compile()
}

func need(ok bool, words string) error {
	if ok {
		return nil
	}
	return errors.New(words)
}

func day(text string) error {
	_, err := time.Parse(time.DateOnly, text)
	return need(err == nil, "must be a day such as 2026-07-01")
}

func dayOrNone(text string) error {
	if text == "" {
		return nil
	}
	return day(text)
}

func (b *Book) channels() error {
	seen := map[Channel]bool{}
	for _, c := range b.Channels {
		if !slices.Contains(AllChannels(), c) || seen[c] {
			return fmt.Errorf("%q is unknown or given twice", c)
		}
		seen[c] = true
	}
	return need(len(b.Channels) > 0, "is empty")
}

func (r Retries) check() error {
	return need(r.Tries >= 1 && r.First > 0 && r.Factor >= 1 && r.Longest >= r.First,
		"tries and factor must be 1 or more, first positive, longest no shorter than first")
}

func (b *Book) sms() (err error) {
	if b.SMS.Characters < 70 {
		return errors.New("characters: must be 70 or more")
	}
	if b.SMS.Numbers == "" {
		return errors.New("numbers: is missing")
	}
	if b.numbers, err = regexp.Compile(b.SMS.Numbers); err != nil {
		return fmt.Errorf("numbers: %w", err)
	}
	return nil
}

// complete says whether there are words for everything that can happen.
func (b *Book) complete() error {
	wanted := []Event{DueSet, DueMoved}
	for st := dossier.Registered; st.Valid(); st++ {
		wanted = append(wanted, Event(st.Name()))
	}
	for _, r := range b.Changes {
		if r.Kind == "" || r.Tell == "" {
			return errors.New("changes: kind and tell are needed")
		}
		wanted = append(wanted, r.Tell)
	}
	for _, e := range wanted {
		if _, ok := b.Words[e]; !ok {
			return fmt.Errorf("words: none for %s", e)
		}
	}
	for e := range b.Words {
		if !slices.Contains(wanted, e) {
			return fmt.Errorf("words: %s is never told", e)
		}
	}
	return nil
}
