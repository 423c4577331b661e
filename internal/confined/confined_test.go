package confined_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/stretchr/testify/require"

	"hoso/internal/confined"
	"hoso/internal/scan"
)

// The children of these tests are this same binary, and can do some things that
// no honest child does.
func TestMain(m *testing.M) {
	confined.Job("spin", func(context.Context, []byte) (any, error) {
		for {
		}
	})
	confined.Job("sleep", func(context.Context, []byte) (any, error) { select {} })
	confined.Job("hoard", hoard)
	confined.Job("panic", func(_ context.Context, file []byte) (any, error) { panic(string(file)) })
	confined.Job("nonsense", func(context.Context, []byte) (any, error) {
		fmt.Print("{")
		os.Exit(0)
		return nil, nil
	})
	confined.Job("silence", func(context.Context, []byte) (any, error) { os.Exit(0); return nil, nil })
	confined.Job("chatter", func(context.Context, []byte) (any, error) {
		for {
			os.Stdout.Write(make([]byte, 1<<16)) //nolint:errcheck // until it is killed
		}
	})
	confined.Job("echo", func(_ context.Context, file []byte) (any, error) { return string(file), nil })
	confined.Job("dial", func(_ context.Context, file []byte) (any, error) {
		c, err := net.DialTimeout("tcp", string(file), time.Second)
		if err == nil {
			err = c.Close()
			return "reached", err
		}
		return "refused", nil
	})
	confined.Job("write", func(context.Context, []byte) (any, error) {
		f, err := os.CreateTemp("/tmp", "hoso-child-*")
		if err != nil {
			return "refused", nil
		}
		defer os.Remove(f.Name())
		if n, err := f.Write([]byte("a")); err != nil || n == 0 {
			return "refused", nil
		}
		return "written", nil
	})
	confined.Job("overwrite", func(context.Context, []byte) (any, error) {
		if _, err := os.NewFile(3, "").WriteAt([]byte("a"), 0); err != nil {
			return "refused", nil
		}
		return "written", nil
	})
	confined.Job("read", func(_ context.Context, file []byte) (any, error) {
		if _, err := os.ReadFile(string(file)); err != nil {
			return "refused", nil
		}
		return "read", nil
	})
	confined.Job("list", func(_ context.Context, file []byte) (any, error) {
		if _, err := os.ReadDir(filepath.Dir(string(file))); err != nil {
			return "refused", nil
		}
		return "listed", nil
	})
	confined.Job("harm", func(_ context.Context, file []byte) (any, error) {
		name := string(file)
		if os.Truncate(name, 0) == nil || os.Rename(name, name+"-") == nil || os.Remove(name) == nil || os.Mkdir(name+"-", 0o700) == nil {
			return "harmed", nil
		}
		return "refused", nil
	})
	confined.Job("environment", func(context.Context, []byte) (any, error) { return os.Environ(), nil })
	confined.Serve()
	if os.Getenv(parentVariable) != "" {
		beParent()
	}
	api.DisableConfigDir()
	os.Exit(m.Run())
}

