package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// dayLists are the lists of a day, as the API gives them.
type dayLists struct {
	Items []struct {
		Unit struct{ Kind, ID, Name string }
		Day  string
		Made time.Time `json:"made_at"`

		Dossiers []listedDossier
	}
	NextCursor string `json:"next_cursor"`
}

type listedDossier struct {
	Code       string
	DueAt      *time.Time `json:"due_at"`
	Status     struct{ Label string }
	Why        []struct{ Label string }
	WaitingFor struct{ Label string } `json:"waiting_for"`
}

func newLists(f *callFlags) *cobra.Command {
	values := map[string]*string{}
	c := &cobra.Command{
		Use:   "lists",
		Short: "Show what each office has to look after today, as written in the morning",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{}
			for name, value := range values {
				if *value != "" {
					query.Set(name, *value)
				}
			}
			c, err := f.reader(cmd.Context())
			if err != nil {
				return err
			}
			raw, err := c.Get(cmd.Context(), "/v1/lists?"+query.Encode())
			if err != nil {
				return err
			}
			return f.lists(raw)
		},
	}
	for name, usage := range map[string]string{"day": "of this day, such as 2025-02-05 (default: today)", "office": "only this office's", "authority": "only this authority's",
		"limit": "how many on a page", "cursor": "the page after"} {
		values[name] = c.Flags().String(name, "", usage)
	}
	return c
}

func (f *callFlags) lists(raw []byte) error {
	if f.json {
		_, err := fmt.Fprintln(f.out, string(raw))
		return err
	}
	var day dayLists
	if err := json.Unmarshal(raw, &day); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if len(day.Items) == 0 {
		fmt.Fprintln(f.out, "no lists of that day")
	}
	for _, l := range day.Items {
		fmt.Fprintf(f.out, "%s %s %s, %s\n", l.Unit.ID, l.Unit.Name, l.Day, count(len(l.Dossiers), "dossier"))
		w := tabwriter.NewWriter(f.out, 0, 0, 2, ' ', 0)
		for _, d := range l.Dossiers {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", d.Code, d.reasons(), moment(d.DueAt), d.Status.Label, d.WaitingFor.Label)
		}
		w.Flush() //nolint:errcheck // standard output
	}
	if day.NextCursor != "" {
		fmt.Fprintf(f.out, "more: --cursor %s\n", day.NextCursor)
	}
	return nil
}

func (d listedDossier) reasons() string {
	words := make([]string, len(d.Why))
	for i, w := range d.Why {
		words[i] = w.Label
	}
	return strings.Join(words, "; ")
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
