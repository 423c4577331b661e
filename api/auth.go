package api

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"hoso/internal/identity"
)

// Authenticator recognises callers; *identity.Verifier is the real one. It
// answers identity.ErrUnauthenticated for every token that does not hold.
type Authenticator interface {
	Authenticate(ctx context.Context, bearer string) (identity.Subject, error)
}

// Access says who may call an operation. The zero Access admits nobody.
type Access struct {
	public bool
	roles  []identity.Role
}

// anyone admits every caller, without a token.
var anyone = Access{public: true}

// anyRole admits everyone who is in the register.
var anyRole = only(identity.Roles()...)

// only admits the roles named.
func only(roles ...identity.Role) Access { return Access{roles: roles} }

// Public says whether no token is needed.
func (a Access) Public() bool { return a.public }

// Roles lists the roles admitted; empty for public operations.
func (a Access) Roles() []identity.Role { return slices.Clone(a.roles) }

// Admits says whether the subject may pass. A subject whose role is unknown or
// whose scope is incomplete passes nowhere.
func (a Access) Admits(s identity.Subject) bool {
	return slices.Contains(a.roles, s.Role) && s.Validate() == nil
}

// accessKey is where register leaves an operation's Access.
const accessKey = "hoso.access"

// authorise runs before every operation. An operation that did not come through
// register has no Access, and so admits nobody.
func (s *Server) authorise(ctx huma.Context, next func(huma.Context)) {
	access, _ := ctx.Operation().Metadata[accessKey].(Access)
	if access.public {
		next(ctx)
		return
	}
	c := humagin.Unwrap(ctx)
	subject, err := s.authenticate(ctx)
	if err != nil {
		refuse(c, s.problemOf(ctx.Context(), err))
		return
	}
	requestIn(ctx.Context()).subject = &subject
	if !access.Admits(subject) {
		refuse(c, NewForbidden())
		return
	}
	next(ctx)
}

func (s *Server) authenticate(ctx huma.Context) (identity.Subject, error) {
	headers := humagin.Unwrap(ctx).Request.Header.Values("Authorization")
	if len(headers) != 1 {
		return identity.Subject{}, identity.ErrUnauthenticated
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return identity.Subject{}, identity.ErrUnauthenticated
	}
	subject, err := s.deps.Auth.Authenticate(ctx.Context(), strings.TrimSpace(token))
	if err == nil || errors.Is(err, identity.ErrUnauthenticated) {
		return subject, err
	}
	Log(ctx.Context()).Error("register of subjects out of reach", slog.String("error", loggable(err)))
	return subject, NewUnavailable(retryLater)
}

// retryLater is what a caller is asked to wait when something of ours is away.
const retryLater = 5 * time.Second

// problemOf turns any error into the problem to answer. What nobody knows is a
// 500, told in full to the log and not to the caller.
func (s *Server) problemOf(ctx context.Context, err error) *Problem {
	if p := new(Problem); errors.As(err, &p) {
		return p
	}
	if s.deps.Translate != nil {
		if p := s.deps.Translate(err); p != nil {
			return p
		}
	}
	if p := translate(err); p != nil {
		if p.Code == Unavailable {
			Log(ctx).Warn("register out of reach", slog.String("error", loggable(err)))
		}
		return p
	}
	switch {
	case errors.Is(err, identity.ErrUnauthenticated):
		return NewUnauthenticated()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), ctx.Err() != nil:
		return NewUnavailable(retryLater)
	}
	Log(ctx).Error("internal error", slog.String("error", loggable(err)))
	return NewInternal()
}
