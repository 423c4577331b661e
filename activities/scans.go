package activities

import (
	"context"
	"io"

	"hoso/internal/dossier"
	"hoso/internal/portal"
	"hoso/internal/store"
)

// applicant gives the owner of a dossier as the portal wants to know them.
func applicant(people map[string]store.Person) portal.Person {
	p := people[store.PartApplicant]
	return portal.Person{Kind: p.Kind, FullName: p.FullName, CitizenID: p.CitizenID, TaxCode: p.TaxCode,
		DateOfBirth: p.DateOfBirth, Phone: p.Phone, Email: p.Email, Address: p.Address}
}

// stateOf says to the portal how a component came to be digital.
func stateOf(f dossier.Form) int {
	if f == dossier.FormReused {
		return portal.Reused
	}
	return portal.Digitized
}

// scans gives the scans among a dossier's components, as files to be opened.
func (a *Activities) scans(given []store.GivenComponent) []portal.Document {
	var out []portal.Document
	for _, g := range given {
		if g.Document == nil {
			continue
		}
		name := g.Document.StorageName
		out = append(out, portal.Document{Component: g.Component.Component, SHA256: g.Document.SHA256, MediaType: g.Document.MediaType, Bytes: g.Document.Bytes, State: stateOf(g.Form),
			Open: func(context.Context) (io.ReadCloser, error) { return a.Blobs.Get(name) }})
	}
	return out
}
