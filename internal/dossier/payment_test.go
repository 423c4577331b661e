package dossier_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/dossier"
)

func TestFees(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		fees          dossier.Fees
		closedWithout bool
		want          dossier.PaymentState
		settled       bool
	}{
		"no fee":                                    {dossier.Fees{}, false, dossier.PaymentNone, true},
		"asked for":                                 {dossier.Fees{Due: 8000}, false, dossier.PaymentDue, false},
		"a part":                                    {dossier.Fees{Due: 8000, Paid: 5000}, false, dossier.PaymentPartlyPaid, false},
		"to the đồng":                               {dossier.Fees{Due: 8000, Paid: 8000}, false, dossier.PaymentPaid, true},
		"a đồng short":                              {dossier.Fees{Due: 8000, Paid: 7999}, false, dossier.PaymentPartlyPaid, false},
		"too much":                                  {dossier.Fees{Due: 8000, Paid: 10000}, false, dossier.PaymentOverpaid, true},
		"too much, the rest given back":             {dossier.Fees{Due: 8000, Paid: 10000, Refunded: 2000}, false, dossier.PaymentPaid, true},
		"too much given back":                       {dossier.Fees{Due: 8000, Paid: 10000, Refunded: 3000}, false, dossier.PaymentPartlyPaid, false},
		"paid, though nothing was asked":            {dossier.Fees{Paid: 8000}, false, dossier.PaymentOverpaid, true},
		"paid for nothing and given back":           {dossier.Fees{Paid: 8000, Refunded: 8000}, false, dossier.PaymentRefunded, true},
		"paid and wholly given back":                {dossier.Fees{Due: 8000, Paid: 8000, Refunded: 8000}, false, dossier.PaymentRefunded, false},
		"ended without, never a fee":                {dossier.Fees{}, true, dossier.PaymentNone, true},
		"ended without, asked for and not yet paid": {dossier.Fees{Due: 8000}, true, dossier.PaymentNone, false},
		"ended without, paid":                       {dossier.Fees{Due: 8000, Paid: 8000}, true, dossier.PaymentRefundDue, true},
		"ended without, partly paid":                {dossier.Fees{Due: 8000, Paid: 1}, true, dossier.PaymentRefundDue, false},
		"ended without, partly given back":          {dossier.Fees{Due: 8000, Paid: 8000, Refunded: 7999}, true, dossier.PaymentRefundDue, false},
		"ended without, given back":                 {dossier.Fees{Due: 8000, Paid: 8000, Refunded: 8000}, true, dossier.PaymentRefunded, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, c.fees.State(c.closedWithout))
			require.Equal(t, c.settled, c.fees.Settled())
		})
	}
}
