package workflows

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// digitization is the second stage: what the scans are worth decides the route.
// A poor scan goes back to the clerk, who scans anew or gives the paper; the
// status stays 1, for this is no supplement in the law's sense.
func (d *run) digitization(ctx workflow.Context) error {
	if d.Waiting.What == dossier.WhatRescan {
		return d.await(ctx, func() bool { return d.Waiting.What != dossier.WhatRescan || d.Stage != dossier.StageDigitization })
	}
	checked, err := d.check(ctx)
	if err != nil {
		return err
	}
	d.Route = checked.Route
	data := map[string]string{"route": string(checked.Route), "reasons": strings.Join(checked.Reasons, " ")}
	if checked.Route != dossier.RouteReturn {
		d.Stage = dossier.StageSubmission
		d.Asked = nil
		d.pass()
		return d.record(ctx, register.Transition{Kind: "route_decided", Data: data})
	}
	d.Asked = checked.Unreadable
	d.expect(dossier.WhoClerk, dossier.WhatRescan)
	data["components"] = strings.Join(checked.Unreadable, " ")
	return d.record(ctx, register.Transition{Kind: "scan_returned", Data: data})
}

// check is the digitization check, which the load may have made along.
func (d *run) check(ctx workflow.Context) (Checked, error) {
	if d.checked != nil {
		return *d.checked, nil
	}
	return checkDigitization(ctx, d.Facts.Code)
}
