package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hoso/internal/apiclient"
)

func newForms(f *callFlags) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "forms CODE",
		Short: "List a dossier's official forms, and save them",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.forms(cmd.Context(), args[0], dir)
		},
	}
	c.Flags().StringVar(&dir, "save", "", "save the documents into this `folder`")
	return c
}

func (f *callFlags) forms(ctx context.Context, code, dir string) error {
	c, err := f.reader(ctx)
	if err != nil {
		return err
	}
	list, err := c.Forms(ctx, code)
	if err != nil {
		return err
	}
	if dir != "" {
		return f.saveForms(ctx, c, code, dir, list)
	}
	if f.json {
		raw, err := c.Get(ctx, "/v1/dossiers/"+url.PathEscape(code)+"/forms")
		if err == nil {
			fmt.Fprintln(f.out, string(raw))
		}
		return err
	}
	w := tabwriter.NewWriter(f.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FORM\tISSUED\tSTATE\tMARK\tNAME")
	for _, form := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", formNumber(form), moment(&form.IssuedAt), form.State+causeIn(form), form.Mark, form.Name)
	}
	return w.Flush()
}

// saveForms writes every form into a folder, under names of codes only.
func (f *callFlags) saveForms(ctx context.Context, c *apiclient.Client, code, dir string, list []apiclient.Form) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, form := range list {
		doc, err := c.FormDocument(ctx, code, form.ID)
		if err != nil {
			return fmt.Errorf("form %s: %w", formNumber(form), err)
		}
		name := filepath.Join(dir, formNumber(form)+"-"+filepath.Base(code)+".pdf")
		if err := os.WriteFile(name, doc, 0o600); err != nil {
			return err
		}
		fmt.Fprintf(f.out, "%s  %s\n", name, form.Name)
	}
	return nil
}

// formNumber is "02", and "02-2" for the second of its kind.
func formNumber(f apiclient.Form) string {
	if f.N > 1 {
		return f.Kind + "-" + strconv.Itoa(f.N)
	}
	return f.Kind
}

func causeIn(f apiclient.Form) string {
	if f.Cause == "" {
		return ""
	}
	return " (" + f.Cause + ")"
}
