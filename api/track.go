package api

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"time"

	"hoso/internal/dossier"
	"hoso/internal/store"
)

// Progress is what the public may know of a dossier.
type Progress struct {
	Code       string                `json:"code"`
	Stage      dossier.Stage         `json:"stage" enum:"intake,digitization,submission,decision,delivery,closed"`
	StageLabel string                `json:"stage_label"`
	Status     DossierStatus         `json:"status"`
	Delivery   dossier.DeliveryState `json:"delivery"`
	WaitingFor string                `json:"waiting_for" doc:"Whose turn it is and for what, in words."`
	Steps      []ProgressStep        `json:"steps"`
	FiledAt    Time                  `json:"filed_at"`
	ReceivedAt *Time                 `json:"received_at" nullable:"true"`
	DueAt      *Time                 `json:"due_at" nullable:"true"`
	ClosedAt   *Time                 `json:"closed_at" nullable:"true"`
	Overdue    bool                  `json:"overdue"`
}

// ProgressStep is one stage of the way.
type ProgressStep struct {
	Stage dossier.Stage `json:"stage"`
	Label string        `json:"label"`
	State string        `json:"state" enum:"done,current,ahead,skipped"`
}

type trackCodeInput struct {
	Code string `path:"code" maxLength:"40"`
	Tail string `query:"tail" required:"true" pattern:"^[0-9]{4}$" doc:"Last four digits of the phone given, or of the identity number where there is no phone."`
}

type trackTokenInput struct {
	Token string `query:"t" required:"true" maxLength:"64" doc:"The token of the slip's code."`
}

type trackOutput struct{ Body Progress }

// guesses bounds how often the public may ask, per code and per address. Four
// digits can be guessed; a code that is asked for all day gives up 300 tries.
type guesses struct{ code, address *Limiter }

func newGuesses(now func() time.Time) guesses {
	return guesses{code: NewLimiter(5*time.Minute, 20, 100_000, now), address: NewLimiter(2*time.Second, 60, 100_000, now)}
}

func (s *Server) registerTrack() {
	problems := []Code{NotFound, RateLimited}
	register(s, Op{
		ID: "track-by-code", Method: http.MethodGet, Path: "/v1/track/{code}", Tag: "tracking",
		Summary: "A dossier's progress, by the code on the slip", Problems: problems,
		Doc: "A wrong tail and a code that does not exist are answered the same.",
	}, anyone, s.trackByCode)
	register(s, Op{
		ID: "track-by-token", Method: http.MethodGet, Path: "/v1/track", Tag: "tracking",
		Summary: "A dossier's progress, by the slip's token", Problems: problems,
	}, anyone, s.trackByToken)
}

func (s *Server) trackByCode(ctx context.Context, in *trackCodeInput) (*trackOutput, error) {
	code := strings.ToUpper(in.Code)
	if p := s.guess.address.Take(AddressKey(ClientAddress(ctx))); p != nil {
		return nil, p
	}
	if !dossier.ValidCode(code) {
		return nil, NewNotFound()
	}
	if p := s.guess.code.Take(code); p != nil {
		return nil, p
	}
	d, err := s.deps.Store.Dossier(ctx, store.Scope{All: true}, code)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if !tailFits(d, in.Tail) {
		return nil, NewNotFound()
	}
	return &trackOutput{progressView(requestIn(ctx).lang, d)}, nil
}

// tailFits compares in a time that does not depend on where the digits differ.
// A dossier without a phone and an identity number has no tail that fits.
func tailFits(d store.Dossier, tail string) bool {
	want := d.PhoneTail
	if want == "" {
		want = d.IDTail
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(tail)) == 1
}

func (s *Server) trackByToken(ctx context.Context, in *trackTokenInput) (*trackOutput, error) {
	if p := s.guess.address.Take(AddressKey(ClientAddress(ctx))); p != nil {
		return nil, p
	}
	d, err := s.deps.Store.Tracked(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	return &trackOutput{progressView(requestIn(ctx).lang, d)}, nil
}

func progressView(l lang, d store.Dossier) Progress {
	return Progress{
		Code: d.Code, Stage: d.Stage, StageLabel: l.stage(d.Stage), Status: statusView(l, d.Status), Delivery: d.DeliveryState,
		WaitingFor: waitingView(l, d.WaitingWho, d.WaitingWhat, nil).Label, Steps: stepsOf(l, d),
		FiledAt: At(d.FiledAt), ReceivedAt: AtOrNil(d.ReceivedAt), DueAt: AtOrNil(d.DueAt), ClosedAt: AtOrNil(d.ClosedAt), Overdue: d.Overdue,
	}
}

// stepsOf lists the five stages. A dossier that ended early has left some out.
func stepsOf(l lang, d store.Dossier) []ProgressStep {
	var steps []ProgressStep
	state := "done"
	for _, stage := range dossier.Stages() {
		if stage == dossier.StageClosed {
			break
		}
		step := ProgressStep{Stage: stage, Label: l.stage(stage), State: state}
		switch {
		case d.Stage == dossier.StageClosed && !passed(d, stage):
			step.State = "skipped"
		case stage == d.Stage:
			step.State, state = "current", "ahead"
		}
		steps = append(steps, step)
	}
	return steps
}

// passed says whether a closed dossier has been through a stage.
func passed(d store.Dossier, stage dossier.Stage) bool {
	switch stage {
	case dossier.StageDigitization:
		return d.Route != ""
	case dossier.StageSubmission:
		return d.Submitted || d.ReceivedAt != nil || d.Status.Decided()
	case dossier.StageDecision:
		return d.Status.Decided()
	case dossier.StageDelivery:
		return d.Status == dossier.Returned || d.DeliveryState == dossier.DeliveryDelivered || d.DeliveryState == dossier.DeliveryCollected
	default:
		return true
	}
}
