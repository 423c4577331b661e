package program

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Two processes over one data folder sign with one key.
func TestTheReceiptKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	c := load(t, "HOSO_DATA="+data)
	require.NoError(t, c.Check())
	words, err := c.signing()
	require.NoError(t, err)
	require.Empty(t, words, "none yet")
	one, public, err := c.receiptKey()
	require.NoError(t, err)
	two, _, err := c.receiptKey()
	require.NoError(t, err)
	require.Equal(t, one.ID(), two.ID())
	require.Contains(t, public, one.ID())
	require.Equal(t, filepath.Join(data, "keys", "receipt-keys.json"), c.ReceiptKeyFile())
	words, err = c.signing()
	require.NoError(t, err)
	require.Contains(t, words, "1 public keys")
}

func TestAFolderThatIsNamedMustHoldTheReceiptKey(t *testing.T) {
	t.Parallel()
	data, named := t.TempDir(), t.TempDir()
	c := load(t, "HOSO_DATA="+data, "HOSO_RECEIPT_KEYS="+named)
	require.NoError(t, c.Check())
	_, _, err := c.receiptKey()
	require.ErrorContains(t, err, "HOSO_RECEIPT_KEYS names a folder without receipt-key.json")
	_, err = c.signing()
	require.Error(t, err, "the doctor sees it, too")
	require.NoFileExists(t, filepath.Join(named, "receipt-key.json"))

	own := load(t, "HOSO_DATA="+data)
	require.NoError(t, own.Check())
	made, _, err := own.receiptKey()
	require.NoError(t, err)
	require.NoError(t, os.Rename(filepath.Join(data, "keys", "receipt-key.json"), filepath.Join(named, "receipt-key.json")))
	moved, public, err := c.receiptKey()
	require.NoError(t, err)
	require.Equal(t, made.ID(), moved.ID())
	require.Len(t, public, 1)
}
