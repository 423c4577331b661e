package blob_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/blob"
)

// vault is a store in a folder that has neighbours.
type vault struct {
	*blob.Store
	root    string // the store's own folder
	outside string // the folder around it
}

func setup(t *testing.T) vault {
	t.Helper()
	outside := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(outside, "secret"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(outside, "secret", "keys.json"), []byte("top secret"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(outside, "neighbour"), []byte("not yours"), 0o600))
	root := filepath.Join(outside, "blobs")
	store, err := blob.Open(root)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return vault{store, root, outside}
}

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func (v vault) put(t *testing.T, content string) blob.Stored {
	t.Helper()
	stored, err := v.Put(strings.NewReader(content), 1<<20)
	require.NoError(t, err)
	return stored
}

func (v vault) get(t *testing.T, name string) string {
	t.Helper()
	f, err := v.Get(name)
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // only read
	raw, err := io.ReadAll(f)
	require.NoError(t, err)
	return string(raw)
}

// tree lists every file below a folder with its content, and every folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		name, err := filepath.Rel(dir, path)
		require.NoError(t, err)
		switch {
		case d.IsDir():
			found[name] = "folder"
		case d.Type().IsRegular():
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			found[name] = "file " + string(raw)
		default:
			found[name] = d.Type().String()
		}
		return nil
	}))
	return found
}

func TestPutAndGet(t *testing.T) {
	t.Parallel()
	v := setup(t)
	stored := v.put(t, "hồ sơ")
	sum := digest("hồ sơ")
	require.Equal(t, blob.Stored{SHA256: sum, Name: sum, Bytes: 8}, stored)
	require.Equal(t, "hồ sơ", v.get(t, stored.Name))
	require.Equal(t, map[string]string{".": "folder", sum[:2]: "folder", sum[:2] + "/" + sum: "file hồ sơ"}, tree(t, v.root))
}

func TestAnyBytesComeBack(t *testing.T) {
	t.Parallel()
	v := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(t, "content")
		stored, err := v.Put(iotest.OneByteReader(bytes.NewReader(content)), int64(len(content)))
		require.NoError(t, err)
		require.Equal(t, digest(string(content)), stored.SHA256)
		require.EqualValues(t, len(content), stored.Bytes)
		f, err := v.Get(stored.Name)
		require.NoError(t, err)
		defer f.Close() //nolint:errcheck // only read
		raw, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Equal(t, string(content), string(raw))
	})
}

func TestTheSameBytesTwiceAreKeptOnce(t *testing.T) {
	t.Parallel()
	v := setup(t)
	first := v.put(t, "the same")
	before := tree(t, v.root)
	require.Equal(t, first, v.put(t, "the same"))
	require.Equal(t, before, tree(t, v.root))
}

func TestTheSameBytesAgainMendADamagedFile(t *testing.T) {
	t.Parallel()
	v := setup(t)
	stored := v.put(t, "whole")
	require.NoError(t, os.WriteFile(filepath.Join(v.root, stored.Name[:2], stored.Name), []byte("who"), 0o600))
	v.put(t, "whole")
	require.Equal(t, "whole", v.get(t, stored.Name))
}

func TestFilesOutliveTheStore(t *testing.T) {
	t.Parallel()
	v := setup(t)
	stored := v.put(t, "kept")
	again, err := blob.Open(v.root)
	require.NoError(t, err)
	defer again.Close() //nolint:errcheck // only read
	require.Equal(t, "kept", vault{Store: again}.get(t, stored.Name))
}

func TestOnlyTheOwnerReads(t *testing.T) {
	t.Parallel()
	v := setup(t)
	stored := v.put(t, "personal")
	for path, want := range map[string]fs.FileMode{"": 0o700, stored.Name[:2]: 0o700, filepath.Join(stored.Name[:2], stored.Name): 0o600} {
		info, err := os.Stat(filepath.Join(v.root, path))
		require.NoError(t, err)
		require.Equal(t, want, info.Mode().Perm(), path)
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		content string
		limit   int64
		fits    bool
	}{
		{"", 0, true}, {"a", 0, false}, {"12345", 6, true}, {"12345", 5, true}, {"12345", 4, false}, {"", -1, false},
		{"12345", math.MaxInt64 - 1, true}, {"12345", math.MaxInt64, true},
	} {
		t.Run(fmt.Sprintf("%d of %d", len(c.content), c.limit), func(t *testing.T) {
			t.Parallel()
			v := setup(t)
			stored, err := v.Put(strings.NewReader(c.content), c.limit)
			if !c.fits {
				require.ErrorIs(t, err, blob.ErrTooLarge)
				require.Zero(t, stored)
				require.Equal(t, map[string]string{".": "folder"}, tree(t, v.root), "nothing is left of it")
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.content, v.get(t, stored.Name))
		})
	}
}

