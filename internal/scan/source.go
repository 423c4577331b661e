package scan

import (
	"context"
	"errors"
	"io"
)

// errTooMuchReading stops a file that makes its parser read the same bytes
// again and again.
var errTooMuchReading = errors.New("scan: file makes its parser read too much")

// source is the file as parsers see it. Parsers report a failed disk, a caller
// who went away and a broken file all as errors of their own; source remembers
// the first two, so that only the third becomes a verdict. It is made for one
// check and one goroutine, which is why it may hold a context.
type source struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64
	left int64 // what may still be read
	err  error // the first failure that is not the file's fault
}

func newSource(ctx context.Context, r io.ReaderAt, size int64) *source {
	return &source{ctx: ctx, r: r, size: size, left: 4*size + 32<<20}
}

// ReadAt implements io.ReaderAt within the file's size.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	s.err = s.ctx.Err()
	if s.err != nil {
		return 0, s.err
	}
	if off < 0 || off >= s.size {
		return 0, io.EOF
	}
	if s.left -= cost(len(p)); s.left < 0 {
		return 0, errTooMuchReading
	}
	short := int64(len(p)) > s.size-off
	if short {
		p = p[:s.size-off]
	}
	n, err := s.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
		return n, err
	}
	if n == len(p) && !short {
		err = nil
	} else if n < len(p) || short {
		err = io.EOF
	}
	return n, err
}

// cost weighs a read against what an honest file needs, which is each byte about
// once. Parsers look through a small buffer for each small object and keep
// little of it; what they read at one go they keep.
func cost(n int) int64 {
	const buffer, little = 4096, 512
	if n <= buffer {
		return little
	}
	return int64(n)
}

// stream reads the file from its start.
func (s *source) stream() *io.SectionReader { return io.NewSectionReader(s, 0, s.size) }

// failed is the failure that is not the file's fault, if there was one.
func (s *source) failed() error {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	return s.err
}
