package confined

import (
	"bytes"
	"context"
	"time"

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

// Spent is a job that began an hour ago by the clock, and goes on until it has used
// its processor time. It tells whether that was so from the start.
func Spent() {
	jobs["spent"] = func(_ context.Context, c *child) (any, error) {
		c.began = c.began.Add(-time.Hour)
		early := c.spent()
		for !c.spent() { //nolint:revive // it is to use time
		}
		return early, nil
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
