package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// readPDF judges a PDF: what it must not hold, then its pages one by one.
func readPDF(in *inspection) error {
	doc, err := openPDF(in)
	if encrypted(doc, err) {
		in.find(Finding{Code: CodeEncrypted, Severity: SeverityError}, CodeEncrypted)
		return nil
	}
	if err != nil {
		return err
	}
	in.judgeActive(doc)
	in.judgeSignatures(doc)
	pages, err := pagesOf(doc, in.p.MaxPages+1)
	if err != nil {
		return err
	}
	in.rep.Pages = len(pages)
	if len(pages) > in.p.MaxPages {
		in.find(Finding{Code: CodeTooManyPages, Severity: SeverityError, Measured: float64(len(pages)), Threshold: float64(in.p.MaxPages)}, CodeTooManyPages)
		return nil
	}
	in.judgeTail()
	for i, pg := range pages {
		if in.late(i + 1) {
			break
		}
		err := in.judgePDFPage(doc, i+1, pg)
		if errors.Is(err, errCoding) {
			err = in.judgeRendered(i+1, pg, err)
		}
		if in.src.failed() != nil {
			return nil // run reports it
		}
		if err != nil {
			in.brokenPage(i+1, err)
		}
	}
	return nil
}

// openPDF reads the file's objects, not yet what they mean. It is lenient, as
// the programs are that people look at PDFs with.
func openPDF(in *inspection) (*model.Context, error) { return objectsOf(in, in.src.stream()) }

func objectsOf(in *inspection, from io.ReadSeeker) (*model.Context, error) {
	limits := model.DefaultResourceLimits()
	limits.MaxStreamBytes = in.src.size
	limits.MaxDecodeBytes = 32 << 20 // of an object stream
	limits.MaxObjectCount = in.p.MaxPDFObjects
	limits.MaxXRefEntries = in.p.MaxPDFObjects
	limits.MaxObjectStreamCount = in.p.MaxPDFObjects
	limits.MaxImagePixels = in.p.MaxPagePixels
	// Made by hand: pdfcpu's own default writes a folder into the user's home.
	conf := &model.Configuration{
		Reader15:       true,
		ValidationMode: model.ValidationRelaxed,
		Cmd:            model.VALIDATE,
		Offline:        true,
		Limits:         limits,
	}
	doc, err := pdfcpu.ReadWithContext(in.src.ctx, from, conf)
	if err != nil {
		return nil, fmt.Errorf("scan: opening PDF: %w", err)
	}
	if len(doc.Table) > in.p.MaxPDFObjects {
		return nil, fmt.Errorf("scan: PDF of %d objects", len(doc.Table))
	}
	return doc, nil
}

// encrypted says whether a PDF is locked, be it with a password or only against
// changes: who takes it in could not sign it.
func encrypted(doc *model.Context, err error) bool {
	for _, sign := range []error{
		pdfcpu.ErrWrongPassword, pdfcpu.ErrEncrypted, pdfcpu.ErrPermissionDenied,
		pdfcpu.ErrMalformedEncryption, pdfcpu.ErrUnsupportedEncryptionFeature,
	} {
		if errors.Is(err, sign) {
			return true
		}
	}
	return err == nil && doc.Encrypt != nil
}

// judgeTail looks for the mark that a PDF ends with. Where it is missing the
// file was most likely cut short, even if all pages could be saved.
func (in *inspection) judgeTail() {
	tail := make([]byte, min(in.src.size, 2048))
	if _, err := in.src.stream().ReadAt(tail, in.src.size-int64(len(tail))); err != nil && in.src.failed() != nil {
		return
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		in.find(Finding{Code: CodeCorrupt, Severity: SeverityWarn}, "corrupt.tail")
	}
}
