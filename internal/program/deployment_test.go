package program

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"hoso/workflows"
)

func everywhere() map[string]int { return map[string]int{"dossier": 2, "portal": 1, "courier": 1} }

func TestWorkIsGivenOnlyToABuildThatDoesIt(t *testing.T) {
	t.Parallel()
	r := Rollout{Deployment: "dossier", Current: "a", Builds: []BuildState{
		{ID: "new", Pollers: everywhere()}, {ID: "half", Pollers: map[string]int{"dossier": 1}, Lacking: []string{"portal", "courier"}}, {ID: "a", Pollers: everywhere()}, {ID: "gone"}}}
	require.NoError(t, r.mayTake("new"))
	for build, want := range map[string]string{
		"gone":  "nobody polls for build gone: start its workers, and promote it then",
		"half":  "build half does not poll portal, courier: start `hoso worker` of that build, which polls every queue",
		"wrong": "build wrong is unknown in deployment dossier (known: new, half, a, gone): start its workers first, with HOSO_BUILD_ID=wrong",
	} {
		require.EqualError(t, r.mayTake(build), want)
	}
}

func TestSilenceIsNoticed(t *testing.T) {
	t.Parallel()
	polled := []BuildState{{ID: "gone"}, {ID: "a", Pollers: everywhere()}}
	require.EqualError(t, Rollout{Deployment: "dossier", Builds: polled}.silence(),
		"build a polls for deployment dossier, which has no current build, so it gets nothing: run `hoso promote --build a`")
	require.NoError(t, Rollout{Current: "a", Builds: polled}.silence())
	require.NoError(t, Rollout{Ramps: true, Ramping: "a", Percent: 10, Builds: polled}.silence(), "it gets its share")
	require.NoError(t, Rollout{Builds: polled[:1]}.silence(), "nobody waits")
}

// Workers of a build that has been left behind poll on and hide that nobody does
// the work.
func TestABuildThatItsWorkersLeftIsNoticed(t *testing.T) {
	t.Parallel()
	const want = "build gone gets work and nobody polls for it: start its workers, or give the work to another build with `hoso promote`"
	builds := []BuildState{{ID: "gone"}, {ID: "a", Pollers: everywhere()}}
	require.EqualError(t, Rollout{Current: "gone", Builds: builds}.silence(), want)
	require.EqualError(t, Rollout{Current: "a", Ramps: true, Ramping: "gone", Percent: 10, Builds: builds}.silence(), want)
	require.EqualError(t, Rollout{Current: "gone", Builds: builds[:1], Unversioned: everywhere()}.silence(), want)
	require.NoError(t, Rollout{Current: "gone", Builds: builds[:1]}.silence(), "nobody works at all, before a start for instance")
}

// A ramp is taken back when its build has failed, which may mean that its workers
// are gone. And there is no going back to workers that are not there.
func TestWhatAPromotionNeeds(t *testing.T) {
	t.Parallel()
	none, tenth := float32(0), float32(10)
	r := Rollout{Deployment: "dossier", Current: "a", Ramps: true, Ramping: "gone", Percent: 10, Builds: []BuildState{{ID: "gone"}, {ID: "a", Pollers: everywhere()}}}
	require.NoError(t, Promotion{Build: "gone", Ramp: &none}.mayBe(r))
	require.NoError(t, Promotion{Ramp: &none}.mayBe(r), "whichever build has it")
	require.ErrorContains(t, Promotion{Build: "gone", Ramp: &tenth}.mayBe(r), "nobody polls for build gone")
	const want = "no worker without a version polls dossier: start one, without HOSO_DEPLOYMENT, and promote then"
	require.EqualError(t, Promotion{Unversioned: true}.mayBe(r), want)
	r.Unversioned = map[string]int{"dossier": 1, "portal": 1}
	require.ErrorContains(t, Promotion{Unversioned: true}.mayBe(r), "polls courier")
	r.Unversioned = everywhere()
	require.NoError(t, Promotion{Unversioned: true}.mayBe(r))
}

