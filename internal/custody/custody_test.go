package custody_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hoso/internal/custody"
)

var (
	citizen   = custody.Holder{Kind: custody.Citizen}
	office    = custody.Holder{Kind: custody.Office, ID: "VNPHKI"}
	carrier   = custody.Holder{Kind: custody.Carrier, ID: "viettelpost"}
	other     = custody.Holder{Kind: custody.Carrier, ID: "vnpost"}
	authority = custody.Holder{Kind: custody.Authority, ID: "H26.12.03"}
	nobody    = custody.Holder{}
)

// TestThePapersWay walks the papers from the counter to the authority.
func TestThePapersWay(t *testing.T) {
	t.Parallel()
	papers := custody.Papers{Count: 2, Holder: office}
	for _, receiver := range []custody.Holder{carrier, authority, carrier, citizen} {
		giver := papers.Holder
		offered, err := papers.Offer(giver, receiver)
		require.NoError(t, err)
		require.Equal(t, custody.Papers{Count: 2, Holder: giver, Offered: receiver}, offered, "an offer changes no holder")

		papers, err = offered.Take(receiver, custody.Count{})
		require.NoError(t, err)
		require.Equal(t, custody.Papers{Count: 2, Holder: receiver}, papers, "a take changes the holder and closes the offer")
	}
}

func TestOffer(t *testing.T) {
	t.Parallel()
	atOffice := custody.Papers{Count: 1, Holder: office}
	onOffer := custody.Papers{Count: 1, Holder: office, Offered: carrier}
	cases := map[string]struct {
		papers   custody.Papers
		from, to custody.Holder
		want     custody.Papers
		rule     string
	}{
		"to a carrier":               {atOffice, office, carrier, onOffer, ""},
		"to the same again":          {onOffer, office, carrier, onOffer, ""},
		"to another instead":         {onOffer, office, other, custody.Papers{Count: 1, Holder: office, Offered: other}, ""},
		"by who does not hold them":  {atOffice, carrier, authority, atOffice, "not_holder"},
		"by who is only offered":     {onOffer, carrier, authority, onOffer, "not_holder"},
		"by another of the kind":     {custody.Papers{Count: 1, Holder: carrier}, other, authority, custody.Papers{Count: 1, Holder: carrier}, "not_holder"},
		"by nobody":                  {atOffice, nobody, authority, atOffice, "not_holder"},
		"to oneself":                 {atOffice, office, office, atOffice, "offer_to_self"},
		"to nobody":                  {atOffice, office, nobody, atOffice, "unknown_holder"},
		"to a kind unknown":          {atOffice, office, custody.Holder{Kind: "robot", ID: "r2"}, atOffice, "unknown_holder"},
		"to a carrier without name":  {atOffice, office, custody.Holder{Kind: custody.Carrier}, atOffice, "unknown_holder"},
		"to an office without name":  {atOffice, office, custody.Holder{Kind: custody.Office}, atOffice, "unknown_holder"},
		"to some authority":          {atOffice, office, custody.Holder{Kind: custody.Authority}, atOffice, "unknown_holder"},
		"to a citizen with a name":   {atOffice, office, custody.Holder{Kind: custody.Citizen, ID: "2"}, atOffice, "unknown_holder"},
		"of papers that are not":     {custody.Papers{Holder: office}, office, carrier, custody.Papers{Holder: office}, "no_papers"},
		"of papers that never were":  {custody.Papers{}, nobody, carrier, custody.Papers{}, "no_papers"},
		"by the citizen, to counter": {custody.Papers{Count: 1, Holder: citizen}, citizen, office, custody.Papers{Count: 1, Holder: citizen, Offered: office}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.papers.Offer(c.from, c.to)
			require.Equal(t, c.want, got)
			requireRule(t, c.rule, c.papers.Holder, err)
		})
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	atOffice := custody.Papers{Count: 1, Holder: office}
	onOffer := custody.Papers{Count: 1, Holder: office, Offered: carrier}
	cases := map[string]struct {
		papers custody.Papers
		by     custody.Holder
		want   custody.Papers
		rule   string
	}{
		"by whom they are offered to": {onOffer, carrier, custody.Papers{Count: 1, Holder: carrier}, ""},
		"twice":                       {custody.Papers{Count: 1, Holder: carrier}, carrier, custody.Papers{Count: 1, Holder: carrier}, "already_holder"},
		"by who offers them":          {onOffer, office, onOffer, "already_holder"},
		"by another carrier":          {onOffer, other, onOffer, "not_offered_to_you"},
		"without an offer":            {atOffice, carrier, atOffice, "not_offered_to_you"},
		"by nobody, without an offer": {atOffice, nobody, atOffice, "unknown_holder"},
		"by a carrier without name":   {onOffer, custody.Holder{Kind: custody.Carrier}, onOffer, "unknown_holder"},
		"of papers that are not":      {custody.Papers{Holder: office, Offered: carrier}, carrier, custody.Papers{Holder: office, Offered: carrier}, "no_papers"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.papers.Take(c.by, custody.Count{})
			require.Equal(t, c.want, got)
			requireRule(t, c.rule, c.papers.Holder, err)
		})
	}
}

