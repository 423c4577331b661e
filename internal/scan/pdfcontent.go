package scan

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const (
	maxContent = 16 << 20 // bytes of drawing instructions of one page that are read
	maxRuns    = 5000     // drawings used by one page
	maxForms   = 12       // drawings within drawings
	maxDrawn   = 256      // pictures of one page that are remembered
	covering   = 0.5      // share of the page from which a picture is what the page is
)

// errContent is a page with more instructions than are read. Plans of buildings
// can be so, hence it is no fault of the file.
var errContent = fmt.Errorf("%w: page with too many drawing instructions", errCoding)

// matrix is a PDF transformation: x' = ax + cy + e, y' = bx + dy + f.
type matrix [6]float64

func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// orientation is how a matrix turns a picture, to the nearest quarter. A picture's
// first row lies at the top of its square, and y runs upwards.
func (m matrix) orientation() orientation {
	degrees := math.Atan2(m[1], m[0]) * 180 / math.Pi
	if math.IsNaN(degrees) {
		return 1
	}
	o := quarters(-int(math.Round(degrees / 90)))
	if m[0]*m[3]-m[1]*m[2] < 0 { // mirrored: what is left is the top turned down
		return map[orientation]orientation{1: 4, 6: 5, 3: 2, 8: 7}[o]
	}
	return o
}

// drawn is a picture on a page. A picture is always a unit square that a matrix
// stretches, so the matrix tells its size on paper.
type drawn struct {
	image         types.StreamDict
	width, height float64 // in points
	turn          orientation
}

// painting is what a page's drawing instructions put on it.
type painting struct {
	doc      *model.Context
	ctx      context.Context // of the one check that this is made for
	pageArea float64
	left     int // bytes of instructions still allowed
	runs     int // streams of instructions carried out

	pictures []drawn
	at       map[int]int // object number -> index in pictures
	letters  int         // bytes of visible text, since the last covering picture
	strokes  bool        // lines or areas
}

// state is the part of the graphics state that q saves and Q brings back.
type state struct {
	ctm    matrix
	hidden bool // text is drawn invisibly, as OCR layers are
}

// run carries out one content stream.
func (p *painting) run(content []byte, resources types.Dict, st state, depth int) error {
	p.left -= len(content)
	if p.runs++; p.left < 0 || p.runs > maxRuns {
		return errContent
	}
	if err := p.ctx.Err(); err != nil {
		return err
	}
	lex := lexer{data: content}
	var saved []state
	for lex.next() {
		switch lex.op {
		case "q":
			if len(saved) < 1024 {
				saved = append(saved, st)
			}
		case "Q":
			if n := len(saved); n > 0 {
				st, saved = saved[n-1], saved[:n-1]
			}
		case "cm":
			if m, ok := lex.matrix(); ok {
				st.ctm = m.times(st.ctm)
			}
		case "Tr":
			st.hidden = lex.last() == 3
		case "Tj", "TJ", "'", "\"":
			if !st.hidden {
				p.letters += lex.text
			}
		case "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "BI":
			p.strokes = true
		case "Do":
			if err := p.object(resources, lex.name, st, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// object draws a picture or a drawing by its name in the resources.
func (p *painting) object(resources types.Dict, name string, st state, depth int) error {
	objects, _ := follow(p.doc, resources["XObject"]).(types.Dict)
	ref := objects[name]
	sd, ok := follow(p.doc, ref).(types.StreamDict)
	switch {
	case !ok:
		return nil
	case nameIs(sd.Dict, "Subtype", "Image"):
		p.picture(ref, sd, st.ctm)
		return nil
	case !nameIs(sd.Dict, "Subtype", "Form") || depth >= maxForms:
		return nil
	}
	content, err := instructions(sd, p.left)
	if err != nil {
		return err
	}
	if m, ok := follow(p.doc, sd.Dict["Matrix"]).(types.Array); ok && len(m) == 6 {
		var mm matrix
		for i := range mm {
			mm[i] = number(follow(p.doc, m[i]))
		}
		st.ctm = mm.times(st.ctm)
	}
	if own, ok := follow(p.doc, sd.Dict["Resources"]).(types.Dict); ok {
		resources = own
	}
	return p.run(content, resources, st, depth+1)
}

// picture remembers a picture at the largest size it is drawn at.
func (p *painting) picture(ref types.Object, sd types.StreamDict, m matrix) {
	d := drawn{image: sd, width: math.Hypot(m[0], m[1]), height: math.Hypot(m[2], m[3]), turn: m.orientation()}
	if p.cover(d) >= covering {
		p.letters = 0 // what was written before lies under the picture
	}
	number := -1 - len(p.pictures)
	if r, ok := ref.(types.IndirectRef); ok {
		number = r.ObjectNumber.Value()
	}
	if i, ok := p.at[number]; ok {
		if p.cover(d) > p.cover(p.pictures[i]) {
			p.pictures[i] = d
		}
	} else if len(p.pictures) < maxDrawn {
		p.at[number] = len(p.pictures)
		p.pictures = append(p.pictures, d)
	}
}

// cover is the share of the page that a picture takes.
func (p *painting) cover(d drawn) float64 { return min(1, d.width*d.height/p.pageArea) }

// instructions unpacks a content stream.
func instructions(sd types.StreamDict, limit int) ([]byte, error) {
	content, err := decodeStream(sd, int64(limit))
	if errors.Is(err, filter.ErrDecodeLimitExceeded) {
		return nil, errContent
	}
	return content, err
}

// decodeStream unpacks a stream into at most limit bytes.
func decodeStream(sd types.StreamDict, limit int64) ([]byte, error) {
	if len(sd.Raw) == 0 {
		return nil, nil
	}
	sd.Content = nil
	if err := sd.DecodeWithLimit(max(1, limit)); err != nil {
		return nil, err
	}
	return sd.Content, nil
}
