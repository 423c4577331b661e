package catalogue

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// entry is a record and where it stands.
type entry[T any] struct {
	value T
	spot  spot
}

// set is a catalogue while it is being read and judged.
type set struct {
	report
	// misread are the subjects left out for their form, and their kinds; blind
	// says that a whole file was: references to what is there but could not be
	// read are not faults of who refers.
	misread map[string]bool
	blind   bool

	procedures  []entry[Procedure]
	networks    []entry[Network]
	carriers    []entry[Carrier]
	offices     []entry[Office]
	authorities []entry[Authority]
	areas       []entry[Area]
	clocks      []entry[Clock]
}

// Load reads every *.yaml file at the top of a directory and checks the whole.
// It answers a catalogue without any fault, or Problems with all of them. A
// record whose form is wrong (unknown field, number for text) is told as such
// and not judged by the rules until its form is right.
func Load(files fs.FS) (*Catalogue, error) {
	names, err := dataFiles(files)
	if err != nil {
		return nil, err
	}
	s := set{misread: map[string]bool{}}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
		s.readFile(name, data)
	}
	c := s.catalogue()
	s.check(c)
	if err := s.err(); err != nil {
		return nil, err
	}
	return c, nil
}

func dataFiles(files fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	var names []string
	for _, e := range entries {
		ext := path.Ext(e.Name())
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && (ext == ".yaml" || ext == ".yml") {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return nil, errors.New("read catalogue: no *.yaml file in the directory")
	}
	slices.Sort(names)
	return names, nil
}

func (s *set) readFile(name string, data []byte) {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		s.found = append(s.found, syntaxProblem(name, err))
		s.blind = true
		return
	}
	for _, doc := range tree.Docs {
		switch body := doc.Body.(type) {
		case nil, *ast.NullNode, *ast.CommentGroupNode:
		case ast.MapNode:
			s.readLists(name, body)
		default:
			s.fault(spot{file: name, node: body}, "the lists of a catalogue are expected here (offices: …)")
		}
	}
}

func syntaxProblem(file string, err error) Problem {
	p := Problem{File: file, Rule: err.Error()}
	var at yaml.Error
	if errors.As(err, &at) {
		p.Rule = at.GetMessage()
		if token := at.GetToken(); token != nil {
			p.Line = token.Position.Line
		}
	}
	return p
}

func (s *set) readLists(file string, lists ast.MapNode) {
	for it := lists.MapRange(); it.Next(); {
		at := spot{file: file, node: it.Value()}
		switch name := keyOf(it); name {
		case "procedures":
			s.procedures = append(s.procedures, read[Procedure](s, at, "procedure", "code")...)
		case "networks":
			s.networks = append(s.networks, read[Network](s, at, "network", "id")...)
		case "carriers":
			s.carriers = append(s.carriers, read[Carrier](s, at, "carrier", "id")...)
		case "offices":
			s.offices = append(s.offices, read[Office](s, at, "office", "id")...)
		case "authorities":
			s.authorities = append(s.authorities, read[Authority](s, at, "authority", "id")...)
		case "areas":
			s.areas = append(s.areas, read[Area](s, at, "area", "code")...)
		case "clocks":
			s.clocks = append(s.clocks, read[Clock](s, at, "clock", "id")...)
		default:
			at.node = it.Key()
			s.fault(at, "unknown list %q", name)
		}
	}
}

// read decodes the records of one list. A record of the wrong form is noted and
// left out.
func read[T any](s *set, at spot, what, key string) []entry[T] {
	list, ok := at.node.(*ast.SequenceNode)
	if !ok {
		if _, empty := at.node.(*ast.NullNode); !empty {
			s.fault(at, "a list is expected here")
		}
		return nil
	}
	var entries []entry[T]
	for i, node := range list.Values {
		here := spot{file: at.file, node: node, subject: fmt.Sprintf("%s no. %d", what, i+1)}
		if name, ok := child(node, key).(*ast.StringNode); ok {
			here.subject = what + " " + name.Value
		}
		value, ok := decode[T](s, here)
		if !ok {
			s.misread[here.subject], s.misread[what] = true, true
			continue
		}
		entries = append(entries, entry[T]{value, here})
	}
	return entries
}

func decode[T any](s *set, here spot) (value T, ok bool) {
	before := len(s.found)
	s.shape(here, reflect.TypeFor[T]())
	if len(s.found) > before {
		return value, false
	}
	decoder := yaml.NewDecoder(strings.NewReader(""), yaml.Strict())
	if err := decoder.DecodeFromNode(here.node, &value); err != nil {
		p := syntaxProblem(here.file, err)
		p.Subject = here.subject
		s.found = append(s.found, p)
		return value, false
	}
	return value, true
}

// catalogue drops the places. Lists of a procedure are never nil, so that they
// answer as [] in JSON.
func (s *set) catalogue() *Catalogue {
	c := &Catalogue{
		Procedures: values(s.procedures), Networks: values(s.networks), Carriers: values(s.carriers),
		Offices: values(s.offices), Authorities: values(s.authorities), Areas: values(s.areas), Clocks: values(s.clocks),
	}
	for i := range c.Procedures {
		p := &c.Procedures[i]
		if p.Fees == nil {
			p.Fees = []Fee{}
		}
		if p.Results == nil {
			p.Results = []Result{}
		}
	}
	return c
}

func values[T any](entries []entry[T]) []T {
	list := make([]T, len(entries))
	for i, e := range entries {
		list[i] = e.value
	}
	return list
}