// TestALimitIsReachedWithoutReadingOn guards the disk: an endless upload stops
// one byte past the limit.
func TestALimitIsReachedWithoutReadingOn(t *testing.T) {
	t.Parallel()
	v := setup(t)
	source := &endless{}
	_, err := v.Put(source, 1000)
	require.ErrorIs(t, err, blob.ErrTooLarge)
	require.LessOrEqual(t, source.read, int64(1001))
}

// endless is an upload that goes on; a store that does not stop gets its end
// after all, so that a broken test fills no disk.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 1<<20 {
		return 0, io.EOF
	}
	e.read += int64(len(p))
	return len(p), nil
}

func TestABrokenUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	v := setup(t)
	cut := errors.New("connection lost")
	_, err := v.Put(io.MultiReader(strings.NewReader("half of"), iotest.ErrReader(cut)), 1<<20)
	require.ErrorIs(t, err, cut)
	require.Equal(t, map[string]string{".": "folder"}, tree(t, v.root))
}

func TestUnknownNames(t *testing.T) {
	t.Parallel()
	v := setup(t)
	v.put(t, "something")
	for _, name := range []string{"", "a", "abcdefg", digest("something else"), digest("something")[:63], digest("something") + "0"} {
		_, err := v.Get(name)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
	}
}

// TestNoNameLeadsElsewhere tries names that an attacker would: whatever they
// point at, Get knows no such file.
func TestNoNameLeadsElsewhere(t *testing.T) {
	t.Parallel()
	v := setup(t)
	sum := v.put(t, "something").Name
	require.NoError(t, os.WriteFile(filepath.Join(v.root, "tmp-CRASHEDHALFWAY"), []byte("half"), 0o600))
	before := tree(t, v.outside)
	for _, name := range []string{
		"../neighbour", "../secret/keys.json", "../../neighbour", "..neighbour", "../blobs/" + sum[:2] + "/" + sum,
		"/etc/passwd", "//etc/passwd", "./../neighbour", "aa/../../neighbour", "aa/../../../etc/passwd",
		filepath.Join(v.outside, "neighbour"), sum[:2] + "/../" + sum, sum[:2] + "/./" + sum, "./" + sum[:2] + "/" + sum,
		"tmp-CRASHEDHALFWAY", "./tmp-CRASHEDHALFWAY", sum[:2] + "/../tmp-CRASHEDHALFWAY", "tm/../../tmp-CRASHEDHALFWAY",
		sum[:2] + "/.././", "........", "././././", "~/.ssh/id", "C:\\boot.ini", "..\\neighbour", sum + "\x00", "\x00\x00\x00\x00\x00\x00\x00\x00",
		strings.ToUpper(sum), sum + "\n", "%2e%2e%2fneighbour", "．．/neighbour", strings.Repeat("a", 100_000),
	} {
		f, err := v.Get(name)
		require.Nil(t, f, name)
		require.Error(t, err, name)
		if len(name) < 1000 { // a longer one is refused by the file system itself
			require.ErrorIs(t, err, fs.ErrNotExist, name)
		}
	}
	require.Equal(t, before, tree(t, v.outside))
	require.Equal(t, "something", v.get(t, sum))
}

func TestNamesFromAnywhereLeadNowhere(t *testing.T) {
	t.Parallel()
	v := setup(t)
	stored := v.put(t, "something")
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{".", "..", "/", "tmp-", "neighbour", "blobs", stored.Name[:2], stored.Name[2:], "\x00"})
		name := strings.Join(rapid.SliceOf(part).Draw(t, "parts"), "")
		f, err := v.Get(name)
		if name == stored.Name {
			require.NoError(t, f.Close())
			return
		}
		require.Error(t, err, name)
		require.Nil(t, f)
	})
}

