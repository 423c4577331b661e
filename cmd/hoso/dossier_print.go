package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"hoso/internal/apiclient"
	"hoso/internal/dossier"
)

// printDossier shows a dossier to a person.
func printDossier(w io.Writer, d apiclient.Dossier) error {
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-12s %s\n", name, value)
		}
	}
	fmt.Fprintln(w, d.Code)
	row("procedure", d.Procedure.Code+" "+d.Procedure.Name)
	row("office", d.Office+" ("+d.Network+")")
	row("authority", d.Authority)
	row("stage", stageWords(d.Stage))
	row("status", fmt.Sprintf("%d %s", d.Status.Code, d.Status.Label))
	row("waiting for", waitingWords(d))
	row("route", d.Route)
	for _, why := range d.RouteReasons {
		row("why", why.Message)
	}
	for _, fix := range d.ToFix {
		row("to fix", fix)
	}
	row("portal code", d.PortalCode)
	row("filed", moment(&d.FiledAt))
	row("received", moment(d.ReceivedAt))
	row("due", moment(d.DueAt)+map[bool]string{true: "  OVERDUE"}[d.Overdue])
	row("payment", d.Payment.State)
	row("delivery", strings.TrimSpace(d.Delivery.Method+" "+d.Delivery.Carrier+" "+d.Delivery.State))
	for _, p := range d.Papers {
		row("paper", p.Component+": "+p.Holder+map[bool]string{true: ", offered to " + p.OfferedTo}[p.OfferedTo != ""])
	}
	if d.Parked {
		row("parked", "somebody must look at it")
	}
	row("revision", fmt.Sprint(d.Revision))
	return nil
}

// stageWords gives "decision (Chờ giải quyết)".
func stageWords(stage string) string {
	if label := dossier.Stage(stage).Label(); label != "" {
		return stage + " (" + label + ")"
	}
	return stage
}

func waitingWords(d apiclient.Dossier) string {
	if d.WaitingFor.What == string(dossier.WhatNothing) {
		return ""
	}
	words := d.WaitingFor.Label
	if d.WaitingFor.Until != nil {
		words += ", until " + moment(d.WaitingFor.Until)
	}
	return words
}

// moment gives a time as people in Hà Nội read it.
func moment(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.In(dossier.Zone).Format("02/01/2006 15:04:05")
}
