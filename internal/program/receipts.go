package program

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hoso/internal/receipt"
)

// receiptKey gives the key that signs slips and receipts, and the public ones
// that verify them. Without a folder named it is made in Data, which all
// processes of an installation share; a folder that was named must hold one.
func (c *Config) receiptKey() (*receipt.Key, receipt.Keys, error) {
	if err := c.receiptKeyExists(); err != nil {
		return nil, nil, err
	}
	key, err := receipt.EnsureKey(c.ReceiptKeys)
	if err != nil {
		return nil, nil, err
	}
	public, err := receipt.LoadKeys(c.ReceiptKeyFile())
	return key, public, err
}

// ReceiptKeyFile is the file of public keys that verifies slips and receipts.
func (c *Config) ReceiptKeyFile() string { return filepath.Join(c.ReceiptKeys, receipt.PublicName) }

func (c *Config) receiptKeyExists() error {
	if c.ownReceiptKeys {
		return nil
	}
	file := filepath.Join(c.ReceiptKeys, receipt.PrivateName)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("configuration: HOSO_RECEIPT_KEYS names a folder without %s: put the key there, or leave it unset to have one made in the data folder", receipt.PrivateName)
	}
	return nil
}

// signing says what verifies slips and receipts; "" where there is no key yet.
func (c *Config) signing() (string, error) {
	if err := c.receiptKeyExists(); err != nil {
		return "", err
	}
	keys, err := receipt.LoadKeys(c.ReceiptKeyFile())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return fmt.Sprintf("slips and receipts; %d public keys in %s", len(keys), c.ReceiptKeyFile()), err
}
