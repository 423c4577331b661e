package scanstudy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"hoso/internal/scan/plane"
	"hoso/internal/scan/samplepage"
)

// read has Tesseract read a case's page and tells the share of its words that came
// out right. A photograph is straightened first, by corners that only who drew it
// knows: what is asked is whether the writing can be read, not whether Tesseract
// finds paper on a desk.
func read(ctx context.Context, c Case, file []byte, corners plane.Quad) (float64, error) {
	decoded, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return 0, fmt.Errorf("scanstudy: decoding page: %w", err)
	}
	img := image.NewRGBA(decoded.Bounds())
	draw.Draw(img, img.Rect, decoded, image.Point{}, draw.Src)
	dpi := c.Options.DPI
	if c.Options.Photo != nil {
		const width = 1400
		dpi = int(width / samplepage.A4.Width)
		img = samplepage.Straighten(img, corners, width, int(width*samplepage.A4.Height/samplepage.A4.Width)).(*image.RGBA)
		img = img.SubImage(image.Rect(0, 0, width, width*2/5)).(*image.RGBA) // the rest is empty
	}
	best := 0.0
	for _, way := range c.ways() {
		if best > Good {
			break
		}
		text, err := tesseract(ctx, img, dpi, way)
		if err != nil {
			return 0, err
		}
		best = max(best, recall(samplepage.Words(c.Options), strings.Fields(text)))
	}
	return best, nil
}

// Tesseract's ways to tell ink from paper: by the light around each place, which
// passes over shadows but wants black ink, and by one level for the whole page,
// which finds pale ink.
const byPlace, overall = "2", "0"

// ways are those that a page is read in. Where its ink is pale or its light weak,
// what either can read can be read.
func (c Case) ways() []string {
	if c.Options.Contrast > 0 || c.Options.Dark > 0 {
		return []string{byPlace, overall}
	}
	return []string{byPlace}
}

// tesseract reads one block of text. A page of nothing but specks keeps it busy for
// minutes: what has not been read within six seconds of the processor counts as
// not read.
func tesseract(ctx context.Context, img *image.RGBA, dpi int, way string) (string, error) {
	const read = `ulimit -t 6; exec tesseract - - -l vie --psm 6 --dpi "$1" -c thresholding_method="$2"`
	cmd := exec.CommandContext(ctx, "sh", "-c", read, "sh", strconv.Itoa(max(dpi, 70)), way)
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	cmd.Stdin = bytes.NewReader(portable(img))
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && !exit.Exited() && ctx.Err() == nil {
		return "", nil // killed by the limit
	}
	if err != nil {
		return "", fmt.Errorf("scanstudy: tesseract: %w", err)
	}
	return string(out), nil
}

// portable writes a grey picture in the plainest of formats.
func portable(img *image.RGBA) []byte {
	out := fmt.Appendf(nil, "P5\n%d %d\n255\n", img.Rect.Dx(), img.Rect.Dy())
	for i := 0; i < img.Rect.Dx()*img.Rect.Dy()*4; i += 4 { // a part of a picture of the same width
		p := img.Pix[i:][:3]
		out = append(out, uint8((299*int(p[0])+587*int(p[1])+114*int(p[2])+500)/1000))
	}
	return out
}

// recall is the share of words that were read, each as often as it stands there.
// Case and punctuation do not count, the marks of Vietnamese do.
func recall(want, got []string) float64 {
	left := map[string]int{}
	for _, w := range got {
		left[plain(w)]++
	}
	n, read := 0, 0
	for _, w := range want {
		w = plain(w)
		if w == "" {
			continue
		}
		n++
		if left[w] > 0 {
			left[w]--
			read++
		}
	}
	if n == 0 {
		return 1
	}
	return float64(read) / float64(n)
}

func plain(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFC.String(word))
}
