// Package scan says what a scanned file is worth, before a dossier leaves the
// counter with it. It judges bytes and never names: what kind of file it is,
// whether it opens, what it hides, and for every page whether a person could
// read it. Each finding has a sentence that tells the clerk what to do.
//
//	bytes ─► type ─► size ─► open ─► active content, lock, page count
//	                          │
//	                          └─► page by page: resolution ─► blank? ─► sharpness ─► light
//
// # What is measured
//
// A page is turned grey and, where it is finer, brought down to 150 dpi, so that
// blur is measured on paper and not in pixels. It is smoothed lightly, which
// takes two thirds of the noise, and cut into tiles about as high as a line.
//
//   - Content is the share of tiles with something on them: tiles whose contrast
//     stands well above that of the quietest tiles. A page with next to none is
//     blank. Noise alone is no content.
//   - Sharpness is taken from tiles with strong strokes only: the steepest step
//     between two pixels divided by the tile's contrast, both freed of what the
//     noise of the empty tiles would give; the page's value is the median. So it
//     asks how wide an edge is, not how many edges there are or how black. (The
//     variance of the Laplacian, the usual measure, calls a noisy page sharp and
//     a page with little text blurred.)
//   - Contrast is that of the better quarter of the written tiles; paper is the
//     luminance of the lighter tiles. Dark paper is too dark; poor contrast on
//     light paper is too bright.
//   - Resolution is pixels on paper. A PDF's matrix tells the size of a picture
//     on the page; a picture file's own word is taken where it can be true;
//     otherwise a picture shows a page with A4's long side.
//
// In a PDF only pictures of paper are measured. A page with real text was never
// paper, whatever logos it bears; a page whose text lies hidden over a picture,
// as text recognition leaves it, was.
//
// # How the thresholds were chosen
//
// Generated Vietnamese forms (package samplepage) were spoilt in steps and read
// by Tesseract 5 with its Vietnamese model. The share of words read right:
//
//	blur, standard deviation (mm)   0    0.10  0.20  0.25  0.30  0.35  0.40  0.45  0.50  0.60
//	sharpness                       0.44 0.39  0.29  0.25  0.22  0.19  0.18  0.16  0.15  0.13
//	read, print of 12.5 points      0.89 0.88  0.89  0.87  0.87  0.82  0.72  0.45  0.27  0.06
//
//	sharpness, print of 9 points    0.45 0.39  0.33  0.28  0.24  0.21  0.19  0.17  0.15
//	read, print of 9 points         0.92 0.93  0.88  0.87  0.87  0.73  0.40  0.16  0.03
//
// The sharpness of a page is the same within 0.01 at 150, 200 and 300 dpi, and
// falls by 0.02 under noise of 15 grey levels. So below 0.23, where small print
// begins to suffer, a page is doubtful; below 0.17, where small print is lost
// and ordinary print going, unreadable.
//
// Ink of a fifth of the full contrast (43 of 255) is still read under noise of
// 10 levels, of 0.15 (33) only by half: warn below 60, error below 32. Paper of
// luminance 84 is still read under that noise, of 58 not: warn below 110, where
// people begin to complain, error below 65. At 100 dpi ordinary print is read
// as well as at 200, at 60 no longer; small print needs half as much again.
//
// The numbers are data (profile.json) and carry a version that every report
// repeats. The forms they come from are drawn, not collected: they are to be
// tried on real scans of the offices before anybody is refused by them alone.
//
// # Limits
//
// Whoever uploads a file may mean harm. Pixels are counted before they are
// decoded, pages are decoded one at a time, unpacked streams, objects, depth
// and bytes read are bounded, scripts, launches and embedded files are found
// wherever in a PDF they lie, a panic in a parser makes the file corrupt, and
// every read asks whether the caller still waits. All the same a crafted PDF may
// cost several times its size in memory, and a single decoder call cannot be
// interrupted: so the program has all this done in a child process with limits of
// its own (package confined).
//
// JPEG 2000 and JBIG2 inside a PDF, JPEG inside a TIFF, and uncommon colour
// spaces cannot be unpacked; such a page is judged as another program draws it
// (Renderer), and where there is none a person is asked to look. Blur in one direction only (a page that moved) is seen less well than
// blur in all. White writing on black passes if it is sharp. Pictures written
// into a content stream itself are taken for drawings.
package scan
