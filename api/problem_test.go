package api

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (b *bundle) fail(how, lang string) *http.Response {
	return b.do(ask{method: "POST", path: "/v1/fail/" + how, lang: lang, body: `{"text":"` + canary + `"}`}).Result()
}

func TestProblemsFromHandlers(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) {
		d.Timeout = 20 * time.Millisecond
		d.Translate = func(err error) *Problem {
			if err == errForTranslation {
				return NewNotFound()
			}
			return nil
		}
	})
	for how, tc := range map[string]struct {
		code       Code
		retryAfter string
	}{
		"conflict":    {Conflict, ""},
		"dossier":     {InvalidDossier, ""},
		"rate":        {RateLimited, "2"},
		"away":        {Unavailable, "7"},
		"slow":        {Unavailable, "5"},
		"translated":  {NotFound, ""},
		"plain":       {Internal, ""},
		"panic":       {Internal, ""},
		"panic-plain": {Internal, ""},
		"nil":         {Internal, ""},
		"huma":        {Forbidden, ""},
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := b.do(ask{method: "POST", path: "/v1/fail/" + how, body: `{"text":"` + canary + `"}`})
			p := problem(t, w)
			require.Equal(t, tc.code, p.Code)
			require.Equal(t, tc.code.Status(), w.Code)
			require.Equal(t, tc.retryAfter, w.Header().Get("Retry-After"))
			requireNoEcho(t, w.Body.String())
		})
	}
	t.Cleanup(func() {
		log := b.log.String()
		require.Contains(t, log, `"msg":"panic"`)
		require.Contains(t, log, "api_test.go", "the log says where it happened")
		require.Contains(t, log, `"msg":"internal error"`)
		requireNoEcho(t, log)
	})
}

func TestConflictTellsStateAndWhatIsAllowed(t *testing.T) {
	t.Parallel()
	p := problem(t, setup(t).do(ask{method: "POST", path: "/v1/fail/conflict", body: `{}`}))
	require.Equal(t, "decision", p.State)
	require.Equal(t, []string{"withdraw", "contact"}, p.Allowed)
}

func TestLanguageOfProblems(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for accept, want := range map[string]string{
		"":                         "vi",
		"vi":                       "vi",
		"vi-VN,en;q=0.5":           "vi",
		"en":                       "en",
		"en-GB, vi;q=0.1":          "en",
		"en;q=0.1, vi;q=0.9":       "vi",
		"fr":                       "vi",
		"fr, en;q=0.4":             "en",
		"*":                        "vi",
		"!!!;;q=":                  "vi",
		strings.Repeat("en-", 900): "vi",
	} {
		for _, path := range []string{"/v1/fail/dossier", "/v1/nowhere"} {
			w := b.do(ask{method: "POST", path: path, lang: accept, body: `{}`})
			p := problem(t, w)
			require.Equal(t, want, w.Header().Get("Content-Language"), "%s %.20s", path, accept)
			require.Equal(t, "Accept-Language", w.Header().Get("Vary"))
			english := p.Title == "Dossier not valid" || p.Title == "Not found"
			require.Equal(t, want == "en", english, p.Title)
		}
	}
	p := problem(t, b.do(ask{method: "POST", path: "/v1/fail/dossier", lang: "en", body: `{}`}))
	require.Equal(t, "The required component to-khai is missing.", p.Errors[1].Detail)
}

func TestUnknownRouteAndMethod(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.Equal(t, NotFound, problem(t, b.do(ask{method: "GET", path: "/v1/" + "nowhere?x=1"})).Code)
	require.Equal(t, NotFound, problem(t, b.do(ask{method: "GET", path: "/v1/notes/", token: "clerk"})).Code)
	w := b.do(ask{method: "DELETE", path: "/v1/notes", token: "clerk"})
	require.Equal(t, MethodNotAllowed, problem(t, w).Code)
	require.Contains(t, w.Header().Get("Allow"), "POST")
}

func TestEveryCodeAndRuleHasBothLanguages(t *testing.T) {
	t.Parallel()
	for code := range statuses {
		texts, there := problemTexts[code]
		require.True(t, there, code)
		for _, s := range append(texts.title[:], texts.detail[:]...) {
			require.NotEmpty(t, s, code)
		}
	}
	require.Len(t, problemTexts, len(statuses))
	names := regexp.MustCompile(`\{[a-z]+\}`)
	for rule, sentence := range ruleTexts {
		require.NotEmpty(t, sentence[vi], rule)
		require.NotEmpty(t, sentence[en], rule)
		require.ElementsMatch(t, names.FindAllString(sentence[vi], -1), names.FindAllString(sentence[en], -1), rule)
	}
}

// A rule that the domain names and nobody has worded would reach a clerk as "not
// valid": the domain's sources are the list.
func TestEveryRuleOfTheDomainIsWorded(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../internal/dossier/*.go")
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
	require.NotEmpty(t, files)
	rules := regexp.MustCompile(`(?:(?:refuse|breach)\("[^"]*", |Rule: )"([a-z_]+)"`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range rules.FindAllStringSubmatch(string(source), -1) {
			require.Contains(t, ruleTexts, m[1], file)
		}
	}
}

func TestLoggableMasksWhatMayBePersonal(t *testing.T) {
	t.Parallel()
	for in, out := range map[string]string{
		"connection refused":                             "connection refused",
		`invalid input syntax for "Nguyen Van An"`:       `invalid input syntax for […]`,
		"Key (citizen_id)=(001090000001) already exists": "[…] (citizen_id)[…] already exists",
		"mail to an@example.vn failed":                   "mail to […] failed",
		"name Nguyễn Văn An too long":                    "name […] too long",
		"SQLSTATE 23505 at line 12":                      "SQLSTATE […] at line 12",
		"evil\nline \x1b[31m":                            "evil line […]",
		"phone 0900000123, id 001090000001":              "phone […], id […]",
	} {
		require.Equal(t, out, loggableText(in))
	}
	require.LessOrEqual(t, len(loggableText(strings.Repeat("word ", 1000))), maxLoggable+3)
}
