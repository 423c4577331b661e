package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hoso/internal/dossier"
)

func newBag(set *settings) *cobra.Command {
	f := &callFlags{settings: set}
	c := &cobra.Command{
		Use:   "bag",
		Short: "Seal bags with the papers of many dossiers and hand them on, through the API",
		Long:  `Seals bags and hands them on through the API. Who is acting is said as with "hoso dossier".`,
	}
	f.define(c)
	c.AddCommand(newSealBag(f), newShowBag(f), newListBags(f), newBagHandover(f), newBagReason(f, "open", "Open a bag that has not left its office"),
		newRetryBag(f), newBagReason(f, "lost", "Note that a bag is gone with all that is in it"))
	return c
}

func newSealBag(f *callFlags) *cobra.Command {
	var authority, seal string
	c := &cobra.Command{
		Use:     "seal CODE...",
		Short:   "Put the papers of dossiers into a sealed bag for an authority",
		Example: "  hoso bag seal VNPHKI-…-1-A VNPHKI-…-2-B --as clerk-vnphki --authority H26.12.03 --seal NP-0007",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.postBag(cmd.Context(), "/v1/bags", map[string]any{"authority": authority, "seal": seal, "dossiers": args})
		},
	}
	c.Flags().StringVar(&authority, "authority", "", "for whom the bag is")
	c.Flags().StringVar(&seal, "seal", "", "the number on the seal")
	return c
}

func newBagHandover(f *callFlags) *cobra.Command {
	var offer, note string
	var take, broken bool
	var missing []string
	var extra int
	c := &cobra.Command{
		Use:     "handover NUMBER",
		Short:   "Hand a bag on: offer it, or take what was offered and say what was counted",
		Example: "  hoso bag handover VNPHKI-… --as clerk-vnphki --offer carrier:vnpost\n  hoso bag handover VNPHKI-… --as officer-h26.12.03 --take --missing VNPHKI-…-1-A=to-khai",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if take == (offer != "") {
				return errors.New("either --offer or --take")
			}
			body := filled(map[string]any{"act": "take", "note": note})
			if !take {
				kind, id, _ := strings.Cut(offer, ":")
				body["act"], body["to"] = "offer", filled(map[string]any{"kind": kind, "id": id})
			}
			if broken {
				body["seal"] = "broken"
			}
			if extra > 0 {
				body["extra"] = extra
			}
			var papers []map[string]any
			for _, m := range missing {
				code, component, ok := strings.Cut(m, "=")
				if !ok {
					return errors.New("--missing wants CODE=COMPONENT")
				}
				papers = append(papers, map[string]any{"dossier": code, "component": component})
			}
			if papers != nil {
				body["missing"] = papers
			}
			return f.postBag(cmd.Context(), "/v1/bags/"+url.PathEscape(args[0])+"/handover", body)
		},
	}
	c.Flags().StringVar(&offer, "offer", "", "to whom, as `KIND:ID` (carrier:vnpost, authority)")
	c.Flags().BoolVar(&take, "take", false, "take what was offered")
	c.Flags().BoolVar(&broken, "broken", false, "with --take: the seal was found broken")
	c.Flags().StringArrayVar(&missing, "missing", nil, "with --take: `CODE=COMPONENT` that is listed and not there, repeatable")
	c.Flags().IntVar(&extra, "extra", 0, "with --take: how many papers are there and on no list")
	c.Flags().StringVar(&note, "note", "", "a word to whoever reads it")
	return c
}

func newBagReason(f *callFlags, act, short string) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: act + " NUMBER", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.postBag(cmd.Context(), "/v1/bags/"+url.PathEscape(args[0])+"/"+act, map[string]any{"reason": reason})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}

func newRetryBag(f *callFlags) *cobra.Command {
	var reason string
	var lost bool
	c := &cobra.Command{
		Use: "retry NUMBER", Short: "Let a stopped bag go on: somebody has looked into what was wrong", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			body := map[string]any{"reason": reason}
			if lost {
				body["missing"] = "lost"
			}
			return f.postBag(cmd.Context(), "/v1/bags/"+url.PathEscape(args[0])+"/retry", body)
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "what was found")
	c.Flags().BoolVar(&lost, "lost", false, "the papers that were missing are lost; the bag goes on without them")
	return c
}

