package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Role is what a subject may be in the engine's eyes.
type Role string

// The roles.
const (
	// Clerk works at one office of one network.
	Clerk Role = "clerk"
	// Supervisor sees one network and moves what is stuck there.
	Supervisor Role = "supervisor"
	// Centre is an authority's officer.
	Centre Role = "centre"
	// Manager reads all and moves what is stuck.
	Manager Role = "manager"
	// Courier handles one carrier's parcels.
	Courier Role = "courier"
	// Auditor reads all and acts never.
	Auditor Role = "auditor"
	// Admin runs the installation.
	Admin Role = "admin"
)

// Roles lists all roles in a fixed order.
func Roles() []Role {
	return []Role{Clerk, Supervisor, Centre, Manager, Courier, Auditor, Admin}
}

// Valid says whether the role is one of Roles.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Subject is one who acts: a person or a machine, with a role and the scope in
// which the role holds. It comes from the register, never from a token.
type Subject struct {
	ID   string
	Role Role

	Office    string // clerk
	Network   string // clerk, supervisor
	Authority string // centre
	Carrier   string // courier

	// Disabled subjects are refused as if unknown.
	Disabled bool
}

// ErrUnknownSubject is a Directory's answer for an id it does not hold.
var ErrUnknownSubject = errors.New("identity: unknown subject")

// Directory is the register of subjects. Implementations are safe for
// concurrent use and must not serve stale answers: a disabled subject's next
// request is refused.
type Directory interface {
	// Subject looks one up by id, or answers ErrUnknownSubject. Any other error
	// means that the register could not be asked.
	Subject(ctx context.Context, id string) (Subject, error)
}

// scopes tells which parts of the scope each role has; the others must be empty.
var scopes = map[Role]struct{ office, network, authority, carrier bool }{
	Clerk:      {office: true, network: true},
	Supervisor: {network: true},
	Centre:     {authority: true},
	Manager:    {},
	Courier:    {carrier: true},
	Auditor:    {},
	Admin:      {},
}

// Validate checks that the subject has an id, a known role and exactly the scope
// which the role needs. The error names the parts, not their values.
func (s Subject) Validate() error {
	if s.ID == "" {
		return errors.New("identity: subject without an id")
	}
	want, known := scopes[s.Role]
	if !known {
		return errors.New("identity: unknown role")
	}
	for _, part := range []struct {
		name, value string
		wanted      bool
	}{
		{"office", s.Office, want.office},
		{"network", s.Network, want.network},
		{"authority", s.Authority, want.authority},
		{"carrier", s.Carrier, want.carrier},
	} {
		switch {
		case part.wanted && part.value == "":
			return fmt.Errorf("identity: role %s needs its %s", s.Role, part.name)
		case !part.wanted && part.value != "":
			return fmt.Errorf("identity: role %s has no %s", s.Role, part.name)
		}
	}
	return nil
}
