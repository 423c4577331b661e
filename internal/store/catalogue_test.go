package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/store"
)

// sample is a part of the built-in catalogue, copied so that a test may change it.
func sample(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Default()
	require.NoError(t, err)
	own := *c
	own.Procedures, own.Offices, own.Networks = slices.Clone(c.Procedures[:5]), slices.Clone(c.Offices[:5]), slices.Clone(c.Networks)
	own.Areas, own.Authorities = c.Areas[:5], c.Authorities[:5]
	return &own
}

// load loads a catalogue a second later than the last one.
func (f *fixture) load(c *catalogue.Catalogue) int {
	f.t.Helper()
	f.clock.add(time.Second)
	n, err := f.LoadCatalogue(f.t.Context(), c)
	require.NoError(f.t, err)
	return n
}

func TestLoadCatalogue(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		empty, err := f.Catalogue(ctx)
		require.NoError(t, err)
		require.Equal(t, &catalogue.Catalogue{}, empty)
		stamp, err := f.CatalogueStamp(ctx)
		require.NoError(t, err)
		require.Empty(t, stamp)

		c, err := catalogue.Default()
		require.NoError(t, err)
		entries := len(c.Procedures) + len(c.Offices) + len(c.Networks) + len(c.Carriers) + len(c.Authorities) + len(c.Areas) + len(c.Clocks)
		require.Equal(t, entries, f.load(c))
		require.Equal(t, entries, f.count("catalogue_entries", ""))
		require.Zero(t, f.load(c), "the same again")
		back, err := f.Catalogue(ctx)
		require.NoError(t, err)
		require.Zero(t, f.load(back), "what is read is what was loaded")
		require.Equal(t, []int{len(c.Procedures), len(c.Offices), len(c.Networks), len(c.Carriers), len(c.Authorities), len(c.Areas), len(c.Clocks)},
			[]int{len(back.Procedures), len(back.Offices), len(back.Networks), len(back.Carriers), len(back.Authorities), len(back.Areas), len(back.Clocks)})

		want := c.Procedures[0]
		got, err := f.Procedure(ctx, want.Code, want.Validity.From)
		require.NoError(t, err)
		require.Equal(t, []any{want.Name, want.Version, len(want.Cases)}, []any{got.Name, got.Version, len(got.Cases)})
		_, err = f.Procedure(ctx, want.Code, "1945-09-02")
		require.ErrorIs(t, err, store.ErrNotFound)
		f.exec("INSERT INTO catalogue_entries (kind, code, valid_from, body, loaded_at) VALUES ('holiday', 'x', '', 'not for us', ?)", keep(moment))
		_, err = f.Catalogue(ctx)
		require.NoError(t, err, "a newer program's kind")
		f.exec("UPDATE catalogue_entries SET body = '{' WHERE kind = 'network'")
		_, err = f.Catalogue(ctx)
		require.ErrorContains(t, err, "network "+"fpt")
		f.exec("UPDATE catalogue_entries SET body = '{' WHERE kind = 'procedure'")
		_, err = f.open(2).Procedure(ctx, want.Code, want.Validity.From) // who has read it goes by what it read
		require.ErrorContains(t, err, want.Code)
	})
}

func TestOfficesAndAuthoritiesOfADay(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		c := sample(t)
		era := func(name, from, to string) (catalogue.Office, catalogue.Authority) {
			v := catalogue.Validity{From: from, To: to}
			return catalogue.Office{ID: "VNPNEW", Name: name, Validity: v}, catalogue.Authority{ID: "H26.99", Name: name, Validity: v}
		}
		old, oldAuthority := era("cũ", "2025-01-01", "2025-07-01")
		fresh, freshAuthority := era("mới", "2025-07-01", "")
		c.Offices, c.Authorities = append(c.Offices, old, fresh), append(slices.Clone(c.Authorities), oldAuthority, freshAuthority)
		f.load(c)
		for day, want := range map[string]string{"2024-12-31": "", "2025-01-01": "cũ", "2025-06-30": "cũ", "2025-07-01": "mới", "2030-01-01": "mới"} {
			office, err := f.Office(t.Context(), "VNPNEW", day)
			authority, err2 := f.Authority(t.Context(), "H26.99", day)
			if want == "" {
				require.ErrorIs(t, err, store.ErrNotFound, day)
				require.ErrorIs(t, err2, store.ErrNotFound, day)
				continue
			}
			require.NoError(t, err, day)
			require.NoError(t, err2, day)
			require.Equal(t, []string{want, want}, []string{office.Name, authority.Name}, day)
		}
	})
}

