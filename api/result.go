package api

import (
	"context"
	"net/http"

	"hoso/internal/store"
)

// Result is what a decided dossier yields.
type Result struct {
	Paper     bool             `json:"paper" doc:"There is a paper to bring to the citizen."`
	Documents []ResultDocument `json:"documents" doc:"The electronic results."`
}

// ResultDocument is one electronic result.
type ResultDocument struct {
	DocumentID string `json:"document_id"`
	Name       string `json:"name"`
	MediaType  string `json:"media_type"`
	Bytes      int64  `json:"bytes"`
	SHA256     string `json:"sha256"`
	Content    string `json:"content" doc:"Where its bytes are." example:"/v1/documents/…/content"`
}

type resultOutput struct{ Body Result }

func (s *Server) registerResult() {
	register(s, Op{
		ID: "dossier-result", Method: http.MethodGet, Path: "/v1/dossiers/{code}/result", Tag: "dossiers",
		Summary: "What the dossier has yielded", Problems: []Code{NotFound},
		Doc: "404 until the authority has decided in favour.",
	}, readers, s.result)
}

func (s *Server) result(ctx context.Context, in *DossierRef) (*resultOutput, error) {
	d, err := s.findDossier(ctx, in.Code)
	if err == nil && !d.ResultKnown {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Store.Results(ctx, d.Code)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.DocumentID
	}
	docs, err := s.deps.Store.DocumentsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	v := Result{Paper: d.ResultPaper, Documents: []ResultDocument{}}
	for _, r := range rows {
		doc := docs[r.DocumentID]
		v.Documents = append(v.Documents, ResultDocument{DocumentID: r.DocumentID, Name: r.Name, MediaType: doc.MediaType,
			Bytes: doc.Bytes, SHA256: doc.SHA256, Content: "/v1/documents/" + r.DocumentID + "/content"})
	}
	return &resultOutput{v}, nil
}