// TestASymbolicLinkLeadsNowhere plants links that lead out of the store at the
// very places where files would lie.
func TestASymbolicLinkLeadsNowhere(t *testing.T) {
	t.Parallel()
	v := setup(t)
	folder, file := digest("into a folder"), digest("into a file")
	require.NotEqual(t, folder[:2], file[:2])
	require.NoError(t, os.Symlink("../secret", filepath.Join(v.root, folder[:2])))
	require.NoError(t, os.Mkdir(filepath.Join(v.root, file[:2]), 0o700))
	require.NoError(t, os.Symlink("../../secret/keys.json", filepath.Join(v.root, file[:2], file)))
	secret := tree(t, filepath.Join(v.outside, "secret"))

	for _, name := range []string{folder, file} {
		_, err := v.Get(name)
		require.Error(t, err)
	}
	_, err := v.Put(strings.NewReader("into a folder"), 100)
	require.Error(t, err)
	v.put(t, "into a file") // takes the link's place and follows it nowhere
	require.Equal(t, "into a file", v.get(t, file))
	require.Equal(t, secret, tree(t, filepath.Join(v.outside, "secret")))
}

// TestWhatACrashLeftDoesNotShow: a half-written file has no name that Get knows,
// and is in nobody's way.
func TestWhatACrashLeftDoesNotShow(t *testing.T) {
	t.Parallel()
	v := setup(t)
	left := filepath.Join(v.root, "tmp-ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	require.NoError(t, os.WriteFile(left, []byte("who"), 0o600))
	_, err := v.Get(digest("whole"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = v.Get(filepath.Base(left))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Equal(t, "whole", v.get(t, v.put(t, "whole").Name))
}

// TestManyAtOnce puts the same few contents from many sides and reads them all
// the while: whoever sees a name sees whole bytes.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	v := setup(t)
	contents := []string{strings.Repeat("một ", 5000), strings.Repeat("hai ", 5000), "ba"}
	var wg sync.WaitGroup
	errs := make(chan error, 1000)
	for range 8 {
		for _, content := range contents {
			wg.Go(func() {
				for range 5 {
					if stored, err := v.Put(strings.NewReader(content), 1<<20); err != nil || stored.SHA256 != digest(content) {
						errs <- fmt.Errorf("putting %s: %w", stored.SHA256, err)
					}
				}
			})
			wg.Go(func() {
				for range 20 {
					errs <- seeWhole(v, content)
				}
			})
		}
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	want := map[string]string{".": "folder"}
	for _, content := range contents {
		sum := digest(content)
		want[sum[:2]], want[sum[:2]+"/"+sum] = "folder", "file "+content
	}
	require.Equal(t, want, tree(t, v.root), "each content once, and no half-written file")
}

// seeWhole wants the content whole or not there yet.
func seeWhole(v vault, content string) error {
	f, err := v.Get(digest(content))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	raw, err := io.ReadAll(f)
	if err == nil && string(raw) != content {
		err = fmt.Errorf("saw %d bytes of %d", len(raw), len(content))
	}
	return err
}

// TestTheNeighboursStayAsTheyAre goes through the store's whole life beside
// other people's files.
func TestTheNeighboursStayAsTheyAre(t *testing.T) {
	t.Parallel()
	v := setup(t)
	around := func() map[string]string {
		all := tree(t, v.outside)
		for name := range all {
			if strings.HasPrefix(name, "blobs"+string(filepath.Separator)) {
				delete(all, name)
			}
		}
		return all
	}
	before := around()
	for i := range 50 {
		v.put(t, fmt.Sprintf("../neighbour/%d", i))
	}
	_, err := v.Put(strings.NewReader("too much"), 3)
	require.Error(t, err)
	require.Equal(t, before, around())
}

func TestOpenNeedsAFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := blob.Open(file)
	require.ErrorContains(t, err, "blob:")
	_, err = blob.Open(filepath.Join(file, "below"))
	require.ErrorContains(t, err, "blob:")
}

func TestAClosedStoreKeepsNothing(t *testing.T) {
	t.Parallel()
	store, err := blob.Open(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, store.Close())
	_, err = store.Put(strings.NewReader("late"), 100)
	require.ErrorContains(t, err, "blob: creating")
}
