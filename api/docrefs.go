package api

import (
	"context"
	"strconv"

	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/store"
)

// docRef is a place in a request that names a document.
type docRef struct{ pointer, id string }

// refsOf lists the documents that components name.
func refsOf(given []dossier.Given) []docRef {
	var refs []docRef
	for i, g := range given {
		if g.Document != "" && g.Form != dossier.FormReused { // reuse judges those
			refs = append(refs, docRef{"/components/" + strconv.Itoa(i) + "/document_id", g.Document})
		}
	}
	return refs
}

// documents are the places of a filing that name documents.
func (f *filing) documents() []docRef {
	refs := refsOf(f.out.Components)
	if id := f.out.Mandate.EvidenceDoc; id != "" {
		refs = append(refs, docRef{"/mandate/evidence/document_id", id})
	}
	return refs
}

// usable judges the documents of a filing that is right otherwise.
func (f *filing) usable(docs map[string]store.Document) error {
	if errs := unusable(f.who, "", f.documents(), docs); len(errs) > 0 {
		return NewInvalidDossier(errs...)
	}
	return nil
}

// checkDocuments adds what is wrong with the documents of a filing that is
// refused anyway, so that the clerk hears everything at once.
func (s *Server) checkDocuments(ctx context.Context, f *filing) error {
	errs, _, err := s.usable(ctx, "", f.documents())
	f.errs = append(f.errs, errs...)
	return err
}

// usable finds the documents named and says which may not be used: those that
// are not there or not of the caller's own side, and those that another dossier
// than code has.
func (s *Server) usable(ctx context.Context, code string, refs []docRef) ([]FieldError, map[string]store.Document, error) {
	if len(refs) == 0 {
		return nil, nil, nil
	}
	ids := make([]string, len(refs))
	for i, r := range refs {
		ids[i] = r.id
	}
	docs, err := s.deps.Store.DocumentsByID(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	return unusable(SubjectFrom(ctx), code, refs, docs), docs, nil
}

func unusable(who identity.Subject, code string, refs []docRef, docs map[string]store.Document) (errs []FieldError) {
	for _, r := range refs {
		d, known := docs[r.id]
		switch {
		case !known || !ownDocument(who, d):
			errs = append(errs, Field(r.pointer, "document_unknown"))
		case d.DossierCode != "" && d.DossierCode != code:
			errs = append(errs, Field(r.pointer, "document_used"))
		}
	}
	return errs
}