// requireRule wants the rule broken, or none with "", and the holder named.
func requireRule(t require.TestingT, rule string, holder custody.Holder, err error) {
	if rule == "" {
		require.NoError(t, err)
		return
	}
	var refused *custody.Error
	require.True(t, errors.As(err, &refused), "want %s, got %v", rule, err)
	require.Equal(t, custody.Error{Rule: rule, Holder: holder}, *refused)
	require.EqualError(t, err, "custody: "+rule+": held by "+holder.String())
}

func TestHolderInWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, "citizen", citizen.String())
	require.Equal(t, "carrier viettelpost", carrier.String())
	require.True(t, nobody.None())
	require.False(t, citizen.None())
}

// bundle is a state machine over the papers' way: anybody tries to offer to and
// take from anybody, and a model of three lines says what must come of it.
type bundle struct {
	papers  custody.Papers
	holder  custody.Holder // by the model
	offered custody.Holder
}

var named = []custody.Holder{citizen, office, carrier, other, authority}

func someHolder() *rapid.Generator[custody.Holder] {
	return rapid.SampledFrom(append([]custody.Holder{nobody, {Kind: custody.Carrier}, {Kind: custody.Citizen, ID: "2"}, {Kind: "robot", ID: "r2"}}, named...))
}

func (b *bundle) Offer(t *rapid.T) {
	from, to := someHolder().Draw(t, "from"), someHolder().Draw(t, "to")
	after, err := b.papers.Offer(from, to)
	if from == b.holder && to != b.holder && isNamed(to) {
		require.NoError(t, err)
		b.offered = to
	} else {
		requireRefusal(t, b, after, err)
	}
	b.papers = after
}

func (b *bundle) Take(t *rapid.T) {
	by := someHolder().Draw(t, "by")
	after, err := b.papers.Take(by, custody.Count{})
	if by == b.offered && isNamed(by) {
		require.NoError(t, err)
		b.holder, b.offered = by, nobody
	} else {
		requireRefusal(t, b, after, err)
	}
	b.papers = after
}

// Check holds after every act: one holder, somebody, the one by the model.
func (b *bundle) Check(t *rapid.T) {
	require.Equal(t, custody.Papers{Count: 3, Holder: b.holder, Offered: b.offered}, b.papers)
	require.True(t, isNamed(b.papers.Holder), "the papers are with %v", b.papers.Holder)
	require.NotEqual(t, b.papers.Holder, b.papers.Offered)
}

// requireRefusal wants nothing changed and the true holder named.
func requireRefusal(t *rapid.T, b *bundle, after custody.Papers, err error) {
	var refused *custody.Error
	require.True(t, errors.As(err, &refused))
	require.Equal(t, b.holder, refused.Holder)
	require.ErrorContains(t, err, b.holder.String())
	require.Equal(t, b.papers, after)
}

func isNamed(h custody.Holder) bool {
	for _, n := range named {
		if h == n {
			return true
		}
	}
	return false
}

func TestPapersAlwaysHaveOneHolder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SampledFrom(named).Draw(t, "start")
		b := &bundle{papers: custody.Papers{Count: 3, Holder: start}, holder: start}
		t.Repeat(rapid.StateMachineActions(b))
	})
}
