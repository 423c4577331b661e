package catalogue

import "slices"

func (r *report) checkCompany(id, name string, at spot) {
	if !companyID.MatchString(id) {
		r.fault(at.at("id"), "id %q is not of small letters, digits and underscores", id)
	}
	r.needText(name, "name", at)
}

func (s *set) checkCarrier(c *Catalogue, k Carrier, at spot) {
	s.checkCompany(k.ID, k.Name, at)
	for i, id := range k.Networks {
		s.needNetwork(c, id, at.at("networks", i))
	}
}

func (s *set) checkOffice(c *Catalogue, o Office, at spot) {
	if !officeID.MatchString(o.ID) {
		s.fault(at.at("id"), "id %q is not of 4 to 10 capital letters and digits", o.ID)
	}
	s.needText(o.Name, "name", at)
	s.needText(o.Address, "address", at)
	s.needText(o.Source, "source", at)
	s.needNetwork(c, o.Network, at.at("network"))
	s.needArea(c, o.Area, o.Validity.From, at.at("area"))
	s.checkValidity(o.Validity, at)
}

func (s *set) checkAuthority(c *Catalogue, a Authority, at spot) {
	if !authorityID.MatchString(a.ID) {
		s.fault(at.at("id"), "id %q is not of the form H26.12.03", a.ID)
	}
	s.needText(a.Name, "name", at)
	s.needText(a.Source, "source", at)
	s.needWord(a.Level, append(Levels(), LevelCentre), "level", at.at("level"))
	if len(a.Areas) == 0 {
		s.fault(at.at("areas"), "areas is missing")
	}
	for i, code := range a.Areas {
		s.needArea(c, code, a.Validity.From, at.at("areas", i))
	}
	for i, field := range a.Fields {
		if !s.excused("procedure") && !slices.ContainsFunc(c.Procedures, func(p Procedure) bool { return p.Field == field }) {
			s.fault(at.at("fields", i), "no procedure is of the field %q", field)
		}
	}
	s.checkValidity(a.Validity, at)
}

func (s *set) checkArea(c *Catalogue, a Area, at spot) {
	s.needText(a.Name, "name", at)
	s.needText(a.Source, "source", at)
	s.checkValidity(a.Validity, at)
	of, known := kinds[a.Kind]
	if !known {
		s.fault(at.at("kind"), "kind %q unknown (known: %v)", a.Kind, AreaKinds())
		return
	}
	if !digits.MatchString(a.Code) || len(a.Code) != of.digits {
		s.fault(at.at("code"), "code %q of a %s is not of %d digits", a.Code, a.Kind, of.digits)
	}
	s.checkParent(c, a, of, at.at("parent"))
	s.checkSuccessors(c, a, at)
}

// checkParent wants a parent that stands nearer to the city: parents never run
// in a circle.
func (s *set) checkParent(c *Catalogue, a Area, of kind, at spot) {
	if of.depth == 0 {
		if a.Parent != "" {
			s.fault(at, "a %s has no parent", a.Kind)
		}
		return
	}
	if !s.needArea(c, a.Parent, a.Validity.From, at) {
		return
	}
	if parent, ok := c.Area(a.Parent, a.Validity.From); ok && kinds[parent.Kind].depth >= of.depth {
		s.fault(at, "a %s cannot be the parent of a %s", parent.Kind, a.Kind)
	}
}

// checkSuccessors wants successors only of what ends, and there on that day.
func (s *set) checkSuccessors(c *Catalogue, a Area, at spot) {
	if len(a.Successors) > 0 && a.Validity.To == "" {
		s.fault(at.at("successors"), "it has successors but no end")
		return
	}
	for i, code := range a.Successors {
		s.needArea(c, code, a.Validity.To, at.at("successors", i))
	}
}

func (s *set) needNetwork(c *Catalogue, id string, at spot) {
	if _, known := c.Network(id); !known && !s.excused("network "+id) {
		s.fault(at, "network %q unknown", id)
	}
}

func (s *set) needArea(c *Catalogue, code, day string, at spot) bool {
	if _, known := c.Area(code, day); known || s.excused("area "+code) || !realDay(day) {
		return true
	}
	if slices.ContainsFunc(c.Areas, func(a Area) bool { return a.Code == code }) {
		s.fault(at, "area %q is not valid on %s", code, day)
	} else {
		s.fault(at, "area %q unknown", code)
	}
	return false
}

// excused tells whether something is missing only because it could not be read.
func (s *set) excused(subject string) bool { return s.blind || s.misread[subject] }