func TestARolloutInOneLine(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]Rollout{
		"deployment d: unversioned workers get the work":                          {Deployment: "d"},
		"deployment d: build a is current":                                        {Deployment: "d", Current: "a"},
		"deployment d: build a is current, build b ramps at 10 %":                 {Deployment: "d", Current: "a", Ramping: "b", Percent: 10, Ramps: true},
		"deployment d: build a is current, unversioned workers ramp at 2.5 %":     {Deployment: "d", Current: "a", Percent: 2.5, Ramps: true},
		"deployment d: unversioned workers get the work, build b ramps at 12.5 %": {Deployment: "d", Ramping: "b", Percent: 12.5, Ramps: true},
	} {
		require.Equal(t, want, r.String())
	}
}

// attributes is a namespace's search attributes, as Temporal lists them.
type attributes struct {
	operatorservice.UnimplementedOperatorServiceServer
	custom map[string]enums.IndexedValueType
	err    error
}

func (a *attributes) ListSearchAttributes(context.Context, *operatorservice.ListSearchAttributesRequest) (*operatorservice.ListSearchAttributesResponse, error) {
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: a.custom}, a.err
}

func ours() map[string]enums.IndexedValueType {
	all := map[string]enums.IndexedValueType{}
	for name, kind := range workflows.SearchAttributes() {
		all[name] = attributeTypes[kind]
	}
	return all
}

// A dossier would get stuck at its first step, so the worker does not even begin.
func TestAWorkerRefusesANamespaceThatDoesNotKnowItsAttributes(t *testing.T) {
	t.Parallel()
	missing, wrong := ours(), ours()
	delete(missing, "DossierStage")
	delete(missing, "DossierRoute")
	wrong["DossierDueAt"] = enums.INDEXED_VALUE_TYPE_TEXT
	for name, c := range map[string]struct {
		is   attributes
		want string
	}{
		"missing": {attributes{custom: missing}, "namespace default lacks search attributes DossierRoute, DossierStage: run `hoso migrate`"},
		"another type": {attributes{custom: wrong}, "search attribute DossierDueAt is of type Text and must be Datetime: remove it from the namespace and run `hoso migrate`, " +
			"or use another namespace (TEMPORAL_NAMESPACE)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, runWorkerOn(t, &c.is), c.want)
		})
	}
}

// With an attribute of another type no dossier can start: a migration says so at
// once, however long it was to wait for Temporal.
func TestPreparingDoesNotWaitForAnAttributeToChange(t *testing.T) {
	t.Parallel()
	wrong := ours()
	wrong["DossierDueAt"] = enums.INDEXED_VALUE_TYPE_TEXT
	_, c := newRegister(t)
	c.Temporal.HostPort = (&fadingTemporal{}).serve(t, &attributes{custom: wrong})
	_, err := c.PrepareTemporal(t.Context(), time.Hour)
	require.ErrorContains(t, err, "search attribute DossierDueAt is of type Text and must be Datetime")

	away := &attributes{custom: ours(), err: status.Error(codes.NotFound, "Namespace default is not found.")}
	c.Temporal.HostPort = (&fadingTemporal{}).serve(t, away)
	_, err = c.PrepareTemporal(t.Context(), 0)
	require.ErrorContains(t, err, "is not found", "told at once where nobody waits")
}

// Who may not list them may still work: dossiers are left to try.
func TestAttributesThatMayNotBeListedStopNobody(t *testing.T) {
	t.Parallel()
	_, c := newRegister(t)
	f := &fadingTemporal{}
	c.Temporal.HostPort = f.serve(t, &attributes{err: status.Error(codes.PermissionDenied, "not yours")})
	m, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	require.NoError(t, m.checkAttributes(t.Context()))
}

func runWorkerOn(t *testing.T, a *attributes) error {
	t.Helper()
	_, c := newRegister(t, "HOSO_PORTAL_URL=http://127.0.0.1:1", "HOSO_COURIER_URL=http://127.0.0.1:1")
	c.Temporal.HostPort = (&fadingTemporal{}).serve(t, a)
	m, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // one that does not refuse polls on
	defer cancel()
	return m.RunWorker(ctx, nil)
}