func TestAPublishedVersionCannotChange(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.load(sample(t))
		before, err := f.Catalogue(ctx)
		require.NoError(t, err)
		for name, change := range map[string]func(*catalogue.Procedure){
			"name":        func(p *catalogue.Procedure) { p.Name += "." },
			"version":     func(p *catalogue.Procedure) { p.Version = "999/QĐ-BTP" },
			"term":        func(p *catalogue.Procedure) { p.Term.N++ },
			"fees":        func(p *catalogue.Procedure) { p.Fees = append(slices.Clone(p.Fees), catalogue.Fee{Name: "x"}) },
			"name, ended": func(p *catalogue.Procedure) { p.Name, p.Validity.To = p.Name+".", "2030-01-01" },
		} {
			c := sample(t)
			last := len(c.Procedures) - 1
			change(&c.Procedures[last])
			c.Networks[0].Name = "another" // loaded as a whole or not at all
			_, err := f.LoadCatalogue(ctx, c)
			require.ErrorIs(t, err, store.ErrPublished, name)
			require.ErrorContains(t, err, c.Procedures[last].Code, name)
			after, err := f.Catalogue(ctx)
			require.NoError(t, err)
			require.Equal(t, before, after, name)
		}
	})
}

func TestWhatMayChange(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		c := sample(t)
		f.load(c)
		stamps := map[string]bool{}
		changed := func(what string, want int) {
			t.Helper()
			require.Equal(t, want, f.load(c), what)
			stamp, err := f.open(1).CatalogueStamp(ctx)
			require.NoError(t, err)
			require.Equal(t, want == 0, stamps[stamp], "%s: the stamp changes with the catalogue and only then", what)
			stamps[stamp] = true
		}
		first, err := f.CatalogueStamp(ctx)
		require.NoError(t, err)
		stamps[first] = true
		changed("nothing", 0)

		old := c.Procedures[0]
		c.Procedures[0].Validity.To = "2030-01-01"
		fresh := old
		fresh.Version, fresh.Validity = "999/QĐ-BTP", catalogue.Validity{From: "2030-01-01"}
		c.Procedures = append(c.Procedures, fresh)
		changed("a version ended and a new one", 2)
		got, err := f.Procedure(ctx, old.Code, old.Validity.From)
		require.NoError(t, err)
		require.Equal(t, []string{old.Version, "2030-01-01"}, []string{got.Version, got.Validity.To}, "a dossier still finds its version")
		got, err = f.Procedure(ctx, old.Code, "2030-01-01")
		require.NoError(t, err)
		require.Equal(t, "999/QĐ-BTP", got.Version)
		changed("nothing", 0)

		c.Offices[0].Address = "chỗ mới"
		changed("an office moved", 1)
		c.Networks[0].Name = "tên mới"
		changed("a network renamed", 1)
		f.clock.add(-time.Hour)
		c.Networks[0].Name = "tên khác"
		changed("by a machine whose clock is behind", 1)
		c.Offices = append(c.Offices, catalogue.Office{ID: "VNPNEW", Network: "vnpost", Validity: catalogue.Validity{From: "2026-12-01"}})
		changed("a new office", 1)
		c.Offices = c.Offices[:len(c.Offices)-1]
		changed("left out of the files", 0)
		back, err := f.Catalogue(ctx)
		require.NoError(t, err)
		_, ok := back.Office("VNPNEW", "2026-12-02")
		require.True(t, ok, "what dossiers may name is never deleted")
	})
}