func newShowBag(f *callFlags) *cobra.Command {
	return &cobra.Command{
		Use: "show NUMBER", Short: "A bag, what is in it and its way", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.reader(cmd.Context())
			if err != nil {
				return err
			}
			raw, err := c.Get(cmd.Context(), "/v1/bags/"+url.PathEscape(args[0]))
			if err != nil {
				return err
			}
			return f.showBag(raw)
		},
	}
}

func newListBags(f *callFlags) *cobra.Command {
	var late bool
	c := &cobra.Command{
		Use: "list", Short: "Bags under way, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.reader(cmd.Context())
			if err != nil {
				return err
			}
			path := "/v1/bags?open=true"
			if late {
				path += "&late=true"
			}
			raw, err := c.Get(cmd.Context(), path)
			if err != nil {
				return err
			}
			if f.json {
				_, err = fmt.Fprintln(f.out, string(raw))
				return err
			}
			var list struct{ Items []bagAnswer }
			if err := json.Unmarshal(raw, &list); err != nil {
				return fmt.Errorf("read answer: %w", err)
			}
			for _, b := range list.Items {
				fmt.Fprintln(f.out, b.line())
			}
			return nil
		},
	}
	c.Flags().BoolVar(&late, "late", false, "only those that somebody should have handed on by now")
	return c
}

func (f *callFlags) postBag(ctx context.Context, path string, body map[string]any) error {
	c, err := f.client()
	if err != nil {
		return err
	}
	raw, err := c.Post(ctx, path, f.idempotencyKey(), body)
	if err != nil {
		return err
	}
	return f.showBag(raw)
}

// bagAnswer is what the terminal shows of a bag.
type bagAnswer struct {
	Number     string `json:"number"`
	Authority  string `json:"authority"`
	Seal       string `json:"seal"`
	Holder     side   `json:"holder"`
	Offered    *side  `json:"offered"`
	Opened     bool   `json:"opened"`
	Trouble    string `json:"trouble"`
	Late       bool   `json:"late"`
	WaitingFor struct {
		Label string `json:"label"`
	} `json:"waiting_for"`
	Papers []struct {
		Dossier   string `json:"dossier"`
		Component string `json:"component"`
		Holder    side   `json:"holder"`
	} `json:"papers"`
	History []struct {
		At    time.Time `json:"at"`
		Label string    `json:"label"`
		Actor string    `json:"actor"`
		Note  string    `json:"note"`
	} `json:"history"`
}

// side is a holder.
type side struct{ Kind, ID string }

func (s side) String() string { return strings.TrimSpace(s.Kind + " " + s.ID) }

func (b bagAnswer) line() string {
	line := fmt.Sprintf("%s → %s  %s", b.Number, b.Authority, b.Holder)
	if b.Offered != nil {
		line += " ⇒ " + b.Offered.String()
	}
	switch {
	case b.Opened:
		return line + "  opened"
	case b.Trouble != "":
		line += "  " + b.Trouble
	}
	if b.Late {
		line += "  late"
	}
	return line + "  " + b.WaitingFor.Label
}

func (f *callFlags) showBag(raw json.RawMessage) error {
	if f.json {
		_, err := fmt.Fprintln(f.out, string(raw))
		return err
	}
	var b bagAnswer
	if err := json.Unmarshal(raw, &b); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	fmt.Fprintln(f.out, b.line())
	for _, p := range b.Papers {
		fmt.Fprintf(f.out, "  %s  %-24s %s\n", p.Dossier, p.Component, p.Holder)
	}
	for _, h := range b.History {
		fmt.Fprintf(f.out, "  %s  %s  (%s)  %s\n", h.At.In(dossier.Zone).Format("2006-01-02 15:04"), h.Label, h.Actor, h.Note)
	}
	return nil
}
