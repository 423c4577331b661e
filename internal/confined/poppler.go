package confined

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"strconv"
)

// poppler draws the pages of the child's file with pdftoppm.
type poppler struct{ c *child }

// maxDrawn is the most pixels of a drawn page; A3 at 200 dpi has half as many.
const maxDrawn = 16_000_000

// Render implements scan.Renderer. Program and child share the descriptor, so
// the file is at its start when the program begins.
func (p poppler) Render(ctx context.Context, page, longSide int) (*image.Gray, error) {
	if _, err := p.c.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	n := strconv.Itoa(page)
	out, err := p.c.tool(ctx, p.c.file, maxDrawn+64, p.c.Tools.PDFToPPM,
		"-q", "-gray", "-cropbox", "-f", n, "-l", n, "-scale-to", strconv.Itoa(longSide), "-")
	if err != nil {
		return nil, err
	}
	return readPGM(out)
}

var errPGM = errors.New("confined: no grey picture came out")

// readPGM reads a binary PGM of one byte a pixel, as pdftoppm writes it.
func readPGM(data []byte) (*image.Gray, error) {
	r := bytes.NewReader(data)
	var w, h, top int
	if n, err := fmt.Fscanf(r, "P5\n%d %d\n%d\n", &w, &h, &top); err != nil || n != 3 || top != 255 {
		return nil, errPGM
	}
	if w <= 0 || h <= 0 || w > maxDrawn || h > maxDrawn || w*h != r.Len() {
		return nil, errPGM
	}
	return &image.Gray{Pix: data[len(data)-r.Len():], Stride: w, Rect: image.Rect(0, 0, w, h)}, nil
}

// writePGM is the way back, into a file.
func writePGM(name string, g *image.Gray) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	_, err = fmt.Fprintf(w, "P5\n%d %d\n255\n", g.Rect.Dx(), g.Rect.Dy())
	for y := 0; y < g.Rect.Dy() && err == nil; y++ {
		_, err = w.Write(g.Pix[y*g.Stride:][:g.Rect.Dx()])
	}
	return errors.Join(err, w.Flush(), f.Close())
}
