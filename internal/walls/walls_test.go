package walls_test

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// wall says what a room may import beyond the standard library, and what of the
// standard library it may not.
type wall struct {
	rooms []string
	// may lists import paths, each with all below it.
	may []string
	// not lists paths of the standard library.
	not []string
	why string
}

// world is what lets a package touch the world.
var world = []string{"net", "os", "database/sql", "syscall", "log", "math/rand", "crypto/rand"}

// harmless lies below something that touches the world and does not itself.
var harmless = []string{"net/mail", "net/url", "net/netip"}

var walls = []wall{
	{
		rooms: []string{"internal/dossier", "internal/calendar", "internal/custody", "internal/audit"},
		not:   world,
		why:   "the domain imports the standard library only, and touches nothing",
	},
	{
		rooms: []string{"internal/register"},
		may:   []string{"hoso/internal/dossier", "hoso/internal/custody"},
		not:   world,
		why:   "the words between workflow and register are plain data",
	},
	{
		rooms: []string{"workflows"},
		may:   []string{"go.temporal.io/sdk/workflow", "go.temporal.io/sdk/temporal", "hoso/internal/dossier", "hoso/internal/register", "hoso/internal/custody"},
		not:   append([]string{"sync", "context"}, world...),
		why:   "workflows see neither database nor network nor the machine",
	},
	{
		rooms: []string{"activities"},
		may: []string{
			"go.temporal.io/sdk/activity", "go.temporal.io/sdk/temporal", "hoso/workflows", "hoso/internal/arrivals", "hoso/internal/audit", "hoso/internal/blob",
			"hoso/internal/calendar", "hoso/internal/courier", "hoso/internal/custody", "hoso/internal/dossier", "hoso/internal/downstream", "hoso/internal/outcome",
			"hoso/internal/portal", "hoso/internal/reckon", "hoso/internal/register", "hoso/internal/store",
		},
		why: "activities never start dossiers, and reach the world through the interfaces only",
	},
	{
		rooms: []string{"internal/store"},
		may: []string{
			"gorm.io", "github.com/jackc/pgx/v5", "modernc.org/sqlite", "github.com/pressly/goose/v3", "github.com/google/uuid", "golang.org/x/sync", "hoso/internal/audit",
			"hoso/internal/catalogue", "hoso/internal/custody", "hoso/internal/dossier", "hoso/internal/notice", "hoso/internal/register",
			"hoso/internal/silence", "hoso/internal/trail",
		},
		why: "the register calls nobody",
	},
	{
		rooms: []string{"internal/portal", "internal/courier"},
		may:   []string{"hoso/internal/call", "hoso/internal/outcome"},
		why:   "an adapter knows the outside party and nothing of the house",
	},
	{
		rooms: []string{"internal/notify"},
		may:   []string{"hoso/internal/call", "hoso/internal/downstream", "hoso/internal/outcome", "github.com/wneessen/go-mail"},
		why:   "a way to a citizen knows nothing of dossiers",
	},
	{
		rooms: []string{"internal/forms"},
		may:   []string{"hoso/internal/forms/font", "codeberg.org/go-pdf/fpdf", "github.com/boombuler/barcode", "github.com/xuri/excelize/v2", "golang.org/x/image", "golang.org/x/text"},
		not:   world,
		why:   "a form is data in and bytes out; it fetches nothing and knows no dossier but the one it is given",
	},
	{
		rooms: []string{"internal/receipt"},
		may:   []string{"github.com/go-jose/go-jose/v4", "github.com/pdfcpu/pdfcpu", "hoso/internal/forms", "hoso/internal/keyfile"},
		not:   []string{"net", "database/sql", "syscall", "log", "math/rand"},
		why:   "a receipt is verified without network and without a register",
	},
	{
		rooms: []string{"internal/keyfile"},
		may:   []string{"github.com/go-jose/go-jose/v4"},
		not:   []string{"net", "database/sql", "syscall", "log", "math/rand"},
		why:   "private keys are touched in one small place",
	},
	{
		rooms: []string{"internal/portal/sim", "internal/courier/sim", "internal/notify/sim", "internal/simulator"},
		may:   []string{"hoso/internal/portal", "hoso/internal/courier", "hoso/internal/notify", "hoso/internal/simulator", "hoso/internal/webhook"},
		why:   "simulators stand on the other side",
	},
	{
		rooms: []string{"internal/clock"},
		may:   []string{"hoso/internal/calendar", "hoso/internal/dossier", "hoso/internal/register"},
		not:   world,
		why:   "what becomes of a term is worked out from the calendar and the rules alone",
	},
	{
		rooms: []string{"internal/reckon"},
		may: []string{"hoso/internal/calendar", "hoso/internal/catalogue", "hoso/internal/clock", "hoso/internal/dossier",
			"hoso/internal/register", "hoso/internal/store"},
		why: "terms are counted from the register and the calendars alone",
	},
	{
		rooms: []string{"internal/notice"},
		may:   []string{"hoso/internal/dossier", "github.com/goccy/go-yaml"},
		not:   world,
		why:   "what is told, and in which words, is decided from plain data",
	},
	{
		rooms: []string{"internal/teller"},
		may:   []string{"hoso/internal/downstream", "hoso/internal/notice", "hoso/internal/notify", "hoso/internal/outcome", "hoso/internal/store", "golang.org/x/sync"},
		why:   "telling reads the register and reaches the world through the channels only",
	},
	{
		rooms: []string{"internal/printer"},
		may: []string{"hoso/internal/blob", "hoso/internal/catalogue", "hoso/internal/custody", "hoso/internal/dossier", "hoso/internal/forms",
			"hoso/internal/receipt", "hoso/internal/store"},
		not: []string{"net", "os", "database/sql", "syscall", "math/rand", "crypto/rand"},
		why: "printing reads the register and keeps files; it reaches nobody",
	},
	{
		rooms: []string{"internal/backup"},
		may:   []string{"github.com/jackc/pgx/v5/pgconn", "hoso/internal/blob", "hoso/internal/store"},
		not:   []string{"net/http", "database/sql", "log", "math/rand"},
		why:   "a backup reads register and files, and prints nothing of what is in them",
	},
	{
		rooms: []string{"internal/reconcile"},
		may: []string{"hoso/internal/arrivals", "hoso/internal/courier", "hoso/internal/dossier", "hoso/internal/portal", "hoso/internal/relay",
			"hoso/internal/store", "hoso/workflows", "golang.org/x/sync", "golang.org/x/time"},
		not: []string{"net", "os", "database/sql", "syscall"},
		why: "what drifted is put right by the doors that are there, and by no other way",
	},
	{
		rooms: []string{"internal/chipcard"},
		may:   []string{"golang.org/x/text", "hoso/internal/dossier"},
		not:   []string{"net", "os", "database/sql", "syscall", "log"},
		why:   "what a card says is taken apart and kept nowhere",
	},
}

