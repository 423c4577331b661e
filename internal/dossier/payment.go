package dossier

// PaymentState is how the fee ledger of a dossier stands.
type PaymentState string

// The payment states.
const (
	PaymentNone       PaymentState = "none"
	PaymentDue        PaymentState = "due"
	PaymentPaid       PaymentState = "paid"
	PaymentPartlyPaid PaymentState = "partly_paid"
	PaymentOverpaid   PaymentState = "overpaid"
	PaymentRefundDue  PaymentState = "refund_due"
	PaymentRefunded   PaymentState = "refunded"
)

// Fees is what is owed and what has been paid, in whole đồng.
type Fees struct {
	Due      int64
	Paid     int64
	Refunded int64
}

// State sums the ledger up. closedWithout says that the dossier ended without
// the authority's service, so that nothing is owed and what was paid must go back.
func (f Fees) State(closedWithout bool) PaymentState {
	kept := f.Paid - f.Refunded
	switch {
	case f.Paid == 0 && (f.Due == 0 || closedWithout):
		return PaymentNone
	case closedWithout && kept > 0:
		return PaymentRefundDue
	case f.Refunded > 0 && kept <= 0:
		return PaymentRefunded
	case kept == 0:
		return PaymentDue
	case kept < f.Due:
		return PaymentPartlyPaid
	case kept > f.Due:
		return PaymentOverpaid
	default:
		return PaymentPaid
	}
}

// Settled says whether nothing more is owed.
func (f Fees) Settled() bool { return f.Paid-f.Refunded >= f.Due }
