package catalogue

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// shape holds a node against the Go type it is meant for and notes everything
// that does not fit. The decoder alone is not enough: it stops at the first
// fault and turns a bare 1.001570 into the text 1.00157 without a word.
func (r *report) shape(s spot, t reflect.Type) {
	switch s.node.(type) {
	case *ast.NullNode:
		return // as if it were not there; the rules tell whether it may be missing
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		r.fault(s, "anchors, aliases and tags are not used here")
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		r.shape(s, t.Elem())
	case reflect.Struct:
		r.shapeFields(s, t)
	case reflect.Slice:
		r.shapeItems(s, t)
	default:
		r.shapeValue(s, t)
	}
}

func (r *report) shapeFields(s spot, t reflect.Type) {
	m, ok := s.node.(ast.MapNode)
	if !ok {
		r.fault(s, "fields are expected here (name: value)")
		return
	}
	for it := m.MapRange(); it.Next(); {
		inner := s
		name := keyOf(it)
		of, known := fieldType(t, name)
		if !known {
			inner.node = it.Key()
			r.fault(inner, "unknown field %q", name)
			continue
		}
		inner.node = it.Value()
		r.shape(inner, of)
	}
}

func (r *report) shapeItems(s spot, t reflect.Type) {
	list, ok := s.node.(*ast.SequenceNode)
	if !ok {
		r.fault(s, "a list is expected here")
		return
	}
	for _, item := range list.Values {
		inner := s
		inner.node = item
		if _, empty := item.(*ast.NullNode); empty {
			r.fault(inner, "an item of the list is empty")
			continue
		}
		r.shape(inner, t.Elem())
	}
}

func (r *report) shapeValue(s spot, t reflect.Type) {
	switch s.node.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		if t.Kind() == reflect.String {
			return
		}
	case *ast.IntegerNode:
		if t.Kind() == reflect.Int || t.Kind() == reflect.Int64 {
			return
		}
	case *ast.BoolNode:
		if t.Kind() == reflect.Bool {
			return
		}
	}
	r.fault(s, "%s is expected here, not %s", expected[t.Kind()], s.node.GetToken().Value)
}

var expected = map[reflect.Kind]string{
	reflect.String: "text (in quotes)",
	reflect.Int:    "a whole number",
	reflect.Int64:  "a whole number",
	reflect.Bool:   "true or false",
}

// fieldType finds a struct's field by its name in the file.
func fieldType(t reflect.Type, name string) (reflect.Type, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		if tag, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); tag == name {
			return f.Type, true
		}
	}
	return nil, false
}