// A version published before components had conditions may get them once, and
// nothing else with them.
func TestAPublishedVersionMayGainConditions(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		f.load(sample(t))
		with := func(word string) *catalogue.Catalogue {
			c := sample(t)
			p := &c.Procedures[len(c.Procedures)-1] // its lists are shared with everybody's catalogue
			p.Cases = slices.Clone(p.Cases)
			p.Cases[0].Components = slices.Clone(p.Cases[0].Components)
			k := &p.Cases[0].Components[0]
			k.When = &dossier.Condition{Field: "mandate.kind", In: []string{word}}
			return c
		}
		changed, err := f.LoadCatalogue(t.Context(), with("self"))
		require.NoError(t, err)
		require.Equal(t, 1, changed)
		_, err = f.LoadCatalogue(t.Context(), with("assisted"))
		require.ErrorIs(t, err, store.ErrPublished, "from here on it is part of the version")
		_, err = f.LoadCatalogue(t.Context(), sample(t))
		require.ErrorIs(t, err, store.ErrPublished)
	})
}

func TestWanted(t *testing.T) {
	t.Parallel()
	require.Equal(t, []dossier.Wanted{
		{Code: "to-khai", Required: true, Forms: []dossier.Form{dossier.FormScan, dossier.FormPaperOriginal}},
		{Code: "giay-uy-quyen", PaperDemanded: true},
	}, store.Wanted(catalogue.Case{Components: []catalogue.Component{
		{Code: "to-khai", Required: true, Forms: []string{"scan", "paper_original"}}, {Code: "giay-uy-quyen", PaperDemanded: true},
	}}))
}

// What has been read serves until another catalogue is loaded, by whomever.
func TestEntriesAreReadAnewWhenTheCatalogueChanges(t *testing.T) {
	t.Parallel()
	run(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		c := sample(t)
		_, err := f.LoadCatalogue(ctx, c)
		require.NoError(t, err)
		o := c.Offices[0]
		name := func(s *store.Store) string {
			got, err := s.Office(ctx, o.ID, o.Validity.From)
			require.NoError(t, err)
			return got.Name
		}
		other := f.open(2)
		require.Equal(t, []string{o.Name, o.Name}, []string{name(f.Store), name(other)})
		f.clock.add(time.Second)
		c.Offices[0].Name = "Bưu điện khác"
		changed, err := f.LoadCatalogue(ctx, c)
		require.NoError(t, err)
		require.Equal(t, 1, changed)
		require.Equal(t, "Bưu điện khác", name(f.Store), "whoever loads it has it at once")
		require.Eventually(t, func() bool { return name(other) == "Bưu điện khác" }, 10*time.Second, 50*time.Millisecond, "others by the stamp")
	})
}

// An entry is that of its day, and however many days are asked for, there is an
// end to what is kept.
func TestEntriesAreKeptByDay(t *testing.T) {
	t.Parallel()
	f := &fixture{t: t, url: migratedSQLite(t), clock: newClock()}
	f.Store = f.open(2)
	c := sample(t)
	moved := c.Offices[0]
	moved.Name, moved.Validity.From = "Bưu điện mới", "2031-01-01"
	c.Offices[0].Validity.To = moved.Validity.From
	c.Offices = append(c.Offices, moved)
	f.load(c)
	first := time.Date(2030, 12, 20, 0, 0, 0, 0, time.UTC)
	for i := range store.EntriesMost + 10 {
		day := first.AddDate(0, 0, i).Format(time.DateOnly)
		want := c.Offices[0].Name
		if day >= moved.Validity.From {
			want = moved.Name
		}
		for range 2 {
			got, err := f.Office(t.Context(), moved.ID, day)
			require.NoError(t, err)
			require.Equal(t, want, got.Name, day)
		}
		require.LessOrEqual(t, f.EntriesKept(), store.EntriesMost)
	}
	require.NotZero(t, f.EntriesKept())
}
