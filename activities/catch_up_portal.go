package activities

import (
	"context"
	"errors"
	"slices"

	"go.temporal.io/sdk/temporal"

	"hoso/internal/arrivals"
	"hoso/internal/register"
	"hoso/internal/store"
	"hoso/workflows"
)

// CatchUpPortal asks the portal for everything it has to say about a dossier
// and gives what the workflow has not dealt with. It comes in by the same door as
// the portal's callbacks, so whichever is first, the other is a repetition.
func (a *Activities) CatchUpPortal(ctx context.Context, c workflows.CatchUp) ([]register.PortalReport, error) {
	events, err := a.Portal.Events(ctx, c.Code)
	if err != nil {
		return nil, asTemporal(err)
	}
	door := arrivals.Door{Store: a.Store, Blobs: a.Blobs}
	var news []register.PortalReport
	for _, e := range events {
		m, err := door.Portal(ctx, e)
		if unfit(err) {
			continue
		}
		if err != nil {
			return nil, registerError(err)
		}
		if !isNews(m, c) {
			continue
		}
		r, err := m.PortalReport()
		if err != nil {
			continue
		}
		if err := a.Store.Signalled(ctx, m.ID); err != nil {
			return nil, registerError(err)
		}
		news = append(news, r)
	}
	if c.Patient && len(news) == 0 {
		return nil, nothingNew()
	}
	return news, nil
}

// unfit says that a report does not fit: it is refused at the door and changes nothing.
func unfit(err error) bool {
	return errors.Is(err, arrivals.ErrUnfit) || errors.Is(err, store.ErrEventChanged)
}

// isNews says whether the workflow has yet to hear of a message.
func isNews(m store.Inbox, c workflows.CatchUp) bool {
	return m.Waiting() && !slices.Contains(c.Known, m.ID)
}

// nothingNew lets a patient question be asked again by its retry policy.
func nothingNew() error {
	return temporal.NewApplicationErrorWithOptions("nothing new", workflows.NothingNewType,
		temporal.ApplicationErrorOptions{Category: temporal.ApplicationErrorCategoryBenign})
}
