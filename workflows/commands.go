package workflows

import (
	"strconv"

	"go.temporal.io/sdk/workflow"

	"hoso/internal/dossier"
	"hoso/internal/register"
)

// execute carries a command out, in the main coroutine.
func (d *run) execute(ctx workflow.Context, a *asked) error {
	if r := d.judge(a.Command); r != nil {
		a.refuse(r)
		return nil
	}
	if a.Kind == dossier.Withdraw {
		d.wish = a // answered when the portal has been told
		return nil
	}
	if err := d.carryOut(ctx, a.Command); err != nil {
		return err
	}
	a.answer(d.Revision)
	return nil
}

func (d *run) carryOut(ctx workflow.Context, c Command) error {
	t := register.Transition{Kind: string(c.Kind), Operation: c.Operation, TextID: c.TextID, Actor: c.Role}
	switch c.Kind {
	case dossier.Supplement:
		d.Parked, d.Asked = "", nil
		d.Given = d.Status == dossier.SupplementRequired
		d.expect(dossier.WhoNobody, dossier.WhatWork)
	case dossier.RecordFee:
		d.Fees.Paid += c.Amount
		t.Data = map[string]string{"amount": strconv.FormatInt(c.Amount, 10)}
		if d.Status == dossier.PaymentRequired && d.Waiting.What == dossier.WhatPayment && d.Fees.Settled() {
			d.Given = true
			d.expect(dossier.WhoNobody, dossier.WhatWork)
		}
	case dossier.Handover:
		papers, err := d.handOver(c)
		if err != nil {
			return err
		}
		t.Kind = "papers_" + c.Hand.Act
		t.Papers = &papers
		t.Data = map[string]string{"by": c.Hand.By.String(), "to": c.Hand.To.String()}
	case dossier.Decide:
		return d.move(ctx, *c.Decision, t)
	case dossier.Pickup:
		return d.close(ctx, "collected", c.Operation)
	case dossier.Retry:
		d.Parked = ""
		d.expect(dossier.WhoNobody, dossier.WhatWork)
	}
	return d.record(ctx, t)
}
