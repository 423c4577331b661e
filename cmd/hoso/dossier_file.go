package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hoso/internal/apiclient"
)

// filingFlags are a filing as flags.
type filingFlags struct {
	from                                                      string
	procedure, caseCode, authority                            string
	quantity                                                  int
	name, citizenID, born, phone, email, address, area        string
	scans, papers                                             []string
	method, carrier, recipient, recipientPhone, recipientAddr string
	freeHelp, vulnerable                                      bool
}

func newFile(f *callFlags) *cobra.Command {
	var in filingFlags
	c := &cobra.Command{
		Use:   "file",
		Short: "File a dossier",
		Long: `Files a dossier: scans are uploaded first, then the request is sent. --from FILE
("-" for standard input) sends a request written as JSON instead of flags.`,
		Example: `  hoso dossier file --as clerk-vnphki --procedure 2.000635 --authority H26.12.03 \
    --name "Nguyễn Văn Mẫu" --citizen-id 001090000001 --born 1990-05-17 --phone 0900000123 \
    --address "Số 1 phố Thí Dụ, Hà Nội" --scan to-khai=form.pdf --carrier vnpost`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.file(cmd.Context(), in) },
	}
	in.define(c)
	return c
}

func (in *filingFlags) define(c *cobra.Command) {
	s := func(p *string, name, value, usage string) { c.Flags().StringVar(p, name, value, usage) }
	s(&in.from, "from", "", "JSON `file` with the whole request")
	s(&in.procedure, "procedure", "", "procedure code (2.000635)")
	s(&in.caseCode, "case", "", "case of the procedure (default: the usual one)")
	s(&in.authority, "authority", "", "deciding authority, where it does not follow from the area")
	c.Flags().IntVar(&in.quantity, "quantity", 1, "copies asked for")
	s(&in.name, "name", "", "applicant's full name")
	s(&in.citizenID, "citizen-id", "", "applicant's identity number, 12 digits")
	s(&in.born, "born", "", "applicant's date of birth (1990-05-17)")
	s(&in.phone, "phone", "", "applicant's phone")
	s(&in.email, "email", "", "applicant's e-mail")
	s(&in.address, "address", "", "applicant's address")
	s(&in.area, "area", "", "ward or commune by the statistics office's code")
	c.Flags().StringArrayVar(&in.scans, "scan", nil, "`COMPONENT=FILE` scanned, repeatable")
	c.Flags().StringArrayVar(&in.papers, "paper", nil, "`COMPONENT` given as paper original, repeatable")
	s(&in.method, "delivery", "courier", "courier, counter or electronic")
	s(&in.carrier, "carrier", "", "carrier that brings the result (vnpost, viettelpost)")
	s(&in.recipient, "recipient", "", "who gets the parcel (default: the applicant)")
	s(&in.recipientPhone, "recipient-phone", "", "recipient's phone")
	s(&in.recipientAddr, "recipient-address", "", "recipient's address")
	c.Flags().BoolVar(&in.freeHelp, "free-help", false, "somebody who cannot do it alone was helped without a fee")
	c.Flags().BoolVar(&in.vulnerable, "vulnerable", false, "somebody who is served first")
}

func (f *callFlags) file(ctx context.Context, in filingFlags) error {
	c, err := f.client()
	if err != nil {
		return err
	}
	key := f.idempotencyKey()
	body, err := f.filing(ctx, c, key, in)
	if err != nil {
		return err
	}
	raw, err := c.Post(ctx, "/v1/dossiers", key, body)
	if err != nil {
		return err
	}
	return f.show(raw)
}

// filing makes the request, uploading what it names.
func (f *callFlags) filing(ctx context.Context, c *apiclient.Client, key string, in filingFlags) (any, error) {
	if in.from != "" {
		return readJSON(in.from, f.in)
	}
	given, err := f.given(ctx, c, key, in.scans, in.papers)
	if err != nil {
		return nil, err
	}
	body := map[string]any{
		"procedure_code": in.procedure, "quantity": in.quantity, "components": given,
		"applicant": filled(map[string]any{"kind": "citizen", "full_name": in.name, "citizen_id": in.citizenID, "date_of_birth": in.born,
			"phone": in.phone, "email": in.email, "address": in.address, "area": in.area}),
		"mandate": map[string]any{"kind": "self"}, "free_help": in.freeHelp, "vulnerable": in.vulnerable,
	}
	delivery := filled(map[string]any{"method": in.method, "carrier": in.carrier})
	if in.recipient != "" {
		delivery["recipient"] = map[string]any{"full_name": in.recipient, "phone": in.recipientPhone, "address": in.recipientAddr}
	}
	body["delivery"] = delivery
	for name, value := range filled(map[string]any{"case": in.caseCode, "authority": in.authority}) {
		body[name] = value
	}
	return body, nil
}

// filled leaves out what was not given.
func filled(fields map[string]any) map[string]any {
	for name, value := range fields {
		if value == "" {
			delete(fields, name)
		}
	}
	return fields
}

// given makes the list of components, uploading the scans under keys made from
// the command's, so that a repetition uploads nothing anew.
func (f *callFlags) given(ctx context.Context, c *apiclient.Client, key string, scans, papers []string) ([]any, error) {
	out := []any{}
	for _, scan := range scans {
		component, path, ok := strings.Cut(scan, "=")
		if !ok {
			return nil, fmt.Errorf("--scan %s: write COMPONENT=FILE", scan)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("--scan: %w", err)
		}
		doc, err := c.Scan(ctx, key+"/"+component, filepath.Base(path), raw)
		if err != nil {
			return nil, err
		}
		for _, finding := range doc.Findings {
			fmt.Fprintf(f.err, "%s: %s\n", component, finding.Message)
		}
		out = append(out, map[string]any{"code": component, "document_id": doc.ID})
	}
	for _, component := range papers {
		out = append(out, map[string]any{"code": component, "form": "paper_original"})
	}
	return out, nil
}

func readJSON(path string, stdin io.Reader) (json.RawMessage, error) {
	var raw []byte
	var err error
	if path == "-" {
		raw, err = io.ReadAll(stdin)
	} else {
		raw, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	return raw, nil
}
