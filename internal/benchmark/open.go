package benchmark

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/program"
)

// OpenOptions say how many dossiers are left open, and on which stack: one whose
// portal holds everything back.
type OpenOptions struct {
	Config program.Config
	Stack  int      // the process whose children are the stack's parts
	APIs   []string // their addresses, with http://

	Dossiers int // in all
	Every    int // after how many memory is read
	AtOnce   int // on their way to the portal at the same time
	Told     func(Memory)
}

// Memory is what APIs and workers hold while so many dossiers are open. The
// largest process of each kind stands for it.
type Memory struct {
	Open        int
	PerSecond   float64 // that came this far, since the reading before
	API, Worker Held
}

// Held is what a process holds now, in bytes.
type Held struct {
	Resident int64 // all of it
	// Own is of it what the process alone has: not the program's file, of which the
	// kernel shows all processes the same pages, and more or fewer as it likes.
	Own int64
}

// larger is the one of which more is resident.
func (h Held) larger(than Held) Held {
	if h.Resident > than.Resident {
		return h
	}
	return than
}

// LeaveOpen files dossiers, has them go as far as the portal, which holds them, and
// tells again and again what memory the parts have.
func LeaveOpen(ctx context.Context, o OpenOptions) error {
	w, err := newWhole(ctx, o.Config, o.APIs, o.AtOnce)
	if err != nil {
		return err
	}
	defer w.close()
	for open := 0; open < o.Dossiers; {
		n := min(o.Every, o.Dossiers-open)
		if err := w.stock(ctx, n); err != nil {
			return err
		}
		began := time.Now()
		if err := w.bringToPortal(ctx, n, o.AtOnce); err != nil {
			return err
		}
		open += n
		m := Memory{Open: open, PerSecond: float64(n) / time.Since(began).Seconds()}
		if err := m.read(o.Stack); err != nil {
			return err
		}
		o.Told(m)
	}
	return nil
}

// bringToPortal has n dossiers filed and waits until all are with the authority.
func (w *whole) bringToPortal(ctx context.Context, n, atOnce int) error {
	_, err := w.fly(ctx, n, atOnce, func(ctx context.Context, codes []string) ([]string, error) {
		return w.those(ctx, codes, "stage = $2", dossier.StageDecision)
	})
	return err
}

// those tells of which of some dossiers a condition holds: one question about all
// of them, so that watching costs the stack next to nothing.
func (w *whole) those(ctx context.Context, codes []string, condition string, arg any) ([]string, error) {
	rows, err := w.pool.QueryContext(ctx, `SELECT code FROM dossiers WHERE `+condition+` AND code = ANY($1::text[])`, "{"+strings.Join(codes, ",")+"}", arg)
	if err != nil {
		return nil, fmt.Errorf("ask how far dossiers are: %w", err)
	}
	defer rows.Close()
	return texts(rows)
}

func texts(rows *sql.Rows) (all []string, err error) {
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}

// read reads the memory of a stack's parts.
func (m *Memory) read(stack int) error {
	all, err := processes()
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.parent != stack {
			continue
		}
		switch part(p.args) {
		case partAPI:
			m.API = p.held.larger(m.API)
		case partWorker:
			m.Worker = p.held.larger(m.Worker)
		}
	}
	if m.API.Resident == 0 || m.Worker.Resident == 0 {
		return fmt.Errorf("process %d has no parts of a stack among its children", stack)
	}
	return nil
}