func hoard(context.Context, []byte) (any, error) {
	var kept [][]byte
	for {
		b := make([]byte, 4<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		kept = append(kept, b)
		runtime.KeepAlive(kept)
	}
}

// roomy are limits that an honest child keeps on the busiest machine, with the
// race detector in it.
func roomy() confined.Limits {
	l := confined.DefaultLimits()
	l.WallMS, l.ClockMS, l.BeginPageMS, l.CPUSeconds = 120_000, 120_000, 110_000, 100
	if confined.Race {
		l.Memory = 2 << 30
	}
	return l
}

func checker(t testing.TB, l confined.Limits, change ...func(*confined.Options)) *confined.Checker {
	t.Helper()
	o := confined.Options{Limits: l}
	for _, f := range change {
		f(&o)
	}
	c, err := confined.New(o)
	require.NoError(t, err)
	return c
}

// Whatever a child does, the parent hears of it as a cause, and lives on.
func TestChildrenThatEndBadly(t *testing.T) {
	t.Parallel()
	short := roomy()
	short.CPUSeconds = 1
	small := roomy()
	small.Memory = 192 << 20
	if confined.Race {
		small.Memory = 512 << 20
	}
	for _, c := range []struct {
		job    string
		limits confined.Limits
		want   scan.Cause
	}{
		{"spin", short, scan.OutOfTime}, {"hoard", small, scan.OutOfMemory}, {"panic", roomy(), scan.Crashed},
		{"nonsense", roomy(), scan.Crashed}, {"silence", roomy(), scan.Crashed}, {"chatter", roomy(), scan.Crashed},
	} {
		t.Run(c.job, func(t *testing.T) {
			t.Parallel()
			var used confined.Usage
			ch := checker(t, c.limits, func(o *confined.Options) { o.Observe = func(u confined.Usage) { used = u } })
			var out any
			cause, err := ch.Do(t.Context(), c.job, []byte("a"), &out)
			require.NoError(t, err)
			require.Equal(t, c.want, cause)
			if !confined.Race { // where nothing but the watch bounds it, and that is as quick as the machine is free
				require.LessOrEqual(t, used.Together, c.limits.Memory+32<<20)
			}
			var said string
			cause, err = ch.Do(t.Context(), "echo", []byte("still here"), &said)
			require.NoError(t, err)
			require.Empty(t, cause)
			require.Equal(t, "still here", said)
		})
	}
}

// A child that did not get its processor time before its time was up met a busy
// machine; the file is not blamed for it.
func TestWaitingIsNotTheFilesFault(t *testing.T) {
	t.Parallel()
	l := roomy()
	l.WallMS, l.ClockMS, l.BeginPageMS = 3000, 3000, 3000
	for _, job := range []string{"sleep", "spin"} {
		var out any
		_, err := checker(t, l).Do(t.Context(), job, []byte("a"), &out)
		require.ErrorIs(t, err, confined.ErrBusy, "%s: it did not get its 100 seconds of the processor", job)
	}
}

// held is a file that does not come until it is told to.
type held struct {
	asked chan<- struct{}
	come  <-chan struct{}
}

func (h held) ReadAt(p []byte, _ int64) (int, error) {
	h.asked <- struct{}{}
	<-h.come
	return copy(p, "a"), nil
}

// Not more children than there are places; who no longer waits leaves the line,
// or has the child ended, and the place is free again.
func TestTheLine(t *testing.T) {
	t.Parallel()
	c := checker(t, roomy(), func(o *confined.Options) { o.AtOnce = 2 })
	asked, come := make(chan struct{}, 8), make(chan struct{})
	ended := make(chan error, 3)
	for range 3 {
		go func() {
			_, err := c.Check(t.Context(), held{asked, come}, 1, scan.DefaultProfile())
			ended <- err
		}()
	}
	<-asked
	<-asked // both places are taken
	gone, leave := context.WithCancel(t.Context())
	leave()
	var out any
	_, err := c.Do(gone, "echo", []byte("a"), &out)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, asked, "the third waits")
	close(come)
	for range 3 {
		require.NoError(t, <-ended)
	}

	for range 3 { // more than there are places
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		_, err := c.Do(ctx, "sleep", []byte("a"), &out)
		require.ErrorIs(t, err, context.Canceled)
	}
	_, err = c.Do(t.Context(), "echo", []byte("a"), &out)
	require.NoError(t, err)
}

func strings(s string) io.ReaderAt { return bytes.NewReader([]byte(s)) }

// What a child has no need of it does not have.
func TestWhatAChildMayNot(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has these walls")
	}
	c := checker(t, roomy())
	words, whole := c.State()
	if whole {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close() //nolint:errcheck // a test's
		var said string
		_, err = c.Do(t.Context(), "dial", []byte(l.Addr().String()), &said)
		require.NoError(t, err)
		require.Equal(t, "refused", said)
	} else {
		t.Log(words)
	}
	for _, job := range []string{"write", "overwrite"} {
		var said string
		_, err := c.Do(t.Context(), job, []byte("b"), &said)
		require.NoError(t, err)
		require.Equal(t, "refused", said, job)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("a"), 0o600))
	for _, job := range []string{"read", "list", "harm"} {
		if !whole {
			break
		}
		var said string
		_, err := c.Do(t.Context(), job, []byte(secret), &said)
		require.NoError(t, err)
		require.Equal(t, "refused", said, job)
	}
	var environ []string
	_, err := c.Do(t.Context(), "environment", nil, &environ)
	require.NoError(t, err)
	require.NotEmpty(t, environ)
	for _, pair := range environ {
		require.NotContains(t, pair, "HOSO_")
		require.NotContains(t, pair, "PATH=")
	}
}

// blank is a picture without anything on it.
func blank(t testing.TB) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 100, 100))
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

var errDisk = errors.New("disk on fire")

type burning struct{}

func (burning) ReadAt([]byte, int64) (int, error) { return 0, errDisk }

// A file that cannot be read is an error, never a verdict; nothing stays behind.
func TestTheDiskFails(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	c := checker(t, roomy())
	_, err := c.Check(t.Context(), burning{}, 10, scan.DefaultProfile())
	require.ErrorIs(t, err, errDisk)
	_, err = c.Check(t.Context(), strings("no scan"), 7, scan.DefaultProfile())
	require.NoError(t, err)
	old := filepath.Join(dir, "hoso-codes-1")
	require.NoError(t, os.Mkdir(old, 0o700))
	long := time.Now().Add(-2 * time.Hour)
	require.NoError(t, os.Chtimes(old, long, long))
	c = checker(t, roomy()) // sweeps up after one that was killed
	picture := blank(t)
	_, err = c.Codes(t.Context(), bytes.NewReader(picture), int64(len(picture)), scan.DefaultProfile())
	require.NoError(t, err)
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