// alone lists rooms that only the named ones may import.
var alone = map[string][]string{
	"hoso/api":                          {"internal/program"},
	"hoso/worker":                       {"internal/program"},
	"hoso/activities":                   {"worker", "internal/program"},
	"hoso/internal/program":             {"cmd", "internal/embedded", "internal/stack", "internal/benchmark"},
	"hoso/internal/embedded":            {"cmd", "internal/stack"},
	"hoso/internal/stack":               {"cmd"},
	"hoso/internal/benchmark":           {"cmd", "bench"},
	"hoso/internal/supervise":           {"cmd", "internal/embedded", "internal/stack"},
	"hoso/internal/postgres":            {"internal/stack", "internal/pgtest"},
	"hoso/internal/demo":                {"cmd"},
	"hoso/internal/apiclient":           {"cmd", "internal/demo", "internal/benchmark"},
	"hoso/internal/pgtest":              {},
	"hoso/internal/sqlitetest":          {},
	"hoso/bench":                        {},
	"hoso/internal/recording":           {},
	"hoso/internal/outcome/outcometest": {"internal/portal/portaltest", "internal/courier/couriertest", "internal/notify/notifytest", "internal/simulator/simbench"},
	"hoso/internal/portal/portaltest":   {},
	"hoso/internal/courier/couriertest": {},
	"hoso/internal/notify/notifytest":   {},
	"hoso/internal/teller":              {"internal/program"},
	"hoso/internal/reconcile":           {"internal/program"},
	"hoso/internal/backup":              {"internal/program"},
	"hoso/internal/printer":             {"api", "internal/program"},
	"hoso/internal/simulator/simbench":  {},
	"hoso/internal/simulator/simtest":   {"internal/portal/portaltest", "internal/courier/couriertest"},
	"github.com/stretchr/testify":       {"internal/portal/portaltest", "internal/courier/couriertest", "internal/notify/notifytest", "internal/outcome/outcometest", "internal/simulator/simbench", "internal/simulator/simtest", "internal/pgtest", "internal/recording", "bench"},
	"github.com/wneessen/go-mail":       {"internal/notify"},
	"gorm.io":                           {"internal/store", "bench"}, // the bare handler to measure against
	"github.com/gin-gonic/gin":          {"api", "bench"},
	"go.temporal.io/sdk/client":         {"internal/relay", "internal/program", "internal/embedded", "internal/stack", "internal/benchmark", "worker"},
}

