// Package activities touches the world on behalf of workflows: one activity per
// file. Each does one outside effect at most, under a business key that is
// stored before the call, and one short transaction. No activity starts a
// dossier, and none keeps a transaction open across a call.
package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"hoso/internal/blob"
	"hoso/internal/calendar"
	"hoso/internal/courier"
	"hoso/internal/portal"
	"hoso/internal/store"
	"hoso/workflows"
)

// Activities holds what the activities work with.
type Activities struct {
	Store    *store.Store
	Blobs    *blob.Store
	Portal   portal.Connector
	Carriers map[string]courier.Carrier // by carrier id
	// Calendars gives the calendars in force; a change is seen after a while.
	Calendars func(context.Context) (*calendar.Book, error)
	// Ledgers are proved and signed for, and the register is compared, every night.
	Ledgers  Ledgers
	Compares Comparer
}

// Definition names an activity and its task queue.
type Definition struct {
	Name  string
	Queue string
	Func  any
}

// Definitions lists every activity under its name, once. Outside calls stand in
// their downstream's queue for retries; their first try runs as a local activity
// of the dossier's own worker, which therefore knows all of them.
func (a *Activities) Definitions() []Definition {
	return []Definition{
		{"LoadDossier", workflows.QueueDossier, a.LoadDossier},
		{"CheckDigitization", workflows.QueueDossier, a.CheckDigitization},
		{"RecordTransition", workflows.QueueDossier, a.RecordTransition},
		{"WriteLists", workflows.QueueDossier, a.WriteLists},
		{"LoadBag", workflows.QueueDossier, a.LoadBag},
		{"RecordBag", workflows.QueueDossier, a.RecordBag},
		{"ProveCustody", workflows.QueueDossier, a.ProveCustody},
		{"ProveLedgers", workflows.QueueDossier, a.ProveLedgers},
		{"SignRoot", workflows.QueueDossier, a.SignRoot},
		{"CompareRegister", workflows.QueueDossier, a.CompareRegister},
		{"SubmitDossier", workflows.QueuePortal, a.SubmitDossier},
		{"SendSupplement", workflows.QueuePortal, a.SendSupplement},
		{"ConfirmPayment", workflows.QueuePortal, a.ConfirmPayment},
		{"WithdrawFromPortal", workflows.QueuePortal, a.WithdrawFromPortal},
		{"CatchUpPortal", workflows.QueuePortal, a.CatchUpPortal},
		{"BookCourier", workflows.QueueCourier, a.BookCourier},
		{"CancelCourier", workflows.QueueCourier, a.CancelCourier},
		{"CatchUpCarrier", workflows.QueueCourier, a.CatchUpCarrier},
	}
}

// Registry is the part of a worker that takes activities.
type Registry interface {
	RegisterActivityWithOptions(a any, o activity.RegisterOptions)
}

// Register registers the activities of the given queues.
func (a *Activities) Register(r Registry, queues ...string) {
	for _, d := range a.Definitions() {
		for _, q := range queues {
			if d.Queue == q {
				r.RegisterActivityWithOptions(d.Func, activity.RegisterOptions{Name: d.Name})
			}
		}
	}
}
