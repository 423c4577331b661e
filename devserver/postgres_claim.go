package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/primitives"
)

// Temporal's servers find their way with any number of processes if these know
// of each other. Ours know one address per role, so a second process with the
// same role on the same database would be at war with the first about every
// dossier. Advisory locks of the database keep it out. They belong to a session,
// and end with the process, however that ends.

// claimClass sets our advisory locks apart from anybody else's.
const claimClass = 0x686f736f // "hoso"

// The second half of a lock's key: the number of a role in everyService, or
const turnKey = 1000 // who prepares the databases

// claimWithin is how long a killed predecessor's session may linger.
const claimWithin = 5 * time.Second

// claim is the right to play some roles on a database.
type claim struct{ conn *pgx.Conn }

// claim takes the roles. The session that holds them is released with the claim.
func (p postgres) claim(ctx context.Context, services []primitives.ServiceName) (*claim, error) {
	conn, err := p.connect(ctx, p.main)
	if err != nil {
		return nil, err
	}
	c := &claim{conn: conn}
	for _, service := range services {
		err = c.lock(ctx, slices.Index(everyService, service), claimWithin)
		if errors.Is(err, errHeld) {
			err = fmt.Errorf("database %s: another server is using it as %s", p.main, service)
		}
		if err != nil {
			c.release()
			return nil, err
		}
	}
	return c, nil
}

// release gives the roles back.
func (c *claim) release() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.conn.Close(ctx)
}

// inTurn does something that no other process may do at the same time.
func (c *claim) inTurn(ctx context.Context, do func() error) error {
	err := c.lock(ctx, turnKey, readyTimeout)
	if err != nil {
		return fmt.Errorf("wait for the turn to prepare the database: %w", err)
	}
	err = do()
	_, unlock := c.conn.Exec(ctx, "SELECT pg_advisory_unlock($1, $2)", claimClass, turnKey)
	return errors.Join(err, unlock)
}

var errHeld = errors.New("somebody else holds the lock")

// lock asks again and again instead of waiting in the database: a statement that
// waits there has a snapshot, and indexes that are made concurrently would wait
// for its end.
func (c *claim) lock(ctx context.Context, key int, within time.Duration) error {
	for end := time.Now().Add(within); ; {
		var got bool
		err := c.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", claimClass, key).Scan(&got)
		if err != nil || got {
			return err
		}
		if time.Now().After(end) {
			return errHeld
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
