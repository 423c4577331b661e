package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hoso/internal/apiclient"
)

// givenFlags are components as flags, in the forms in which they can be given.
type givenFlags struct {
	scans, papers, certified, database, reused, lacking []string
}

func (in *givenFlags) define(c *cobra.Command) {
	a := func(p *[]string, name, usage string) { c.Flags().StringArrayVar(p, name, nil, usage+", repeatable") }
	a(&in.scans, "scan", "`[COMPONENT=]FILE` scanned; without a component, at a filing, the first required one that is not given otherwise")
	a(&in.papers, "paper", "`COMPONENT` given as paper original")
	a(&in.certified, "certified", "`COMPONENT` given as certified copy")
	a(&in.database, "from-database", "`COMPONENT` taken from the national database")
	a(&in.reused, "reuse", "`COMPONENT=CODE` of an earlier dossier of the same person")
	a(&in.lacking, "not-available", "`COMPONENT=REASON` of what cannot be given, or COMPONENT=REASON=SUBSTITUTE")
}

// given makes the list of components, uploading the scans under keys made from
// the command's, so that a repetition uploads nothing anew. find tells of which
// component a scan is that comes without one, by what else is given.
func (f *callFlags) given(ctx context.Context, c *apiclient.Client, key string, in givenFlags, find func(others []any) (string, error)) ([]any, error) {
	scans, nameless, err := scansOf(in)
	if err != nil {
		return nil, err
	}
	rest, err := in.unscanned()
	if err != nil {
		return nil, err
	}
	if nameless != "" {
		component, err := find(append(announced(scans), rest...))
		if err != nil {
			return nil, err
		}
		scans = append(scans, scanned{component, nameless})
	}
	out := []any{}
	for _, s := range scans {
		doc, err := f.upload(ctx, c, key, s)
		if err != nil {
			return nil, err
		}
		out = append(out, map[string]any{"code": s.component, "document_id": doc.ID})
	}
	return append(out, rest...), nil
}

// announced are scans that are yet to be uploaded.
func announced(scans []scanned) []any {
	out := []any{}
	for _, s := range scans {
		out = append(out, map[string]any{"code": s.component, "form": "scan"})
	}
	return out
}

// unscanned are the components that are given in another form.
func (in *givenFlags) unscanned() ([]any, error) {
	var out []any
	for _, of := range []struct {
		form       string
		components []string
	}{{"paper_original", in.papers}, {"paper_certified", in.certified}, {"from_database", in.database}} {
		for _, component := range of.components {
			out = append(out, map[string]any{"code": component, "form": of.form})
		}
	}
	for _, r := range in.reused {
		component, code, ok := strings.Cut(r, "=")
		if !ok {
			return nil, fmt.Errorf("--reuse %s: write COMPONENT=CODE", r)
		}
		out = append(out, map[string]any{"code": component, "form": "reused", "from": map[string]any{"code": code}})
	}
	for _, l := range in.lacking {
		parts := strings.SplitN(l, "=", 3)
		if len(parts) < 2 {
			return nil, fmt.Errorf("--not-available %s: write COMPONENT=REASON", l)
		}
		one := map[string]any{"code": parts[0], "form": "not_available", "reason": parts[1]}
		if len(parts) == 3 {
			one["substitute"] = parts[2]
		}
		out = append(out, one)
	}
	return out, nil
}

// scanned is a scan on disk and the component that it is of.
type scanned struct{ component, path string }

// scansOf reads --scan; one file may come without its component.
func scansOf(in givenFlags) (out []scanned, nameless string, err error) {
	for _, scan := range in.scans {
		component, path, named := strings.Cut(scan, "=")
		switch {
		case named:
			out = append(out, scanned{component, path})
		case nameless != "":
			return nil, "", fmt.Errorf("--scan %s: write COMPONENT=FILE where there are several", scan)
		default:
			path, nameless = scan, scan
		}
		if _, err := os.Stat(path); err != nil {
			return nil, "", fmt.Errorf("--scan: %w", err)
		}
	}
	return out, nameless, nil
}

// firstMissing asks what is still required of a filing, by its case and its facts,
// and can be scanned.
func firstMissing(ctx context.Context, c *apiclient.Client, key string, filing any) (string, error) {
	raw, err := c.Post(ctx, "/v1/dossiers?dry_run=true", key, filing)
	if err != nil {
		return "", err
	}
	var r struct {
		Missing []struct {
			Code  string
			Forms []string
		} `json:"is_missing"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return "", fmt.Errorf("read answer: %w", err)
	}
	for _, m := range r.Missing {
		if slices.Contains(m.Forms, "scan") {
			return m.Code, nil
		}
	}
	return "", errNameless
}

var errNameless = errors.New("--scan: nothing says of which component it is; write COMPONENT=FILE")

// verdictWords say to a clerk what a scan is worth.
var verdictWords = map[string]string{
	"ready": "dùng được", "doubtful": "cần xem lại", "unreadable": "không đọc được, quét lại hoặc nộp bản giấy",
}

// upload hands a scan in and tells what the check found.
func (f *callFlags) upload(ctx context.Context, c *apiclient.Client, key string, s scanned) (apiclient.Document, error) {
	raw, err := os.ReadFile(s.path)
	if err != nil {
		return apiclient.Document{}, fmt.Errorf("--scan: %w", err)
	}
	doc, err := c.Scan(ctx, key+"/"+s.component, filepath.Base(s.path), raw)
	if err != nil {
		return doc, err
	}
	if words := verdictWords[doc.Verdict]; words != "" && !f.json {
		fmt.Fprintf(f.out, "%s: %d trang, bản quét %s\n", s.component, doc.Pages, words)
	}
	for _, finding := range doc.Findings {
		fmt.Fprintf(f.err, "%s: %s\n", s.component, finding.Message)
	}
	return doc, nil
}
