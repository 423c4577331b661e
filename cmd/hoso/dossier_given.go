package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
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
	a(&in.scans, "scan", "`[COMPONENT=]FILE` scanned; without a component the first required one that is not given otherwise")
	a(&in.papers, "paper", "`COMPONENT` given as paper original")
	a(&in.certified, "certified", "`COMPONENT` given as certified copy")
	a(&in.database, "from-database", "`COMPONENT` taken from the national database")
	a(&in.reused, "reuse", "`COMPONENT=CODE` of an earlier dossier of the same person")
	a(&in.lacking, "not-available", "`COMPONENT=REASON` of what cannot be given, or COMPONENT=REASON=SUBSTITUTE")
}

// given makes the list of components, uploading the scans under keys made from
// the command's, so that a repetition uploads nothing anew.
func (f *callFlags) given(ctx context.Context, c *apiclient.Client, key, procedure string, in givenFlags) ([]any, error) {
	out := []any{}
	scans, err := f.scansOf(ctx, c, procedure, in)
	if err != nil {
		return nil, err
	}
	for _, s := range scans {
		doc, err := f.upload(ctx, c, key, s)
		if err != nil {
			return nil, err
		}
		out = append(out, map[string]any{"code": s.component, "document_id": doc.ID})
	}
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

// scansOf reads --scan. A file without a component is the first required one that
// is not given otherwise.
func (f *callFlags) scansOf(ctx context.Context, c *apiclient.Client, procedure string, in givenFlags) ([]scanned, error) {
	out := make([]scanned, len(in.scans))
	nameless := -1
	taken := slices.Concat(in.papers, in.certified, in.database)
	for i, scan := range in.scans {
		component, path, named := strings.Cut(scan, "=")
		if named {
			out[i], taken = scanned{component, path}, append(taken, component)
			continue
		}
		if nameless >= 0 {
			return nil, fmt.Errorf("--scan %s: write COMPONENT=FILE where there are several", scan)
		}
		out[i].path, nameless = scan, i
	}
	for _, s := range out {
		if _, err := os.Stat(s.path); err != nil {
			return nil, fmt.Errorf("--scan: %w", err)
		}
	}
	if nameless < 0 {
		return out, nil
	}
	var err error
	out[nameless].component, err = firstRequired(ctx, c, procedure, taken)
	return out, err
}

func firstRequired(ctx context.Context, c *apiclient.Client, procedure string, taken []string) (string, error) {
	if procedure == "" {
		return "", errors.New("--scan: write COMPONENT=FILE")
	}
	raw, err := c.Get(ctx, "/v1/procedures/"+url.PathEscape(procedure))
	if err != nil {
		return "", err
	}
	var p struct {
		Cases []struct {
			Components []struct {
				Code     string
				Required bool
			}
		}
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return "", fmt.Errorf("read procedure: %w", err)
	}
	for _, kase := range p.Cases[:min(len(p.Cases), 1)] {
		for _, k := range kase.Components {
			if k.Required && !slices.Contains(taken, k.Code) {
				return k.Code, nil
			}
		}
	}
	return "", errors.New("--scan: the procedure wants no further scan; write COMPONENT=FILE")
}

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
