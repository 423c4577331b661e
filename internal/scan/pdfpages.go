package scan

import (
	"errors"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

var errPageTree = errors.New("scan: broken page tree")

// pdfPage is one leaf of the page tree, with what it inherits from above.
type pdfPage struct {
	dict      types.Dict
	resources types.Dict
	box       types.Rectangle // what is shown, in points
	unit      float64         // points times this are 1/72 inch
	turn      int             // quarters clockwise that the page is shown turned by
}

// pagesOf walks the page tree for its leaves, at most most of them. The counts
// that the tree claims are not believed.
func pagesOf(doc *model.Context, most int) ([]pdfPage, error) {
	root, err := doc.Catalog()
	if err != nil || root == nil {
		return nil, errPageTree
	}
	w := pageWalk{doc: doc, most: most, seen: map[int]bool{}}
	letter := types.Rectangle{UR: types.Point{X: 612, Y: 792}}
	if err := w.node(root["Pages"], pdfPage{box: letter, unit: 1}, 0); err != nil {
		return nil, err
	}
	if len(w.pages) == 0 {
		return nil, errPageTree
	}
	return w.pages, nil
}

type pageWalk struct {
	doc   *model.Context
	most  int
	seen  map[int]bool
	pages []pdfPage
}

// node visits one node with what it inherits.
func (w *pageWalk) node(o types.Object, from pdfPage, depth int) error {
	if len(w.pages) >= w.most {
		return nil
	}
	if ref, ok := o.(types.IndirectRef); ok {
		if w.seen[ref.ObjectNumber.Value()] {
			return errPageTree // a page cannot be its own ancestor, nor stand twice
		}
		w.seen[ref.ObjectNumber.Value()] = true
	}
	d, ok := w.dict(o)
	if !ok || depth > 64 {
		return errPageTree
	}
	from.dict = d
	if r, ok := w.dict(d["Resources"]); ok {
		from.resources = r
	}
	for _, key := range []string{"MediaBox", "CropBox"} { // the crop is later and wins
		if box, ok := w.rect(d[key]); ok {
			from.box = box
		}
	}
	if turn := follow(w.doc, d["Rotate"]); turn != nil {
		from.turn = int(math.Round(number(turn)/90)) % 4
	}
	kids, isNode := w.array(d["Kids"])
	if !isNode || nameIs(d, "Type", "Page") {
		if u := w.number(d["UserUnit"]); u > 0 {
			from.unit = u
		}
		w.pages = append(w.pages, from)
		return nil
	}
	for _, kid := range kids {
		if err := w.node(kid, from, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// follow resolves a reference; a broken one is nil, which is no dictionary,
// no array and no number.
func follow(doc *model.Context, o types.Object) types.Object {
	for range 8 {
		ref, ok := o.(types.IndirectRef)
		if !ok {
			return o
		}
		next, err := doc.Dereference(ref)
		if err != nil {
			return nil
		}
		o = next
	}
	return nil
}

func (w *pageWalk) dict(o types.Object) (types.Dict, bool) {
	d, ok := follow(w.doc, o).(types.Dict)
	return d, ok
}

func (w *pageWalk) array(o types.Object) (types.Array, bool) {
	a, ok := follow(w.doc, o).(types.Array)
	return a, ok
}

func (w *pageWalk) number(o types.Object) float64 { return number(follow(w.doc, o)) }

// number is the value of a PDF number, zero for anything else.
func number(o types.Object) float64 {
	switch o := o.(type) {
	case types.Integer:
		return float64(o)
	case types.Float:
		return float64(o)
	}
	return 0
}

// rect reads a page box whose corners may be given in any order.
func (w *pageWalk) rect(o types.Object) (types.Rectangle, bool) {
	a, ok := w.array(o)
	if !ok || len(a) != 4 {
		return types.Rectangle{}, false
	}
	x0, y0, x1, y1 := w.number(a[0]), w.number(a[1]), w.number(a[2]), w.number(a[3])
	r := types.Rectangle{
		LL: types.Point{X: min(x0, x1), Y: min(y0, y1)},
		UR: types.Point{X: max(x0, x1), Y: max(y0, y1)},
	}
	return r, r.Width() > 0 && r.Height() > 0
}
