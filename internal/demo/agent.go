package demo

import (
	"context"
	"fmt"
	"strings"

	"hoso/internal/apiclient"
	"hoso/internal/dossier"
	"hoso/internal/scan/samplepage"
)

// deed is what one of the sample people does for a dossier.
type deed struct {
	subject string
	command string
	body    func(context.Context) (any, error)
}

// act does what the dossier waits for, if it waits for one of the sample people.
// The key is made of the revision, so that a deed repeated after a restart is
// the same deed.
func (f *follower) act(ctx context.Context, d apiclient.Dossier) error {
	todo, ok := f.deed(d)
	if !ok {
		return nil
	}
	who, err := f.demo.as(todo.subject)
	if err != nil {
		return err
	}
	body, err := todo.body(ctx)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%s/%s/%d", f.run, d.Code, d.Revision)
	_, err = who.Command(ctx, d.Code, todo.command, key, body)
	return err
}

// deed names what the dossier waits for and who does it.
func (f *follower) deed(d apiclient.Dossier) (deed, bool) {
	clerk := clerkOf(f.sample.office)
	switch dossier.What(d.WaitingFor.What) {
	case dossier.WhatRescan:
		return deed{clerk, "supplement", f.paper}, true
	case dossier.WhatHandover:
		return deed{clerk, "handover", always(map[string]any{"act": "offer", "to": map[string]any{"kind": "carrier", "id": f.sample.carrier}})}, true
	case dossier.WhatSupplement:
		return deed{clerk, "supplement", f.betterScan}, true
	case dossier.WhatTake:
		return deed{officer, "handover", always(map[string]any{"act": "take"})}, true
	case dossier.WhatAcceptance, dossier.WhatDecision:
		if dossier.Who(d.WaitingFor.Who) == dossier.WhoAuthority {
			return deed{officer, "decision", always(decision(d))}, true
		}
	}
	return deed{}, false
}

func always(body any) func(context.Context) (any, error) {
	return func(context.Context) (any, error) { return body, nil }
}

// decision is what the officer decides next by hand.
func decision(d apiclient.Dossier) map[string]any {
	switch dossier.Status(d.Status.Code) {
	case dossier.Registered:
		return map[string]any{"action": "accept", "portal_code": handNumber(d.Code)}
	case dossier.Accepted:
		return map[string]any{"action": "process"}
	default:
		return map[string]any{"action": "resolve", "result": map[string]any{"documents": []any{}, "paper": true}}
	}
}

// handNumber is the official number that the officer writes: from the block that
// the authority keeps for papers, for the portal counts the others. It is made of
// the running number in our own code ("VTPHKI-261124-0001-L").
func handNumber(code string) string {
	parts := strings.Split(code, "-")
	if len(parts) != 4 || len(parts[2]) != 4 {
		return ""
	}
	return authority + "-" + parts[1] + "-9" + parts[2][1:]
}

// paper gives the component as the paper original.
func (f *follower) paper(context.Context) (any, error) {
	return components(map[string]any{"code": component, "form": "paper_original"}), nil
}

// betterScan scans the page anew.
func (f *follower) betterScan(ctx context.Context) (any, error) {
	page, err := scan(samplepage.Options{Seed: f.sample.page.Seed + 100})
	if err != nil {
		return nil, err
	}
	doc, err := f.clerk.Scan(ctx, fmt.Sprintf("%s/%s/rescan", f.run, f.code), component+".pdf", page)
	if err != nil {
		return nil, err
	}
	return components(map[string]any{"code": component, "document_id": doc.ID}), nil
}

func components(given ...any) map[string]any { return map[string]any{"components": given} }
