package api

import (
	"slices"

	"hoso/internal/catalogue"
)

// authority takes the authority that the clerk named, or finds the one that is
// competent for the applicant's area, or else the office's.
func (f *filing) authority() {
	if f.in.Authority != "" {
		a, known := f.cat.Authority(f.in.Authority, f.day)
		switch {
		case !known:
			f.wrong("/authority", "authority_unknown")
		case !decides(a, f.proc):
			f.wrong("/authority", "authority_not_competent")
		}
		f.out.Authority = a.ID
		return
	}
	area := f.in.Applicant.Area
	if area == "" {
		area = f.out.Area
	}
	id, only := nearest(f.cat.Competent(f.proc, area, f.day))
	if !only {
		f.wrong("/authority", "authority_required")
	}
	f.out.Authority = id
}

// decides says whether the procedure is of the authority's level and field. A
// citizen may choose another area's authority, so areas do not matter here.
func decides(a catalogue.Authority, p catalogue.Procedure) bool {
	return slices.Contains(p.DecidedAt, a.Level) && (len(a.Fields) == 0 || slices.Contains(a.Fields, p.Field))
}

// nearest gives the only authority of the nearest level. Several of that level
// mean that somebody must choose.
func nearest(found []catalogue.Authority) (id string, only bool) {
	if len(found) == 0 || len(found) > 1 && found[1].Level == found[0].Level {
		return "", false
	}
	return found[0].ID, true
}
