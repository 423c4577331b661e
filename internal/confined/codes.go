package confined

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
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
	// maxPicture is the largest picture that is handed to zbarimg.
	maxPicture = 64 << 20
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
		codes = append(codes, found...)
	}
	return slices.CompactFunc(codes, bytes.Equal), nil
}

// noCodes is how zbarimg ends when it has found none.
const noCodes = 4

// codesOf has zbarimg look at a picture. The bytes of a code are taken as they
// are: zbarimg's own guess of an alphabet does not know Vietnamese.
func (c *child) codesOf(ctx context.Context, g *image.Gray) ([][]byte, error) {
	// zbarimg's library copies what comes by a pipe into a file of its own; so it
	// is given one, in a folder that the parent takes away whatever happens.
	name := filepath.Join(c.Room, "page.pgm")
	picture := writePGM(g)
	if c.Room == "" || len(picture) > maxPicture {
		return nil, errInput
	}
	if err := os.WriteFile(name, picture, 0o600); err != nil {
		return nil, err
	}
	out, err := c.tool(ctx, nil, maxCodes, c.Tools.ZBarImg, "-q", "--raw", "-Sdisable", "-Sqrcode.enable", "-Sbinary", "pgm:"+name)
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() == noCodes {
		return [][]byte{}, nil
	}
	if err != nil {
		return nil, err
	}
	codes := [][]byte{}
	for line := range bytes.Lines(out) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			codes = append(codes, line)
		}
	}
	return codes, nil
}
