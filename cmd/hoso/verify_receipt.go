package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/receipt"
)

func newVerifyReceipt(set *settings) *cobra.Command {
	var keys string
	var documents []string
	c := &cobra.Command{
		Use:   "verify-receipt FILE",
		Short: "Check a signed slip or receipt; needs no network",
		Long: `Checks the signature of a slip or receipt (a PDF, or the hoso-receipt.json it
carries) with the public keys of its issuer, and prints what was signed. Each
--document is compared with the digests of what was handed over. What counts is
what is printed here, not what a page may look like.

Exits with 1 when the file is not valid or a document was not handed over.`,
		Example: "  hoso verify-receipt 01-H26.12.03-261125-0001.pdf --keys receipt-keys.json --document to-khai.pdf",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return set.verifyReceipt(args[0], keys, documents)
		},
	}
	c.Flags().StringVar(&keys, "keys", "", "the issuer's public keys, a JWK set `file`")
	c.Flags().StringArrayVar(&documents, "document", nil, "a `file` that should be among those handed over; may be repeated")
	c.MarkFlagRequired("keys") //nolint:errcheck // the flag is defined above
	return c
}

func (s *settings) verifyReceipt(name, keyFile string, documents []string) error {
	keys, err := receipt.LoadKeys(keyFile)
	if err != nil {
		return err
	}
	file, err := readBounded(name)
	if err != nil {
		return err
	}
	verify := receipt.Verify
	if receipt.IsPDF(file) {
		verify = receipt.VerifyPDF
	}
	signed, err := verify(keys, file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.printReceipt(signed)
	return s.compareDocuments(signed, documents)
}

// biggestReceipt bounds what is read; a slip is some tens of kilobytes.
const biggestReceipt = 32 << 20

func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	raw, err := io.ReadAll(io.LimitReader(f, biggestReceipt+1))
	if err == nil && len(raw) > biggestReceipt {
		err = fmt.Errorf("%s is too large for a slip or receipt", name)
	}
	return raw, err
}

func (s *settings) printReceipt(r *receipt.Signed) {
	say := func(label, value string) {
		if value != "" {
			fmt.Fprintf(s.out, "%-12s %s\n", label, value)
		}
	}
	say("valid", "signed with "+r.KeyID)
	say("kind", string(r.Kind)+", form "+r.Form)
	say("code", r.Code)
	say("portal code", r.PortalCode)
	say("procedure", r.Procedure+" ("+r.ProcedureVersion+")")
	say("office", r.Office)
	say("filed", r.FiledAt.Format(time.RFC3339))
	say("received", timeOr(r.ReceivedAt, ""))
	if r.Kind == receipt.Receipt {
		say("due", timeOr(r.DueAt, "no fixed day"))
	}
	say("documents", fmt.Sprint(len(r.Documents)))
}

func timeOr(t *time.Time, otherwise string) string {
	if t == nil {
		return otherwise
	}
	return t.Format(time.RFC3339)
}

// compareDocuments says of each file whether it was handed over.
func (s *settings) compareDocuments(r *receipt.Signed, names []string) error {
	var failed error
	for _, name := range names {
		sum, err := digestOf(name)
		if err != nil {
			return err
		}
		word := "handed over"
		if !r.Names(sum) {
			word, failed = "NOT handed over", errTold
		}
		fmt.Fprintf(s.out, "%s: %s\n", name, word)
	}
	return failed
}

func digestOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
