package outcome_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/outcome"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection reset by peer")
	for name, c := range map[string]struct {
		err  error
		want outcome.Kind
	}{
		"nothing happened":       {outcome.Retry("rate_limited", time.Minute, cause), outcome.Retryable},
		"a final no":             {outcome.Refuse("address_rejected"), outcome.Refused},
		"no trustworthy answer":  {outcome.Unsure("timeout", cause), outcome.Unknown},
		"wrapped":                {fmt.Errorf("submitting: %w", outcome.Refuse("closed")), outcome.Refused},
		"wrapped twice":          {fmt.Errorf("a: %w", fmt.Errorf("b: %w", outcome.Retry("busy", 0, nil))), outcome.Retryable},
		"joined to another":      {errors.Join(io.EOF, outcome.Refuse("closed")), outcome.Refused},
		"nobody's word":          {cause, outcome.Unknown},
		"time is up":             {context.DeadlineExceeded, outcome.Unknown},
		"called off":             {context.Canceled, outcome.Unknown},
		"a kind forgotten":       {&outcome.Error{Code: "oops"}, outcome.Unknown},
		"the cause was a no":     {outcome.Unsure("timeout", outcome.Refuse("closed")), outcome.Unknown},
		"the cause was a maybe":  {outcome.Retry("busy", 0, outcome.Unsure("timeout", nil)), outcome.Retryable},
		"an adapter's own error": {adapterError{}, outcome.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, outcome.KindOf(c.err))
		})
	}
}

type adapterError struct{}

func (adapterError) Error() string { return "refused" }

func TestErrorSaysNoMoreThanItsCode(t *testing.T) {
	t.Parallel()
	cause := errors.New("no such address: 75 Đinh Tiên Hoàng")
	err := outcome.Retry("rate_limited", 7*time.Second, cause)
	require.EqualError(t, err, "retryable: rate_limited", "the cause may quote what the other side sent")
	require.ErrorIs(t, err, cause, "yet operators can find it")
	require.Equal(t, 7*time.Second, err.RetryAfter)

	require.EqualError(t, outcome.Refuse("address_rejected"), "refused: address_rejected")
	require.EqualError(t, outcome.Unsure("timeout", cause), "unknown: timeout")
	require.NoError(t, errors.Unwrap(outcome.Refuse("closed")))
}

func TestKindsInWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, "retryable", outcome.Retryable.String())
	require.Equal(t, "refused", outcome.Refused.String())
	require.Equal(t, "unknown", outcome.Unknown.String())
	require.Equal(t, "unknown", outcome.Kind(99).String(), "in doubt we ask before we repeat")
}
