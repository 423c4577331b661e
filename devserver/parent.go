package main

import (
	"context"
	"os"
	"time"
)

// parentCheck is how often a child looks for its parent.
const parentCheck = 500 * time.Millisecond

// whileParentLives gives a context that ends when the process that started
// this one is gone. An orphan is adopted by another process, so its parent's
// id changes. (Linux could send a signal instead, but ties that to the thread
// that started us, and Go programs change threads.)
func whileParentLives(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	parent := os.Getppid()
	go func() {
		ticker := time.NewTicker(parentCheck)
		defer ticker.Stop()
		for os.Getppid() == parent {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
		cancel()
	}()
	return ctx, cancel
}
