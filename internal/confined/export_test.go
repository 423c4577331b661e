package confined

import (
	"bytes"
	"context"

	"hoso/internal/scan"
)

// Job has children of the test's own binary do something more.
func Job(name string, f func(ctx context.Context, file []byte) (any, error)) {
	jobs[name] = func(ctx context.Context, c *child) (any, error) {
		data := make([]byte, c.Bytes)
		if _, err := c.file.ReadAt(data, 0); err != nil && len(data) > 0 {
			return nil, err
		}
		return f(ctx, data)
	}
}

// Do gives a child a job.
func (c *Checker) Do(ctx context.Context, job string, data []byte, result any) (scan.Cause, error) {
	return c.do(ctx, job, bytes.NewReader(data), int64(len(data)), scan.DefaultProfile(), result)
}

// Use has the children be another program.
func (c *Checker) Use(exe string) { c.exe = exe }

// Race says whether this build has the race detector.
const Race = raceDetector
