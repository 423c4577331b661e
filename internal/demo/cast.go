package demo

import (
	"context"
	"strings"

	"hoso/internal/identity"
)

// Cast lists the sample people of staff that the demonstration acts for, and a
// few more to try things out with.
func Cast() []identity.Subject {
	cast := []identity.Subject{
		{ID: officer, Role: identity.Centre, Authority: authority},
		{ID: courierOf("vnpost"), Role: identity.Courier, Carrier: "vnpost"},
		{ID: courierOf("viettelpost"), Role: identity.Courier, Carrier: "viettelpost"},
		{ID: "supervisor-vnpost", Role: identity.Supervisor, Network: "vnpost"},
		{ID: "manager", Role: identity.Manager},
		{ID: "auditor", Role: identity.Auditor},
	}
	for _, s := range samples() {
		cast = append(cast, identity.Subject{ID: clerkOf(s.office), Role: identity.Clerk, Office: s.office})
	}
	return cast
}

// officer is the sample officer who decides by hand where no portal does.
var officer = "officer-" + strings.ToLower(authority)

func clerkOf(office string) string    { return "clerk-" + strings.ToLower(office) }
func courierOf(carrier string) string { return "courier-" + carrier }

// Register registers the cast; add is how.
func Register(ctx context.Context, add func(context.Context, identity.Subject) error) error {
	for _, who := range Cast() {
		if err := add(ctx, who); err != nil {
			return err
		}
	}
	return nil
}
