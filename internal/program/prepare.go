package program

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
)

// Prepared is what PrepareTemporal did.
type Prepared struct {
	Attributes int  // search attributes that were registered
	Scheduled  bool // a schedule is new
}

// prepareWithin is how long a command tries to reach Temporal.
const prepareWithin = 5 * time.Second

// PrepareTemporal sees to search attributes and schedules, once; where Temporal is
// awaited, again and again until then. A namespace that has just been made is not
// known to all of the server at once. An AttributeError is not waited out.
func (c *Config) PrepareTemporal(ctx context.Context, await time.Duration) (Prepared, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(await, prepareWithin))
	defer cancel()
	t, namespace, err := c.Dial(slog.New(slog.DiscardHandler))
	if err != nil {
		return Prepared{}, err
	}
	defer t.Close()
	for {
		done, err := prepareTemporal(ctx, t, namespace)
		var wrong *AttributeError
		if err == nil || errors.As(err, &wrong) || await == 0 {
			return done, err
		}
		select {
		case <-ctx.Done():
			return done, err
		case <-time.After(time.Second):
		}
	}
}

func prepareTemporal(ctx context.Context, t client.Client, namespace string) (done Prepared, err error) {
	added, err := RegisterAttributes(ctx, t, namespace)
	if err != nil {
		return done, err
	}
	done.Attributes = len(added)
	done.Scheduled, err = Schedule(ctx, t)
	return done, err
}
