package forms

import (
	"strings"
	"unicode/utf8"
)

// span is a stretch of text in one style.
type span struct {
	style style
	text  string
}

func text(words string) span   { return span{regular, words} }
func strong(words string) span { return span{bold, words} }
func slant(words string) span  { return span{italic, words} }

// frag is a part of a word in one style.
type frag struct {
	style style
	text  string
	width float64
}

// word is what stays together on a line; it may change its style within.
type word struct {
	frags []frag
	width float64
}

// line is a row of words. ends says that a paragraph ends here.
type line struct {
	words []word
	width float64 // of words and single blanks
	ends  bool
}

// wrapper sets spans into lines of a given width.
type wrapper struct {
	size, width float64
	blank       float64
	lines       []line
	now         line
}

// wrap breaks text into lines no wider than width millimetres at a size in
// points. A word that is too long for a line is broken anywhere: nothing is
// lost and nothing leaves the paper.
func wrap(size, width float64, spans ...span) []line {
	w := wrapper{size: size, width: width, blank: faces()[regular].width(" ", size)}
	var open word // may go on in the next span
	for _, s := range spans {
		for i, row := range strings.Split(clean(s.text), "\n") {
			if i > 0 {
				w.add(open)
				open = word{}
				w.feed(true)
			}
			open = w.row(open, s.style, row)
		}
	}
	w.add(open)
	w.feed(true)
	return w.lines
}

// row adds the words of a row and gives back the last one, which is still open.
func (w *wrapper) row(open word, st style, row string) word {
	for i, part := range strings.Split(row, " ") {
		if i > 0 {
			w.add(open)
			open = word{}
		}
		if part != "" {
			f := frag{style: st, text: part, width: faces()[st].width(part, w.size)}
			open.frags = append(open.frags, f)
			open.width += f.width
		}
	}
	return open
}

// add puts a finished word on the line, or on the next one.
func (w *wrapper) add(next word) {
	if len(next.frags) == 0 {
		return
	}
	for next.width > w.width {
		w.feed(false)
		var head word
		head, next = w.split(next)
		w.put(head)
		if len(next.frags) == 0 {
			return
		}
	}
	if len(w.now.words) > 0 && w.now.width+w.blank+next.width > w.width {
		w.feed(false)
	}
	w.put(next)
}

func (w *wrapper) put(next word) {
	if len(w.now.words) > 0 {
		w.now.width += w.blank
	}
	w.now.words = append(w.now.words, next)
	w.now.width += next.width
}

// feed ends a line. An empty one stays only where a paragraph ends.
func (w *wrapper) feed(ends bool) {
	if len(w.now.words) == 0 && !ends {
		return
	}
	w.now.ends = ends
	w.lines = append(w.lines, w.now)
	w.now = line{}
}

// split takes as much of a word as fits on a line, at least one character.
func (w *wrapper) split(long word) (head, rest word) {
	for i, f := range long.frags {
		n := w.fitting(f, w.width-head.width, i == 0)
		if n < len(f.text) {
			head.cut(f, f.text[:n], w.size)
			rest.cut(f, f.text[n:], w.size)
			for _, later := range long.frags[i+1:] {
				rest.cut(later, later.text, w.size)
			}
			return head, rest
		}
		head.cut(f, f.text, w.size)
	}
	return head, rest
}

func (v *word) cut(f frag, text string, size float64) {
	if text == "" {
		return
	}
	f.text, f.width = text, faces()[f.style].width(text, size)
	v.frags = append(v.frags, f)
	v.width += f.width
}

// fitting counts the bytes of a fragment that fit into a width.
func (w *wrapper) fitting(f frag, width float64, first bool) int {
	n, used := 0, 0.0
	for n < len(f.text) {
		_, size := utf8.DecodeRuneInString(f.text[n:])
		used += faces()[f.style].width(f.text[n:n+size], w.size)
		if used > width && (n > 0 || !first) {
			return joint(f.text[:n])
		}
		n += size
	}
	return n
}

// joint moves a break within a word back to where codes and addresses are best
// broken, if there is such a place in its second half.
func joint(head string) int {
	if at := strings.LastIndexAny(head, "-/._@") + 1; at > len(head)/2 {
		return at
	}
	return len(head)
}
