package scan

import (
	"image"
	"image/draw"
)

// gray is a picture as the measurements see it: one byte of luminance a pixel.
type gray struct {
	w, h int
	pix  []uint8
}

func (g gray) row(y int) []uint8 { return g.pix[y*g.w:][:g.w] }

// shrink turns a picture grey and, where it is finer than need be, coarser: each
// pixel of the result is the mean of the area it covers, so that noise falls
// while edges keep their place. It goes row by row and never holds a second
// copy of the picture in full size. A scale of 1 or more leaves the size alone.
func shrink(img image.Image, scale float64) gray {
	b := img.Bounds()
	rows := rowReader(img)
	if scale >= 1 {
		g := gray{w: b.Dx(), h: b.Dy(), pix: make([]uint8, b.Dx()*b.Dy())}
		for y := range g.h {
			rows(b.Min.Y+y, g.row(y))
		}
		return g
	}
	g := gray{w: max(1, int(float64(b.Dx())*scale)), h: max(1, int(float64(b.Dy())*scale))}
	g.pix = make([]uint8, g.w*g.h)
	src, narrow, sum := make([]uint8, b.Dx()), make([]float32, g.w), make([]float32, g.w)
	across := spans(b.Dx(), g.w)
	step := float32(b.Dy()) / float32(g.h)
	y := 0
	for sy := range b.Dy() {
		rows(b.Min.Y+sy, src)
		narrowRow(narrow, src, across)
		// The row belongs to one row of the result, or to two in parts.
		end := step * float32(y+1)
		part := min(1, end-float32(sy))
		addRow(sum, narrow, part)
		if float32(sy+1) < end && sy+1 < b.Dy() {
			continue
		}
		flushRow(g.row(y), sum, 1/step)
		if y++; y == g.h {
			break
		}
		addRow(sum, narrow, 1-part)
	}
	return g
}

// noiseParts are the parts of a grey level that noiseOf counts in.
const noiseParts = 8

// noiseOf is how much neighbours differ in a picture's own pixels, on average over
// each stretch of every fourth row that is light enough to be mostly paper. The
// quietest of them have nothing but noise.
func noiseOf(img image.Image, negative bool) (out histogram) {
	const stretch, paper = 64, 160
	b := img.Bounds()
	rows := rowReader(img)
	line := make([]uint8, b.Dx())
	for y := b.Min.Y; y < b.Max.Y; y += 4 {
		rows(y, line)
		if negative {
			flip(line)
		}
		for x := 0; x+stretch <= len(line); x += stretch {
			steps, light := 0, 0
			left := line[x]
			for _, v := range line[x:][:stretch] {
				steps += int(distance(v, left))
				light += int(v)
				left = v
			}
			if light >= paper*stretch {
				out.add(uint8(min(255, steps*noiseParts/(stretch-1))))
			}
		}
	}
	return out
}

// span is the part of a row that one narrower pixel covers: whole source pixels
// from first to last, the two ends in part.
type span struct {
	first, last int
	head, tail  float32
	scale       float32
}

func spans(from, to int) []span {
	out := make([]span, to)
	step := float64(from) / float64(to)
	for i := range out {
		lo, hi := step*float64(i), step*float64(i+1)
		first, last := int(lo), min(int(hi), from-1)
		out[i] = span{first: first, last: last, scale: float32(1 / step),
			head: float32(float64(first+1) - lo), tail: float32(hi - float64(last))}
		if first == last {
			out[i].tail = 0
		}
	}
	return out
}

// narrowRow is written out for the few pixels that a span has most often.
func narrowRow(dst []float32, src []uint8, across []span) {
	dst = dst[:len(across)]
	for i := range across {
		s := &across[i]
		sum := float32(src[s.first])*s.head + float32(src[s.last])*s.tail
		switch inner := s.last - s.first; {
		case inner == 2:
			sum += float32(src[s.first+1])
		case inner > 2:
			for _, v := range src[s.first+1 : s.last] {
				sum += float32(v)
			}
		}
		dst[i] = sum * s.scale
	}
}

func addRow(sum, row []float32, weight float32) {
	sum = sum[:len(row)]
	for i, v := range row {
		sum[i] += v * weight
	}
}

func flushRow(dst []uint8, sum []float32, scale float32) {
	dst = dst[:len(sum)]
	for i, v := range sum {
		dst[i] = uint8(v*scale + 0.5) // a mean of bytes is a byte
	}
	clear(sum)
}

// rowReader gives a function that fills one row with luminance. The kinds that
// scanners and cameras write are read directly; any other is drawn on white
// first, which is also what a reader sees of a transparent page.
func rowReader(img image.Image) func(y int, dst []uint8) {
	b := img.Bounds()
	switch m := img.(type) {
	case *image.Gray:
		return func(y int, dst []uint8) { copy(dst, m.Pix[m.PixOffset(b.Min.X, y):]) }
	case *image.YCbCr:
		return func(y int, dst []uint8) { copy(dst, m.Y[m.YOffset(b.Min.X, y):]) }
	case *image.RGBA:
		return func(y int, dst []uint8) { luminances(dst, m.Pix[m.PixOffset(b.Min.X, y):]) }
	case *image.Paletted:
		return palettedRows(m)
	}
	line := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	return func(y int, dst []uint8) {
		draw.Draw(line, line.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(line, line.Rect, img, image.Pt(b.Min.X, y), draw.Over)
		luminances(dst, line.Pix)
	}
}

// palettedRows looks each number up in a table made once.
func palettedRows(m *image.Paletted) func(y int, dst []uint8) {
	swatch := image.NewRGBA(image.Rect(0, 0, 256, 1))
	for i, c := range m.Palette[:min(len(m.Palette), 256)] {
		swatch.Set(i, 0, c)
	}
	var table [256]uint8
	luminances(table[:], swatch.Pix)
	return func(y int, dst []uint8) {
		for i, v := range m.Pix[m.PixOffset(m.Rect.Min.X, y):][:len(dst)] {
			dst[i] = table[v]
		}
	}
}

// luminances weighs red, green and blue as the eye does. What is transparent
// shows white.
func luminances(dst, rgba []uint8) {
	for i := range dst {
		p := rgba[i*4:][:4]
		dst[i] = uint8((299*uint32(p[0])+587*uint32(p[1])+114*uint32(p[2])+500)/1000) + 255 - p[3]
	}
}
