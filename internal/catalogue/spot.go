package catalogue

import "github.com/goccy/go-yaml/ast"

// spot is a place in a data file: where a fault is told to be.
type spot struct {
	file    string
	subject string   // e.g. "procedure 2.000635"
	node    ast.Node // nil for the file as a whole
}

// line is the line the spot begins on.
func (s spot) line() int {
	if s.node == nil || s.node.GetToken() == nil {
		return 0
	}
	return s.node.GetToken().Position.Line
}

// at goes inwards along field names and list indexes, as far as the file goes:
// the spot of a missing field is the record that lacks it.
func (s spot) at(path ...any) spot {
	for _, step := range path {
		inner := child(s.node, step)
		if inner == nil {
			break
		}
		s.node = inner
	}
	return s
}

// of adds a part to the subject: "procedure 2.000635: case default".
func (s spot) of(part string) spot {
	s.subject += ": " + part
	return s
}

func child(n ast.Node, step any) ast.Node {
	switch step := step.(type) {
	case string:
		if m, ok := n.(ast.MapNode); ok {
			return field(m, step)
		}
	case int:
		if list, ok := n.(*ast.SequenceNode); ok && step < len(list.Values) {
			return list.Values[step]
		}
	}
	return nil
}

func field(m ast.MapNode, name string) ast.Node {
	for it := m.MapRange(); it.Next(); {
		if keyOf(it) == name {
			return it.Value()
		}
	}
	return nil
}

func keyOf(it *ast.MapNodeIter) string { return it.Key().GetToken().Value }
