// Package dossier is the pure domain: what a dossier (hồ sơ) is, which way it
// may go, and who may move it. It imports the standard library only and calls
// nobody; the workflow, the API, the documentation and the tests all read the
// same tables here.
//
// The business status follows the national public service portal's list of ten:
//
//	      ┌──────────────► 3 refused
//	      │    ┌─────────► 7 withdrawn (until a decision exists)
//	1 registered ─► 2 accepted ─► 4 processing ─► 9 resolved ─► 10 returned
//	      │  ▲         │  ▲           │  ▲  └────► 8 stopped
//	      ▼  │         ▼  │           ▼  │
//	   5 supplement_required / 6 payment_required
//
// The exact edges are data (graph.json). Beside the status stand, on their own:
// the stage (where in our house the dossier is), the route (online, on paper),
// the payment state, the delivery state; overdue and parked are attributes.
package dossier
