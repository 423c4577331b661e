package program

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"hoso/internal/calendar"
	"hoso/internal/store"
)

// Finding is what a check found.
type Finding struct {
	Check string
	State State
	Words string
}

// State is how a check ended.
type State string

// The states of a check.
const (
	OK      State = "ok"
	Failing State = "FAIL"
	Note    State = "note" // worth knowing, and no failure
)

// doctorWithin bounds each check.
const doctorWithin = 5 * time.Second

// Doctor checks everything on which the engine stands, in order, and tells each
// finding as soon as it has it. healthy is false when something fails.
func Doctor(ctx context.Context, c Config, tell func(Finding)) (healthy bool) {
	d := doctor{config: c, tell: tell, healthy: true}
	d.register(ctx)
	d.temporal(ctx)
	d.clock(time.Now())
	d.disk()
	d.fonts()
	d.telling()
	d.signing()
	d.files()
	return d.healthy
}

type doctor struct {
	config  Config
	tell    func(Finding)
	healthy bool
	stands  *store.Store
}

// found tells what came of a check.
func (d *doctor) found(check string, err error, words string) {
	if err != nil {
		d.healthy = false
		d.tell(Finding{check, Failing, strings.TrimPrefix(Short(err), "store: ")})
		return
	}
	d.tell(Finding{check, OK, words})
}

// skip tells that a check could not be made because another one failed.
func (d *doctor) skip(checks ...string) {
	for _, check := range checks {
		d.found(check, errors.New("not checked: see above"), "")
	}
}

func (d *doctor) register(ctx context.Context) {
	err := d.config.registerExists()
	if err == nil {
		d.stands, err = d.config.OpenRegister()
	}
	if err != nil {
		d.found("database", err, "")
		d.skip("durability", "migrations", "catalogue")
		return
	}
	defer d.stands.Close() //nolint:errcheck // only read
	ctx, cancel := context.WithTimeout(ctx, doctorWithin)
	defer cancel()
	err = d.stands.Ping(ctx)
	d.found("database", err, redacted(d.config.DatabaseURL))
	if err != nil {
		d.skip("durability", "migrations", "catalogue")
		return
	}
	settings, err := d.durability(ctx)
	d.found("durability", err, settings)
	err = d.stands.CheckMigrated(ctx)
	d.found("migrations", err, "up to this program")
	if err != nil {
		d.skip("catalogue")
		return
	}
	words, err := d.catalogue(ctx)
	d.found("catalogue", err, words)
}

func (d *doctor) durability(ctx context.Context) (string, error) {
	settings, err := d.stands.Durability(ctx)
	if err != nil {
		return "", err
	}
	var words, unsafe []string
	for _, s := range settings {
		words = append(words, s.Name+" "+s.Value)
		if !s.Safe {
			unsafe = append(unsafe, s.Name+" is "+s.Value)
		}
	}
	if len(unsafe) > 0 {
		return "", fmt.Errorf("a power cut could lose what was acknowledged: %s", strings.Join(unsafe, ", "))
	}
	return strings.Join(words, ", "), nil
}

func (d *doctor) catalogue(ctx context.Context) (string, error) {
	cat, err := d.stands.Catalogue(ctx)
	if err != nil {
		return "", err
	}
	if len(cat.Procedures) == 0 || len(cat.Offices) == 0 {
		return "", errors.New("empty: run `hoso catalogue load`")
	}
	return fmt.Sprintf("%d procedures, %d offices, %d authorities", len(cat.Procedures), len(cat.Offices), len(cat.Authorities)), nil
}

func (d *doctor) temporal(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, doctorWithin)
	defer cancel()
	t, err := d.config.dialTemporal(slog.New(slog.DiscardHandler), nil, nil)
	if err == nil {
		defer t.Close()
		_, err = t.CheckHealth(ctx, &client.CheckHealthRequest{})
	}
	d.found("temporal", err, d.config.temporalAddress())
	if err != nil {
		d.skip("namespace", "search attributes", "versioning")
		return
	}
	namespace := d.config.temporalNamespace()
	d.found("namespace", temporalAnswers(ctx, t, namespace), namespace)
	missing, err := MissingAttributes(ctx, t, namespace)
	if err == nil {
		err = lacks(namespace, missing)
	}
	d.found("search attributes", err, "registered")
	d.versioning(ctx, t)
}

// clock finds a clock that cannot be right: outside the years of the calendar no
// due date can be computed.
func (d *doctor) clock(now time.Time) {
	var err error
	if calendar.Default().NextOpening(now).IsZero() {
		err = fmt.Errorf("it is %s, which the working-day calendar does not cover", now.Format(time.DateOnly))
	}
	d.found("clock", err, now.Format("2006-01-02 15:04:05 -07:00"))
}

// leastDisk is the free space below which a day's scans would not fit.
const leastDisk = 512 << 20

func (d *doctor) disk() {
	dir := d.config.Data
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		dir = "."
	}
	free, err := freeSpace(dir)
	if err == nil && free < leastDisk {
		err = fmt.Errorf("only %d MB left in %s", free>>20, d.config.Data)
	}
	d.found("disk", err, fmt.Sprintf("%d MB free", free>>20))
}

func (d *doctor) fonts() {
	font, ok := vietnameseFont()
	if !ok {
		font = "no system font with Vietnamese letters; not needed, for the forms bring their own"
	}
	d.tell(Finding{"fonts", Note, font})
}

// telling says which ways to a citizen are real.
func (d *doctor) telling() {
	state := Note
	if d.config.tells() {
		state = OK
	}
	d.tell(Finding{"telling", state, d.config.telling()})
}

// signing says with which key slips and receipts are signed.
func (d *doctor) signing() {
	words, err := d.config.signing()
	if words == "" && err == nil {
		d.tell(Finding{"signing", Note, "no key for slips and receipts yet: one is made in " + d.config.ReceiptKeys + " at the first start"})
		return
	}
	d.found("signing", err, words)
}
