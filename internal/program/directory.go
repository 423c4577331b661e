package program

import (
	"context"
	"errors"

	"hoso/internal/identity"
	"hoso/internal/store"
)

// directory answers who a subject is, from the register, each time anew: a
// disabled subject's next request is refused.
type directory struct{ store *store.Store }

var _ identity.Directory = directory{}

// Subject implements identity.Directory.
func (d directory) Subject(ctx context.Context, id string) (identity.Subject, error) {
	row, err := d.store.Subject(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return identity.Subject{}, identity.ErrUnknownSubject
	}
	return SubjectOf(row), err
}

// SubjectOf reads a register row as a subject.
func SubjectOf(row store.Subject) identity.Subject {
	return identity.Subject{ID: row.ID, Role: identity.Role(row.Role), Office: row.Office, Network: row.Network,
		Authority: row.Authority, Carrier: row.Carrier, Disabled: row.Disabled}
}
