package benchmark

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"hoso/internal/apiclient"
	"hoso/internal/catalogue"
	"hoso/internal/dossier"
	"hoso/internal/identity"
	"hoso/internal/program"
	"hoso/internal/scan/samplepage"
	"hoso/internal/store"
)

// whole carries dossiers from POST to returned.
type whole struct {
	apis    []string // addresses with http://
	store   *store.Store
	pool    *sql.DB
	offices []catalogue.Office
	tokens  map[string]string
	scan    store.Document
	docs    map[string][]string // unused documents by office
	number  atomic.Int64
	run     string // draws the keys of this run apart from those of another
	http    *http.Client
}

// tokensFor is longer than any run.
const tokensFor = 12 * time.Hour

// newWhole registers a clerk for each office and uploads one scan.
func newWhole(ctx context.Context, c program.Config, apis []string, atOnce int) (*whole, error) {
	s, err := store.Open(c.DatabaseURL, store.Options{MaxOpen: 4})
	if err != nil {
		return nil, err
	}
	w := &whole{apis: apis, store: s, tokens: map[string]string{}, docs: map[string][]string{}, run: uuid.NewString(),
		http: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}}
	if w.pool, err = s.Pool(); err == nil {
		err = w.prepare(ctx, c)
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *whole) close() {
	w.http.CloseIdleConnections()
	w.store.Close() //nolint:errcheck // everything is committed
}

func (w *whole) prepare(ctx context.Context, c program.Config) error {
	cat, err := w.store.Catalogue(ctx)
	if err != nil {
		return err
	}
	key, err := identity.EnsureDevKey(c.KeyDir())
	if err != nil {
		return err
	}
	today := dossier.LocalDay(time.Now())
	for _, o := range cat.Offices {
		if _, ok := cat.Office(o.ID, today); !ok {
			continue
		}
		who, _, err := program.AddSubject(ctx, w.store, identity.Subject{ID: Clerk(o.ID), Role: identity.Clerk, Office: o.ID})
		if err != nil {
			return err
		}
		if w.tokens[o.ID], err = identity.Mint(key, who.ID, tokensFor); err != nil {
			return err
		}
		w.offices = append(w.offices, o)
	}
	return w.upload(ctx)
}

// upload has one page judged; every dossier brings a copy of it.
func (w *whole) upload(ctx context.Context) error {
	page, err := samplepage.JPEG(samplepage.Page(samplepage.Options{Title: "TỜ KHAI", DPI: 150, Seed: 1}), 85)
	if err != nil {
		return err
	}
	client, err := apiclient.New(w.apis[0], w.tokens[w.offices[0].ID])
	if err != nil {
		return err
	}
	uploaded, err := client.Scan(ctx, w.run, "scan.jpg", page)
	if err != nil {
		return fmt.Errorf("upload a scan: %w", err)
	}
	w.scan, err = w.store.Document(ctx, uploaded.ID)
	return err
}

// stock puts the documents of a turn there.
func (w *whole) stock(ctx context.Context, n int) error {
	each := (n + len(w.offices) - 1) / len(w.offices)
	for _, o := range w.offices {
		ids, err := Stock(ctx, w.pool, o, w.scan, each)
		if err != nil {
			return err
		}
		w.docs[o.ID] = ids
	}
	return nil
}

// carry has n dossiers carried, so many at once, each office and each API by
// turns, and gives the workflows' ids.
func (w *whole) carry(ctx context.Context, n, atOnce int) ([]string, error) {
	return w.fly(ctx, n, atOnce, w.returned)
}

// fly has n dossiers filed, so many at once under way, until ended says that they
// have come to where they are to come.
func (w *whole) fly(ctx context.Context, n, atOnce int, ended func(context.Context, []string) ([]string, error)) ([]string, error) {
	f := newFlight(n, atOnce)
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go f.watch(watching, ended)
	return f.fly(ctx, func(ctx context.Context, i int) (string, error) {
		o := w.offices[i%len(w.offices)]
		return w.file(ctx, w.apis[i%len(w.apis)], o, w.docs[o.ID][i/len(w.offices)])
	})
}

func (w *whole) file(ctx context.Context, api string, o catalogue.Office, document string) (code string, err error) {
	n := w.number.Add(1)
	body, err := Filing(n, document)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, api+"/v1/dossiers", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+w.tokens[o.ID])
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", fmt.Sprintf("%s-%d", w.run, n))
	res, err := w.http.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // it has been read
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("file a dossier: %s: %s", res.Status, raw)
	}
	var filed struct{ Code string }
	err = json.Unmarshal(raw, &filed)
	return filed.Code, err
}

// returned tells which dossiers are returned.
func (w *whole) returned(ctx context.Context, codes []string) ([]string, error) {
	return w.those(ctx, codes, "status = $2", dossier.Returned)
}
