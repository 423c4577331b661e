package forms

// column is one of a table: its title, its share of the width, how its cells stand.
type column struct {
	title string
	share float64
	how   align
}

// cellPad is the room between a cell's border and its text, in millimetres.
const cellPad = 0.8

// table is one that is being written; its head comes again on every page.
type table struct {
	s     *sheet
	cols  []column
	width []float64
	size  float64
}

// table begins a table over the whole width; end has to follow.
func (s *sheet) table(size float64, cols ...column) *table {
	t := &table{s: s, cols: cols, size: size}
	sum := 0.0
	for _, c := range cols {
		sum += c.share
	}
	for _, c := range cols {
		t.width = append(t.width, s.wide*c.share/sum)
	}
	// A head alone at the foot of a page would help nobody.
	s.need(t.headHeight() + 2*leading(size))
	t.head()
	s.again = t.head
	return t
}

func (t *table) end() {
	t.s.again = nil
	t.s.y += t.size * point * 0.4
}

func (t *table) headCells() [][]line {
	cells := make([][]line, len(t.cols))
	for i, c := range t.cols {
		cells[i] = wrap(t.size, t.width[i]-2*cellPad, strong(c.title))
	}
	return cells
}

func (t *table) headHeight() float64 { return t.height(tallest(t.headCells())) }

func (t *table) head() {
	cells := t.headCells()
	n := tallest(cells)
	t.strip(cells, 0, n, func(int) align { return centre }, func(own int) float64 {
		return cellPad + float64(n-own)*leading(t.size)/2
	})
}

// row writes one row. It stays together where a page can hold it; a taller one
// goes on over the next pages.
func (t *table) row(values ...string) {
	cells := make([][]line, len(t.cols))
	for i := range t.cols {
		cells[i] = wrap(t.size, t.width[i]-2*cellPad, text(values[i]))
	}
	t.set(cells, func(i int) align { return t.cols[i].how })
}

// band writes a row over all columns, for a heading within the table.
func (t *table) band(words string) {
	all := &table{s: t.s, cols: []column{{how: left}}, width: []float64{t.s.wide}, size: t.size}
	all.set([][]line{wrap(t.size, t.s.wide-2*cellPad, strong(words))}, func(int) align { return left })
}

func (t *table) set(cells [][]line, how func(int) align) {
	lines, done := tallest(cells), 0
	if whole := t.height(lines); whole > t.s.room() && whole <= t.s.fresh()-t.headHeight()-2 {
		t.s.page()
	}
	for done < lines {
		fit := int((t.s.room() - 2*cellPad) / leading(t.size))
		if fit < 1 {
			t.s.page()
			fit = max(1, int((t.s.room()-2*cellPad)/leading(t.size)))
		}
		n := min(fit, lines-done)
		t.strip(cells, done, n, how, func(int) float64 { return cellPad })
		done += n
	}
}

// strip draws n lines of a row, from the given one on, with a border around each
// cell; down says how far below the border a cell with so many lines begins.
func (t *table) strip(cells [][]line, from, n int, how func(int) align, down func(int) float64) {
	s, x, height := t.s, t.s.left, t.height(n)
	s.pdf.SetLineWidth(0.2)
	for i, cell := range cells {
		s.pdf.Rect(x, s.y, t.width[i], height, "D")
		part := cell[min(from, len(cell)):min(from+n, len(cell))]
		for j, l := range part {
			s.draw(l, x+cellPad, s.y+down(len(part))+float64(j)*leading(t.size), t.width[i]-2*cellPad, t.size, how(i))
		}
		x += t.width[i]
	}
	s.y += height
}

func (t *table) height(lines int) float64 { return float64(lines)*leading(t.size) + 2*cellPad }

func tallest(cells [][]line) int {
	n := 1
	for _, c := range cells {
		n = max(n, len(c))
	}
	return n
}
