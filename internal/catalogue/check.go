package catalogue

import (
	"regexp"
	"slices"
)

var (
	procedureCode = regexp.MustCompile(`^\d\.\d{6}$`)
	resultCode    = regexp.MustCompile(`^KQ\.[A-Z]\d{2}\.\d{6}$`)
	officeID      = regexp.MustCompile(`^[A-Z0-9]{4,10}$`)
	authorityID   = regexp.MustCompile(`^[A-Z]\d{2}(\.\d{2}){0,3}$`)
	companyID     = regexp.MustCompile(`^[a-z][a-z0-9_]{1,31}$`)
	digits        = regexp.MustCompile(`^\d+$`)
	kebab         = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// check holds every record against the rules; c is the set's own records.
func (s *set) check(c *Catalogue) {
	for _, e := range s.procedures {
		s.checkProcedure(e.value, e.spot)
		s.checkClockOf(c, e.value, e.spot)
	}
	for _, e := range s.networks {
		s.checkCompany(e.value.ID, e.value.Name, e.spot)
	}
	for _, e := range s.carriers {
		s.checkCarrier(c, e.value, e.spot)
	}
	for _, e := range s.offices {
		s.checkOffice(c, e.value, e.spot)
	}
	for _, e := range s.authorities {
		s.checkAuthority(c, e.value, e.spot)
	}
	for _, e := range s.areas {
		s.checkArea(c, e.value, e.spot)
	}
	for _, e := range s.clocks {
		s.checkClock(e.value, e.spot)
	}
	s.checkUnique()
}

// checkUnique wants one record per code and day, and one record per version of a
// procedure: a dossier names its version and must find one.
func (s *set) checkUnique() {
	always := Validity{}
	unique(s, s.procedures, func(p Procedure) (string, Validity) { return p.Code, p.Validity })
	unique(s, s.networks, func(n Network) (string, Validity) { return n.ID, always })
	unique(s, s.carriers, func(k Carrier) (string, Validity) { return k.ID, always })
	unique(s, s.offices, func(o Office) (string, Validity) { return o.ID, o.Validity })
	unique(s, s.authorities, func(a Authority) (string, Validity) { return a.ID, a.Validity })
	unique(s, s.areas, func(a Area) (string, Validity) { return a.Code, a.Validity })
	unique(s, s.clocks, func(c Clock) (string, Validity) { return c.ID, c.Validity })

	versions := map[[2]string]spot{}
	for _, e := range s.procedures {
		key := [2]string{e.value.Code, e.value.Version}
		if first, twice := versions[key]; twice {
			s.fault(e.spot.at("version"), "version %q is already at %s:%d", e.value.Version, first.file, first.line())
			continue
		}
		versions[key] = e.spot
	}
}

func unique[T any](s *set, entries []entry[T], key func(T) (string, Validity)) {
	seen := map[string][]entry[T]{}
	for _, e := range entries {
		code, validity := key(e.value)
		for _, other := range seen[code] {
			if _, v := key(other.value); v.overlaps(validity) {
				s.fault(e.spot, "the same code is valid on the same days at %s:%d", other.spot.file, other.spot.line())
				break
			}
		}
		seen[code] = append(seen[code], e)
	}
}

func (r *report) checkValidity(v Validity, at spot) {
	at = at.at("validity")
	if !realDay(v.From) {
		r.fault(at.at("from"), "day %q is not in the calendar (wanted 2006-01-02)", v.From)
	}
	if v.To == "" {
		return
	}
	switch {
	case !realDay(v.To):
		r.fault(at.at("to"), "day %q is not in the calendar (wanted 2006-01-02)", v.To)
	case v.To <= v.From:
		r.fault(at.at("to"), "validity ends on %s, not after it begins on %s", v.To, v.From)
	}
}

// needText wants a field to hold something.
func (r *report) needText(value, field string, at spot) {
	if value == "" {
		r.fault(at.at(field), "%s is missing", field)
	}
}

// needWord wants one of the known words.
func (r *report) needWord(value string, known []string, what string, at spot) {
	if !slices.Contains(known, value) {
		r.fault(at, "%s %q unknown (known: %v)", what, value, known)
	}
}

// needWords wants a list of known words, none twice, not empty.
func (r *report) needWords(values, known []string, field, what string, at spot) {
	if len(values) == 0 {
		r.fault(at.at(field), "%s is missing", field)
	}
	for i, value := range values {
		here := at.at(field, i)
		r.needWord(value, known, what, here)
		if slices.Contains(values[:i], value) {
			r.fault(here, "%s %q twice", what, value)
		}
	}
}
