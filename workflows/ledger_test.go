package workflows_test

import (
	"encoding/json"
	"slices"
	"time"

	"hoso/internal/custody"
	"hoso/internal/dossier"
	"hoso/internal/register"
	"hoso/workflows"
)

// ledger is all that outlives a run of the workflow: the register, what the
// portal and the carriers have written down for themselves, and what people and
// parties are about to do. It is plain data, so that a moment of a story can be
// kept and gone on from.
type ledger struct {
	Facts register.Facts
	Row   row
	Steps []step
	Inbox []*message
	Ops   []*operation
	Tasks []task
	Dates []date // versions of the due date

	Check     workflows.Checked // what the check finds in what the clerk gave
	Papers    []*paper
	Shipments []*shipment
	Effects   map[string]*effect

	Portal  outside
	Carrier outside

	Agenda []*event
	Ids    int
}

// row is the dossier's row.
type row struct {
	register.Position
	Clock          register.Clock
	Step, Revision int64
	Delivery       dossier.DeliveryState
	Shipment       string
	Number         int // the authority's running number
}

// step is one recorded transition.
type step struct {
	register.Transition
	Recorded time.Time
	Until    *time.Time
	Revision int64
}

// message is a row of the inbox.
type message struct {
	ID, Kind, EventID, State string
	Portal                   *register.PortalReport
	Parcel                   *register.ParcelReport
	Papers                   *register.PapersReport
}

// operation is a stored command with what it changes in the register.
type operation struct {
	workflows.Command
	State   string // pending, applied, refused
	Sent    bool
	Refused *workflows.Refusal
	// Papers and Check come with a supplement.
	Papers int
	Check  *workflows.Checked
	Times  int // how often it was carried out
}

type task struct {
	Kind  string
	Owner dossier.Who
	Due   time.Time
	Step  int64
	Open  bool
}

// date is a version of the due date.
type date struct {
	Kind    string
	At, Due time.Time
}

type paper struct {
	Holder, Offered custody.Holder
	Bag             string
	Lost            bool
	Counted         custody.Papers // what was found and settled at takes
}

func (p paper) place() custody.Place {
	return custody.Place{Holder: p.Holder, Offered: p.Offered, Bag: p.Bag}
}

type shipment struct {
	ID, Key      string
	Leg          register.Leg
	Attempt      int
	Carrier      string
	Tracking     string
	State        dossier.DeliveryState
	Since        time.Time
	Contradicted bool
	Events       []dossier.ParcelEvent
}

// effect is the register's row of an outside act.
type effect struct{ State, Cause string }

// outside is the ledger that an outside party keeps for itself.
type outside struct {
	Acts []*act
	Said []*event
}

// act is what an outside party did under a key.
type act struct {
	Key, Act string
	Tries    int // calls that wanted it done
	Asked    int // questions about it
	Done     int // times it was done: must never be more than one
	Refused  string
	Undone   bool // a booking cancelled
	Carrier  string
	Attempt  int
	Before   int // refusals of this attempt
	Amount   int64
}

func (o *outside) act(key string) *act {
	i := slices.IndexFunc(o.Acts, func(a *act) bool { return a.Key == key })
	if i < 0 {
		return nil
	}
	return o.Acts[i]
}

// event is something that somebody outside is about to do. One of the three is set.
type event struct {
	ID     string
	At     time.Time
	Says   *register.PortalReport
	Parcel *parcelSays
	Bag    *bagSays
	Asks   string // id of an operation to be sent
	// Untold events stand in the party's own list only: whoever asks learns them.
	Untold bool
	Quiet  bool // comes together with what is told next
	Done   bool
}

// bagSays is a step of the bag that the papers lie in.
type bagSays struct {
	Step  int64
	Kind  string // as in register.PapersReport
	By    custody.Holder
	Place custody.Place // where it brings the papers
	// Trouble is what a count found.
	Trouble string
}

type parcelSays struct {
	Key   string
	State dossier.DeliveryState
	At    time.Time
}

func (l *ledger) clone() *ledger {
	raw, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	out := new(ledger)
	if err := json.Unmarshal(raw, out); err != nil {
		panic(err)
	}
	return out
}

func (l *ledger) operation(id string) *operation {
	i := slices.IndexFunc(l.Ops, func(o *operation) bool { return o.Operation == id })
	return l.Ops[i]
}

// kinds lists what was recorded.
func (l *ledger) kinds() []string {
	out := make([]string, len(l.Steps))
	for i, s := range l.Steps {
		out[i] = s.Kind
	}
	return out
}

// path lists the statuses the dossier went through.
func (l *ledger) path() []dossier.Status {
	path := []dossier.Status{dossier.Registered}
	for _, s := range l.Steps {
		if s.After.Status != path[len(path)-1] {
			path = append(path, s.After.Status)
		}
	}
	return path
}

// done lists the keys of the outside acts that took place and stood.
func (l *ledger) done() []string {
	var keys []string
	for _, a := range slices.Concat(l.Portal.Acts, l.Carrier.Acts) {
		if a.Done > 0 && !a.Undone {
			keys = append(keys, a.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// holders lists with whom the papers are.
func (l *ledger) holders() []string {
	var out []string
	for _, p := range l.Papers {
		out = append(out, p.Holder.Kind)
	}
	return out
}

// end is what must be the same however a story was interrupted.
type end struct {
	Stage   dossier.Stage
	Status  dossier.Status
	Route   dossier.Route
	Fees    dossier.Fees
	Done    []string
	Holders []string
}

func (l *ledger) end() end {
	return end{l.Row.Stage, l.Row.Status, l.Row.Route, l.Row.Fees, l.done(), l.holders()}
}
