package scan

import (
	"io"
	"maps"
	"reflect"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// addedTo says whether more than further signatures was added to a PDF behind the
// end of what a signature signs. The state that was signed is read once more and
// every object that came later is held against it. What cannot be told was added.
func (in *inspection) addedTo(doc *model.Context, end int64) bool {
	before, err := objectsOf(in, io.NewSectionReader(in.src, 0, end))
	if err != nil || before.Root == nil || doc.Root == nil || *before.Root != *doc.Root {
		return true
	}
	c := comparison{in: in, before: before, now: doc, roles: rolesIn(before)}
	later := false
	for n, entry := range doc.Table {
		if entry == nil || n == 0 || c.within(entry, end) {
			continue
		}
		later = later || !entry.Free
		if !c.harmless(n) {
			return true
		}
	}
	return !later // something else lies there, which other readers may take for objects
}

// What an object of the signed state is for, if later signatures may change it.
const (
	roleOther = iota
	roleCatalog
	rolePage
	roleAnnotations
	roleForm
	roleField
	roleAbout // describes the file and is not shown
)

// comparison holds a PDF against the state of it that was signed.
type comparison struct {
	in          *inspection
	before, now *model.Context
	roles       map[int]int
	referred    map[int]int // how often the signed state refers to an object, be it there or not
}

// within says whether an object lies in the part of the file that was signed.
func (c *comparison) within(entry *model.XRefTableEntry, end int64) bool {
	if entry.Compressed && entry.ObjectStream != nil {
		if entry = c.now.Table[*entry.ObjectStream]; entry == nil {
			return false
		}
	}
	return !entry.Free && entry.Offset != nil && *entry.Offset < end
}

// harmless says of an object that came later whether it only adds signatures.
func (c *comparison) harmless(n int) bool {
	old, entry := c.before.Table[n], c.now.Table[n]
	isNew := old == nil || old.Free
	switch {
	case entry.Free:
		return isNew
	case isNew:
		// Only what was changed can lead to it, and that is looked at for itself;
		// unless the signed state was made to wait for it.
		return c.references()[n] == 0
	}
	was, is := unlazy(c.in.src.ctx, old), unlazy(c.in.src.ctx, entry)
	if was != nil && reflect.DeepEqual(was, is) {
		return true
	}
	switch c.roles[n] {
	case roleAbout, roleForm:
		return c.references()[n] == 1 // a page may use the same object for what it shows
	case roleCatalog:
		return sameBut(was, is, "AcroForm", "DSS", "Extensions", "Version", "Metadata")
	case roleField:
		return sameBut(was, is, "V", "AP", "F", "M")
	case roleAnnotations:
		return c.onlyFieldsMore(was, is)
	case rolePage:
		a, _ := was.(types.Dict)
		d, ok := is.(types.Dict)
		return ok && sameBut(a, d, "Annots") && c.onlyFieldsMore(follow(c.before, a["Annots"]), follow(c.now, d["Annots"]))
	}
	return false
}

// sameBut says whether two dictionaries differ in these entries at most.
func sameBut(was, is types.Object, entries ...string) bool {
	a, ok := was.(types.Dict)
	b, also := is.(types.Dict)
	if !ok || !also {
		return false
	}
	but := func(d types.Dict) types.Dict {
		d = maps.Clone(d)
		maps.DeleteFunc(d, func(k string, _ types.Object) bool { return slices.Contains(entries, k) })
		return d
	}
	return reflect.DeepEqual(but(a), but(b))
}

// onlyFieldsMore says whether a list of annotations has only got fields for
// signatures in addition. Any other annotation can hide what lies below.
func (c *comparison) onlyFieldsMore(was, is types.Object) bool {
	a, ok := was.(types.Array)
	b, also := is.(types.Array)
	if was != nil && !ok || !also || len(b) < len(a) || !reflect.DeepEqual(a, b[:len(a):len(a)]) && len(a) > 0 {
		return false
	}
	for _, o := range b[len(a):] {
		if !signatureField(c.now, follow(c.now, o)) {
			return false
		}
	}
	return true
}

func signatureField(doc *model.Context, o types.Object) bool {
	d, ok := o.(types.Dict)
	return ok && follow(doc, d["FT"]) == types.Name("Sig")
}

// references counts how often the signed state refers to each object.
func (c *comparison) references() map[int]int {
	if c.referred != nil {
		return c.referred
	}
	c.referred = map[int]int{}
	count := func(n int) { c.referred[n]++ }
	if c.before.Info != nil {
		refs(*c.before.Info, 0, count)
	}
	for _, entry := range c.before.Table {
		if entry != nil && !entry.Free {
			refs(unlazy(c.in.src.ctx, entry), 0, count)
		}
	}
	return c.referred
}

// refs tells of every object that one refers to.
func refs(o types.Object, depth int, tell func(n int)) {
	if depth > 100 {
		return
	}
	switch o := o.(type) {
	case types.IndirectRef:
		tell(o.ObjectNumber.Value())
	case types.Dict:
		for _, v := range o {
			refs(v, depth+1, tell)
		}
	case types.Array:
		for _, v := range o {
			refs(v, depth+1, tell)
		}
	case types.StreamDict:
		refs(o.Dict, depth+1, tell)
	}
}

// rolesIn finds out what the objects of a signed state are for.
func rolesIn(doc *model.Context) map[int]int {
	roles := map[int]int{}
	is := func(o types.Object, role int) {
		if ref, ok := o.(types.IndirectRef); ok {
			roles[ref.ObjectNumber.Value()] = role
		}
	}
	for n, entry := range doc.Table {
		if entry == nil || entry.Free {
			continue
		}
		d, ok := follow(doc, *types.NewIndirectRef(n, 0)).(types.Dict)
		switch {
		case !ok:
		case follow(doc, d["Type"]) == types.Name("Page"):
			roles[n] = rolePage
			is(d["Annots"], roleAnnotations)
		case signatureField(doc, d) && d["V"] == nil:
			roles[n] = roleField
		}
	}
	if doc.Info != nil {
		is(*doc.Info, roleAbout)
	}
	is(*doc.Root, roleCatalog)
	if catalog, ok := follow(doc, *doc.Root).(types.Dict); ok {
		is(catalog["AcroForm"], roleForm)
		is(catalog["Metadata"], roleAbout)
		is(catalog["DSS"], roleAbout)
	}
	return roles
}
