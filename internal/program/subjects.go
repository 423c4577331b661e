package program

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// AddSubject registers who may act, after checking that the scope exists in the
// catalogue of today. A clerk's network follows from the office. Somebody known
// with the same role and scope is left as they are: added is false. Somebody
// known with another is an error, for rights do not change in passing.
func AddSubject(ctx context.Context, s *store.Store, who identity.Subject) (added identity.Subject, isNew bool, err error) {
	cat, err := s.Catalogue(ctx)
	if err != nil {
		return who, false, fmt.Errorf("read catalogue: %w", err)
	}
	if who, err = completeScope(cat, dossier.LocalDay(s.Now()), who); err != nil {
		return who, false, err
	}
	isNew, err = s.AddSubject(ctx, store.Subject{ID: who.ID, Role: string(who.Role), Office: who.Office, Network: who.Network,
		Authority: who.Authority, Carrier: who.Carrier})
	if err != nil || isNew {
		return who, isNew, err
	}
	row, err := s.Subject(ctx, who.ID)
	if err != nil {
		return who, false, err
	}
	known := SubjectOf(row)
	if known.Disabled {
		return who, false, fmt.Errorf("%s is disabled", who.ID)
	}
	if known != who {
		return who, false, fmt.Errorf("%s is registered already, as %s: rights do not change in passing", who.ID, Scope(known))
	}
	return known, false, nil
}

// Scope gives role and scope in words: "clerk VNPHKI vnpost".
func Scope(s identity.Subject) string {
	text := string(s.Role)
	for _, part := range []string{s.Office, s.Network, s.Authority, s.Carrier} {
		if part != "" {
			text += " " + part
		}
	}
	return text
}

// completeScope fills the network in and refuses a scope that is not there.
func completeScope(cat *catalogue.Catalogue, day string, who identity.Subject) (identity.Subject, error) {
	if who.Role == identity.Clerk && who.Office != "" {
		office, ok := cat.Office(who.Office, day)
		switch {
		case !ok:
			return who, fmt.Errorf("there is no office %s today", who.Office)
		case who.Network == "":
			who.Network = office.Network
		case who.Network != office.Network:
			return who, fmt.Errorf("office %s belongs to network %s", office.ID, office.Network)
		}
	}
	if err := who.Validate(); err != nil {
		return who, fmt.Errorf("%w (roles: %s)", err, roleWords())
	}
	if _, ok := cat.Network(who.Network); who.Network != "" && !ok {
		return who, fmt.Errorf("there is no network %s", who.Network)
	}
	if _, ok := cat.Authority(who.Authority, day); who.Authority != "" && !ok {
		return who, fmt.Errorf("there is no authority %s today", who.Authority)
	}
	if _, ok := cat.Carrier(who.Carrier); who.Carrier != "" && !ok {
		return who, fmt.Errorf("there is no carrier %s", who.Carrier)
	}
	return who, nil
}

func roleWords() string {
	text := ""
	for i, r := range identity.Roles() {
		if i > 0 {
			text += ", "
		}
		text += string(r)
	}
	return text
}

// DevKey gives the development key where tokens signed with it are good: beside
// the key set in force. It is made where there is none and no issuer was named.
func (c *Config) DevKey() (*identity.DevKey, error) {
	if c.embeddedKeys && !c.Embedded() && !c.AllowDevKey {
		return nil, errors.New("this register has no development key: tokens come from the issuer named in HOSO_AUTH_KEYS")
	}
	key, err := identity.EnsureDevKey(c.KeyDir())
	if err != nil || c.embeddedKeys {
		return key, err
	}
	return key, c.acceptsDevKey(key)
}

// acceptsDevKey tries a token against the key set in force.
func (c *Config) acceptsDevKey(key *identity.DevKey) error {
	const probe = "probe"
	v, err := identity.NewVerifier(identity.Config{KeysFile: c.AuthKeys, Directory: only(probe)})
	if err != nil {
		return err
	}
	token, err := identity.Mint(key, probe, probeFor)
	if err != nil {
		return err
	}
	if _, err := v.Authenticate(context.Background(), token); err != nil {
		return fmt.Errorf("the key set %s does not hold the development key of %s: tokens come from its issuer", c.AuthKeys, c.KeyDir())
	}
	return nil
}

// probeFor is how long a token made only to be tried is good.
const probeFor = time.Minute

// only is a directory of one auditor.
type only string

// Subject implements identity.Directory.
func (o only) Subject(_ context.Context, id string) (identity.Subject, error) {
	if id != string(o) {
		return identity.Subject{}, identity.ErrUnknownSubject
	}
	return identity.Subject{ID: id, Role: identity.Auditor}, nil
}
