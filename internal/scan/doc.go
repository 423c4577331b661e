// Package scan says what a scanned file is worth, before a dossier leaves the
// counter with it. It judges bytes and never names: what kind of file it is,
// whether it opens, what it hides, and for every page whether a person could
// read it. Each finding has a sentence that tells the clerk what to do.
//
//	bytes ─► type ─► size ─► open ─► active content, lock, page count
//	                          │
//	                          └─► page by page: where is the paper? ─► resolution ─► blank?
//	                                ─► sharpness ─► light ─► skew, rotation, edges ─► print
//	                                                                                   │
//	                                                           pages scanned twice ◄───┘
//
// # What is measured
//
// A picture is turned as its file says (EXIF). Where something darker lies around
// a four-cornered sheet, the sheet is the page: a photograph of paper on a desk,
// or a scan with the lid open. The picture is turned grey and, where it is finer,
// brought down to 150 dpi, so that blur is measured on paper and not in pixels.
// It is smoothed lightly, which takes two thirds of the noise, and cut into tiles
// about as high as a line.
//
//   - Content is the share of tiles with something on them: tiles whose contrast
//     stands well above that of the quietest tiles. A page with next to none is
//     blank. Noise alone is no content.
//   - Sharpness is taken from tiles with strong strokes only: the steepest step
//     between two pixels divided by the tile's contrast, both freed of what the
//     noise of the empty tiles would give; the page's value is the median, in the
//     worst direction, for a page that moved, and as it would be in print of
//     ordinary size. So it asks how wide an edge is for the height of the
//     letters, not how many edges there are or how black. (The variance of the
//     Laplacian, the usual measure, calls a noisy page sharp and a page with
//     little text blurred.)
//   - Contrast is that of the better quarter of the written tiles, as a share of
//     the paper's light, which is the luminance of the lighter tiles. Grain is the
//     same contrast against the noise.
//   - Resolution is pixels on paper. A PDF's matrix tells the size of a picture
//     on the page; a picture file's own word is taken where it can be true;
//     otherwise the paper has A4's long side.
//   - Skew, rotation and edges are read from the lines of print, and the print
//     (Print) from where the ink lies. docs/scan.md tells how.
//
// In a PDF only pictures of paper are measured. A page with real text was never
// paper, whatever logos it bears; a page whose text lies hidden over a picture,
// as text recognition leaves it, was. How writing lies is asked of pages that are
// one picture.
//
// # How the thresholds were chosen
//
// docs/scan.md has the experiment, its outcome and the command that repeats it.
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
// (Renderer), and where there is none a person is asked to look. White writing on
// black passes if it is sharp. Pictures written
// into a content stream itself are taken for drawings.
package scan
