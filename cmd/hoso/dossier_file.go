package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/apiclient"
)

// filingFlags are a filing as flags.
type filingFlags struct {
	givenFlags
	from                                                      string
	procedure, caseCode, authority                            string
	quantity                                                  int
	name, citizenID, born, phone, email, address, area        string
	mandate, evidence                                         string
	method, carrier, recipient, recipientPhone, recipientAddr string
	freeHelp, vulnerable, dryRun, noWait                      bool
}

func newFile(f *callFlags) *cobra.Command {
	var in filingFlags
	c := &cobra.Command{
		Use:   "file",
		Short: "File a dossier",
		Long: `Files a dossier from files on disk: scans are uploaded first and what the check
found is told, then the request is sent, and the way that the dossier takes is
shown as soon as it is decided. --from FILE ("-" for standard input) sends a
request written as JSON instead of flags. --dry-run files nothing and tells what
to read out to the citizen; it fails where the filing would be refused. Scans are
uploaded and stored all the same, and wait for a filing that uses them.`,
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
	s(&in.mandate, "mandate", "self", "by what right: self, assisted or authorised")
	s(&in.evidence, "evidence", "", "proof of it: signature, otp or witnessed")
	in.givenFlags.define(c)
	s(&in.method, "delivery", "courier", "courier, counter or electronic")
	s(&in.carrier, "carrier", "", "carrier that brings the result (vnpost, viettelpost)")
	s(&in.recipient, "recipient", "", "who gets the parcel (default: the applicant)")
	s(&in.recipientPhone, "recipient-phone", "", "recipient's phone")
	s(&in.recipientAddr, "recipient-address", "", "recipient's address")
	c.Flags().BoolVar(&in.freeHelp, "free-help", false, "somebody who cannot do it alone was helped without a fee")
	c.Flags().BoolVar(&in.vulnerable, "vulnerable", false, "somebody who is served first")
	c.Flags().BoolVar(&in.dryRun, "dry-run", false, "file nothing; tell what would become of it (scans are stored all the same)")
	c.Flags().BoolVar(&in.noWait, "no-wait", false, "do not wait until the way that it takes is decided")
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
	if in.dryRun {
		raw, err := c.Post(ctx, "/v1/dossiers?dry_run=true", key, body)
		if err != nil {
			return err
		}
		if len(in.scans) > 0 && !f.json {
			fmt.Fprintln(f.err, "các bản quét đã được lưu, chưa thuộc hồ sơ nào")
		}
		return f.readOut(raw)
	}
	raw, err := c.Post(ctx, "/v1/dossiers", key, body)
	if err != nil {
		return err
	}
	if !in.noWait {
		raw = f.routed(ctx, c, raw)
	}
	return f.show(raw)
}

// routedWithin is how long a filing waits to be told which way it goes.
const routedWithin = 15 * time.Second

// routed waits until the check has decided the dossier's way. Where it takes too
// long, what was answered stands: the dossier is filed either way.
func (f *callFlags) routed(ctx context.Context, c *apiclient.Client, raw json.RawMessage) json.RawMessage {
	ctx, cancel := context.WithTimeout(ctx, routedWithin)
	defer cancel()
	for {
		var d apiclient.Dossier
		if json.Unmarshal(raw, &d) != nil || d.Code == "" || d.Route != "" {
			return raw
		}
		select {
		case <-ctx.Done():
			return raw
		case <-time.After(200 * time.Millisecond):
		}
		if now, err := c.Get(ctx, "/v1/dossiers/"+d.Code); err == nil {
			raw = now
		}
	}
}

// filing makes the request, uploading what it names.
func (f *callFlags) filing(ctx context.Context, c *apiclient.Client, key string, in filingFlags) (any, error) {
	if in.from != "" {
		return readJSON(in.from, f.in)
	}
	given, err := f.given(ctx, c, key, in.givenFlags, func(others []any) (string, error) {
		if in.procedure == "" {
			return "", errNameless
		}
		return firstMissing(ctx, c, key, in.request(others))
	})
	if err != nil {
		return nil, err
	}
	return in.request(given), nil
}

// request is the filing as the API takes it.
func (in filingFlags) request(components []any) map[string]any {
	body := map[string]any{
		"procedure_code": in.procedure, "quantity": in.quantity, "components": components,
		"applicant": filled(map[string]any{"kind": "citizen", "full_name": in.name, "citizen_id": in.citizenID, "date_of_birth": in.born,
			"phone": in.phone, "email": in.email, "address": in.address, "area": in.area}),
		"mandate": in.byWhatRight(), "free_help": in.freeHelp, "vulnerable": in.vulnerable,
	}
	delivery := filled(map[string]any{"method": in.method, "carrier": in.carrier})
	if in.recipient != "" {
		delivery["recipient"] = map[string]any{"full_name": in.recipient, "phone": in.recipientPhone, "address": in.recipientAddr}
	}
	body["delivery"] = delivery
	for name, value := range filled(map[string]any{"case": in.caseCode, "authority": in.authority}) {
		body[name] = value
	}
	return body
}

func (in filingFlags) byWhatRight() map[string]any {
	m := map[string]any{"kind": in.mandate}
	if in.evidence != "" {
		m["evidence"] = map[string]any{"method": in.evidence}
	}
	return m
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