func TestNobodyReachesThroughAWall(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, w := range walls {
			if !slices.Contains(w.rooms, s.room) {
				continue
			}
			for _, name := range s.imports() {
				if forbidden(w, name) {
					t.Errorf("%s imports %s: %s", s.name, name, w.why)
				}
			}
		}
	}
}

func forbidden(w wall, name string) bool {
	if standard(name) {
		return !slices.Contains(harmless, name) && slices.ContainsFunc(w.not, func(not string) bool { return within(name, not) })
	}
	return !slices.ContainsFunc(w.may, func(may string) bool { return within(name, may) })
}

func TestSomeRoomsAreEnteredByFewOnly(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, name := range s.imports() {
			for room, by := range alone {
				own := strings.TrimPrefix(room, module)
				if !within(name, room) || within(s.room, own) {
					continue
				}
				if !slices.ContainsFunc(by, func(b string) bool { return within(s.room, b) }) {
					t.Errorf("%s imports %s, which is for %v and for tests only", s.name, name, by)
				}
			}
		}
	}
}

// timeless are rooms in which a clock, chance or another thread of execution
// would give another answer at the next replay, or other bytes for the same form.
var timeless = []string{"workflows", "internal/dossier", "internal/calendar", "internal/custody", "internal/register", "internal/forms", "internal/receipt"}

// moving are the standard library's functions that answer differently each time.
var moving = map[string][]string{
	"time": {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
	"os":   {"Getenv", "LookupEnv"},
}

func TestTimelessRoomsStayTimeless(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !slices.Contains(timeless, s.room) {
			continue
		}
		for _, name := range s.imports() {
			if name == "math/rand" || name == "math/rand/v2" || name == "crypto/rand" {
				t.Errorf("%s imports %s: chance has no place here", s.name, name)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if words := restless(n, s.room == "workflows"); words != "" {
				t.Errorf("%s: %s: the same history must give the same answer", s.at(n.Pos()), words)
			}
			return true
		})
	}
}

// restless names what a node does that would not be the same at the next replay.
func restless(n ast.Node, workflow bool) string {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if from, ok := n.X.(*ast.Ident); ok && slices.Contains(moving[from.Name], n.Sel.Name) {
			return from.Name + "." + n.Sel.Name
		}
	case *ast.GoStmt:
		return "a goroutine"
	case *ast.SelectStmt:
		return "select"
	case *ast.ChanType:
		if workflow {
			return "a channel of Go's own"
		}
	}
	return ""
}
