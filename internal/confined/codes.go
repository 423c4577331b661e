package confined

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"os/exec"
	"path/filepath"
	"slices"

	"hoso/internal/scan"
)

const (
	// codePages is how many pages of a PDF are looked at for codes, codePixels how
	// long they are drawn, which is A4 at 300 dpi: the code of an identity card is
	// some two centimetres wide and has up to a hundred squares a side.
	codePages  = 4
	codePixels = 3508
	// maxCodes is the most that is taken of what the codes of one picture say.
	maxCodes = 16 << 10
	// pieceSide squared is the most pixels that zbarimg is handed at once: it takes
	// more than eight bytes for each. pieceOverlap is how far pieces reach into each
	// other, so that a code of that width lies whole in one; wider ones are seen on
	// the whole picture.
	pieceSide    = 2048
	pieceOverlap = 640
	// maxPicture is the largest file that a child may write for zbarimg.
	maxPicture = pieceSide*pieceSide + 64
)

// readCodes finds the QR codes of the child's file.
func readCodes(ctx context.Context, c *child) (any, error) {
	g, err := scan.Picture(ctx, c.file, c.Bytes, c.Profile)
	if err == nil {
		return c.codesOf(ctx, g)
	}
	if !errors.Is(err, scan.ErrPDF) {
		return nil, fmt.Errorf("%w: %w", errInput, err)
	}
	codes := [][]byte{}
	for page := 1; page <= codePages; page++ {
		g, err := poppler{c}.Render(ctx, page, codePixels)
		if errors.Is(err, errNoTool) {
			return nil, err
		}
		if err != nil { // most often because there is no such page
			if page == 1 {
				return nil, fmt.Errorf("%w: %w", errInput, err)
			}
			break
		}
		found, err := c.codesOf(ctx, g)
		if err != nil {
			return nil, err
		}
		for _, code := range found {
			codes = withCode(codes, code)
		}
	}
	return codes, nil
}

// codesOf finds the codes on a picture: first on the whole of it, no finer than
// zbarimg can take, then piece by piece as fine as it is.
func (c *child) codesOf(ctx context.Context, g *image.Gray) ([][]byte, error) {
	pixels := float64(g.Rect.Dx()) * float64(g.Rect.Dy())
	if pixels <= pieceSide*pieceSide {
		return c.look(ctx, g)
	}
	codes, err := c.look(ctx, scan.Shrink(g, math.Sqrt(pieceSide*pieceSide/pixels)))
	for _, piece := range pieces(g.Rect) {
		if err != nil || len(codes) > 0 || c.spent() {
			break
		}
		codes, err = c.look(ctx, g.SubImage(piece).(*image.Gray))
	}
	return codes, err
}

// pieces lays overlapping squares over a picture; the last ones lie at its edges.
func pieces(whole image.Rectangle) []image.Rectangle {
	starts := func(from, to int) (all []int) {
		for ; from+pieceSide < to; from += pieceSide - pieceOverlap {
			all = append(all, from)
		}
		return append(all, max(to-pieceSide, 0))
	}
	var all []image.Rectangle
	for _, y := range starts(whole.Min.Y, whole.Max.Y) {
		for _, x := range starts(whole.Min.X, whole.Max.X) {
			all = append(all, image.Rect(x, y, x+pieceSide, y+pieceSide).Intersect(whole))
		}
	}
	return all
}

// noCodes is how zbarimg ends when it has found none.
const noCodes = 4

// look has zbarimg look at a picture. The bytes of a code are taken as they
// are: zbarimg's own guess of an alphabet does not know Vietnamese.
func (c *child) look(ctx context.Context, g *image.Gray) ([][]byte, error) {
	// zbarimg's library copies what comes by a pipe into a file of its own; so it
	// is given one, in a folder that the parent takes away whatever happens.
	name := filepath.Join(c.Room, "page.pgm")
	if c.Room == "" {
		return nil, errInput
	}
	if err := writePGM(name, g); err != nil {
		return nil, err
	}
	out, err := c.tool(ctx, nil, maxCodes, c.Tools.ZBarImg, "-q", "--raw", "-Sdisable", "-Sqrcode.enable", "-Sbinary", "pgm:"+name)
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() == noCodes {
		return [][]byte{}, nil
	}
	if errors.Is(err, errTool) {
		return nil, fmt.Errorf("%w: %w", errInput, err) // it stumbles over this picture, and always will
	}
	if err != nil {
		return nil, err
	}
	codes := [][]byte{}
	for line := range bytes.Lines(out) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			codes = withCode(codes, line)
		}
	}
	return codes, nil
}

// withCode adds a code that is not yet there.
func withCode(codes [][]byte, code []byte) [][]byte {
	if slices.ContainsFunc(codes, func(c []byte) bool { return bytes.Equal(c, code) }) {
		return codes
	}
	return append(codes, code)
}
