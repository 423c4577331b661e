package custody_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"hoso/internal/custody"
)

// TestTheBagsWay walks a bag from the counter to the authority, which opens it.
func TestTheBagsWay(t *testing.T) {
	t.Parallel()
	b, err := custody.Seal("B1", office, authority)
	require.NoError(t, err)
	for _, to := range []custody.Holder{carrier, other, authority} {
		from := b.Holder
		b, err = b.Offer(from, to)
		require.NoError(t, err)
		require.Equal(t, custody.Place{Holder: from, Offered: to, Bag: "B1"}, b.Place())
		b, err = b.Take(to, custody.Count{})
		require.NoError(t, err)
	}
	require.True(t, b.Opened)
	require.Equal(t, custody.Place{Holder: authority}, b.Place(), "its papers are the authority's, and in no bag")
}

func TestABagThatComesBack(t *testing.T) {
	t.Parallel()
	b, err := custody.Seal("B1", office, authority)
	require.NoError(t, err)
	for _, to := range []custody.Holder{carrier, office} {
		b, err = b.Offer(b.Holder, to)
		require.NoError(t, err)
		b, err = b.Take(to, custody.Count{})
		require.NoError(t, err)
	}
	require.True(t, b.Opened)
	require.Equal(t, custody.Place{Holder: office}, b.Place())
}

func TestSeal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		number   string
		from, to custody.Holder
	}{
		"without a number": {"", office, authority},
		"by a carrier":     {"B1", carrier, authority},
		"by nobody":        {"B1", nobody, authority},
		"for a carrier":    {"B1", office, carrier},
		"for nobody":       {"B1", office, nobody},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := custody.Seal(c.number, c.from, c.to)
			require.Error(t, err)
		})
	}
}

func TestBagRefusals(t *testing.T) {
	t.Parallel()
	sealed := custody.Bag{Number: "B1", From: office, To: authority, Holder: office}
	onOffer := sealed
	onOffer.Offered = carrier
	gone := sealed
	gone.Holder = carrier
	opened := sealed
	opened.Holder, opened.Opened = authority, true
	stopped := onOffer
	stopped.Trouble = custody.SealBroken
	elsewhere := custody.Holder{Kind: custody.Authority, ID: "H26.99"}

	for name, c := range map[string]struct {
		bag  custody.Bag
		act  func(custody.Bag) (custody.Bag, error)
		rule string
	}{
		"offered by who does not hold it":   {sealed, func(b custody.Bag) (custody.Bag, error) { return b.Offer(carrier, authority) }, "not_holder"},
		"offered to oneself":                {gone, func(b custody.Bag) (custody.Bag, error) { return b.Offer(carrier, carrier) }, "offer_to_self"},
		"offered to nobody":                 {sealed, func(b custody.Bag) (custody.Bag, error) { return b.Offer(office, nobody) }, "unknown_holder"},
		"offered to another authority":      {sealed, func(b custody.Bag) (custody.Bag, error) { return b.Offer(office, elsewhere) }, "unknown_holder"},
		"offered to the citizen":            {sealed, func(b custody.Bag) (custody.Bag, error) { return b.Offer(office, citizen) }, "unknown_holder"},
		"taken by another":                  {onOffer, func(b custody.Bag) (custody.Bag, error) { return b.Take(other, custody.Count{}) }, "not_offered_to_you"},
		"taken without an offer":            {sealed, func(b custody.Bag) (custody.Bag, error) { return b.Take(carrier, custody.Count{}) }, "not_offered_to_you"},
		"taken by who has it":               {gone, func(b custody.Bag) (custody.Bag, error) { return b.Take(carrier, custody.Count{}) }, "already_holder"},
		"taken by nobody":                   {sealed, func(b custody.Bag) (custody.Bag, error) { return b.Take(nobody, custody.Count{}) }, "unknown_holder"},
		"opened on its way":                 {gone, func(b custody.Bag) (custody.Bag, error) { return b.Open(carrier) }, "not_holder"},
		"opened by its office when gone":    {gone, func(b custody.Bag) (custody.Bag, error) { return b.Open(office) }, "not_holder"},
		"offered when its way is over":      {opened, func(b custody.Bag) (custody.Bag, error) { return b.Offer(authority, carrier) }, "bag_opened"},
		"taken when its way is over":        {opened, func(b custody.Bag) (custody.Bag, error) { return b.Take(carrier, custody.Count{}) }, "bag_opened"},
		"opened twice":                      {opened, func(b custody.Bag) (custody.Bag, error) { return b.Open(authority) }, "bag_opened"},
		"taken while somebody must look":    {stopped, func(b custody.Bag) (custody.Bag, error) { return b.Take(carrier, custody.Count{}) }, "discrepancy_open"},
		"offered while somebody must look":  {stopped, func(b custody.Bag) (custody.Bag, error) { return b.Offer(office, other) }, "discrepancy_open"},
		"cleared though nothing stopped it": {sealed, func(b custody.Bag) (custody.Bag, error) { return b.Clear(false) }, "nothing_to_clear"},
		"a bag that never was":              {custody.Bag{}, func(b custody.Bag) (custody.Bag, error) { return b.Take(carrier, custody.Count{}) }, "no_papers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.act(c.bag)
			require.Equal(t, c.bag, got, "what is refused changes nothing")
			requireRule(t, c.rule, c.bag.Holder, err)
		})
	}
}

// TestTroubleStops: what is found at a take stops the bag with who offered it,
// until somebody has looked; then it is counted again.
func TestTroubleStops(t *testing.T) {
	t.Parallel()
	for trouble, count := range map[string]custody.Count{
		custody.PaperMissing: {Missing: []string{"D1 to-khai"}, SealBroken: true},
		custody.SealBroken:   {SealBroken: true, Extra: 1},
		custody.PaperExtra:   {Extra: 1},
	} {
		b := custody.Bag{Number: "B1", From: office, To: authority, Holder: carrier, Offered: authority}
		b, err := b.Take(authority, count)
		require.NoError(t, err)
		require.Equal(t, trouble, b.Trouble)
		require.Equal(t, custody.Place{Holder: carrier, Offered: authority, Bag: "B1"}, b.Place())
		b, err = b.Clear(false)
		require.NoError(t, err)
		b, err = b.Take(authority, custody.Count{})
		require.NoError(t, err)
		require.Equal(t, custody.Place{Holder: authority}, b.Place())
	}
}

// TestBaggedPapersStayTogether: papers in a bag are moved by the bag alone.
func TestBaggedPapersStayTogether(t *testing.T) {
	t.Parallel()
	p := custody.Papers{Count: 2, Holder: office, Bag: "B1"}
	_, err := p.Offer(office, carrier)
	requireRule(t, "in_bag", office, err)
	p.Offered = carrier
	_, err = p.Take(carrier, custody.Count{})
	requireRule(t, "in_bag", office, err)
}
