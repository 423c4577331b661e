package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newSupplement(f *callFlags) *cobra.Command {
	var in givenFlags
	var note string
	c := &cobra.Command{
		Use:     "supplement CODE",
		Short:   "Give what was asked for",
		Example: "  hoso dossier supplement VNPHKI-… --as clerk-vnphki --scan to-khai=better.pdf",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := f.client()
			if err != nil {
				return err
			}
			if f.key == "" {
				f.key = f.idempotencyKey()
			}
			given, err := f.given(cmd.Context(), client, f.key, in, func([]any) (string, error) { return "", errNameless })
			if err != nil {
				return err
			}
			return f.command(cmd.Context(), args[0], "supplement", filled(map[string]any{"components": given, "note": note}))
		},
	}
	in.define(c)
	c.Flags().StringVar(&note, "note", "", "a word to whoever reads it")
	return c
}

func newContact(f *callFlags) *cobra.Command {
	var phone, name, recipientPhone, address string
	c := &cobra.Command{
		Use:   "contact CODE",
		Short: "Correct phone or delivery address",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			body := filled(map[string]any{"phone": phone})
			if name != "" || recipientPhone != "" || address != "" {
				body["recipient"] = map[string]any{"full_name": name, "phone": recipientPhone, "address": address}
			}
			return f.command(cmd.Context(), args[0], "contact", body)
		},
	}
	c.Flags().StringVar(&phone, "phone", "", "the applicant's phone")
	c.Flags().StringVar(&name, "recipient", "", "who gets the parcel")
	c.Flags().StringVar(&recipientPhone, "recipient-phone", "", "recipient's phone")
	c.Flags().StringVar(&address, "recipient-address", "", "recipient's address")
	return c
}

func newPay(f *callFlags) *cobra.Command {
	var amount int64
	var method, reference string
	c := &cobra.Command{
		Use:   "pay CODE",
		Short: "Record a paid fee",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.command(cmd.Context(), args[0], "payments", filled(map[string]any{"amount": amount, "method": method, "reference": reference}))
		},
	}
	c.Flags().Int64Var(&amount, "amount", 0, "whole đồng")
	c.Flags().StringVar(&method, "method", "cash", "cash, transfer or online")
	c.Flags().StringVar(&reference, "reference", "", "number of the receipt or the transfer")
	return c
}

func newHandover(f *callFlags) *cobra.Command {
	var offer string
	var take bool
	c := &cobra.Command{
		Use:     "handover CODE",
		Short:   "Hand the papers on: offer them, or take what was offered",
		Example: "  hoso dossier handover VTPHKI-… --as clerk-vtphki --offer carrier:viettelpost\n  hoso dossier handover VTPHKI-… --as officer-h26.12.03 --take",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if take == (offer != "") {
				return errors.New("either --offer or --take")
			}
			if take {
				return f.command(cmd.Context(), args[0], "handover", map[string]any{"act": "take"})
			}
			kind, id, _ := strings.Cut(offer, ":")
			return f.command(cmd.Context(), args[0], "handover", map[string]any{"act": "offer", "to": map[string]any{"kind": kind, "id": id}})
		},
	}
	c.Flags().StringVar(&offer, "offer", "", "to whom, as `KIND:ID` (carrier:viettelpost, authority:H26.12.03)")
	c.Flags().BoolVar(&take, "take", false, "take what was offered")
	return c
}

func newDecide(f *callFlags) *cobra.Command {
	var reason, portalCode string
	var asked, documents []string
	var amount int64
	var paper bool
	c := &cobra.Command{
		Use:   "decide CODE ACTION",
		Short: "Decide as an officer: accept, process, request_supplement, request_fee, refuse, stop, resolve",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			body := filled(map[string]any{"action": args[1], "reason": reason, "portal_code": portalCode})
			if len(asked) > 0 {
				body["components"] = asked
			}
			if amount > 0 {
				body["amount"] = amount
			}
			if args[1] == "resolve" {
				body["result"] = map[string]any{"documents": append([]string{}, documents...), "paper": paper}
			}
			return f.command(cmd.Context(), args[0], "decision", body)
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	c.Flags().StringVar(&portalCode, "portal-code", "", "with accept: the official number")
	c.Flags().StringArrayVar(&asked, "component", nil, "with request_supplement: what is asked for, repeatable")
	c.Flags().Int64Var(&amount, "amount", 0, "with request_fee: whole đồng")
	c.Flags().BoolVar(&paper, "paper", false, "with resolve: there is a paper result")
	c.Flags().StringArrayVar(&documents, "document", nil, "with resolve: id of an electronic result, repeatable")
	return c
}

func newPickup(f *callFlags) *cobra.Command {
	var method, tail, by string
	c := &cobra.Command{
		Use:   "pickup CODE",
		Short: "Hand the result over at the counter",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.command(cmd.Context(), args[0], "pickup", filled(map[string]any{
				"identity_check": filled(map[string]any{"method": method, "id_tail": tail}), "received_by": by}))
		},
	}
	c.Flags().StringVar(&method, "identity", "identity_card", "how the receiver was identified")
	c.Flags().StringVar(&tail, "id-tail", "", "last four digits of the identity number")
	c.Flags().StringVar(&by, "received-by", "", "the name, if it is not the applicant")
	return c
}

func newWithdraw(f *callFlags) *cobra.Command {
	return newReasoned(f, "withdraw", "Withdraw a dossier at the citizen's wish")
}

func newRetry(f *callFlags) *cobra.Command {
	return newReasoned(f, "retry", "Set a stuck dossier going again")
}

func newReasoned(f *callFlags, command, short string) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   command + " CODE",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return fmt.Errorf("--reason is needed")
			}
			return f.command(cmd.Context(), args[0], command, map[string]any{"reason": reason})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}
