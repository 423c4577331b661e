package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"hoso/internal/identity"
	"hoso/internal/store"
)

// TestThreeFilingsFromFiles files from files on disk, as README shows it: a sharp
// scan goes online, one with a blurred page comes back with what to mend, and
// what is given on paper goes on paper and comes home with the result.
func TestThreeFilingsFromFiles(t *testing.T) {
	t.Parallel()
	y := newSystem(t, setup{})
	clerk, officer := "clerk-vnphki", "officer-h26.12.03"
	y.as(t, identity.Subject{ID: clerk, Role: identity.Clerk, Office: "VNPHKI", Network: "vnpost"})
	y.as(t, identity.Subject{ID: officer, Role: identity.Centre, Authority: "H26.12.03"})
	page := func(name string, args ...string) string {
		file := filepath.Join(y.dir, name)
		y.run(t, append([]string{"demo", "page", file, "--pages", "2"}, args...)...)
		return file
	}
	sharp, blurred := page("sharp.pdf"), page("blurred.pdf", "--blur", "2")
	file := func(procedure string, args ...string) filedFromFiles {
		raw := y.run(t, append([]string{"dossier", "file", "--json", "--as", clerk, "--procedure", procedure, "--authority", "H26.12.03", "--name", "Nguyễn Văn Mẫu",
			"--citizen-id", "001090000001", "--born", "1990-05-17", "--phone", "0900000123", "--address", "Số 1 phố Thí Dụ, Hà Nội", "--carrier", "vnpost"}, args...)...)
		var d filedFromFiles
		require.NoError(t, json.Unmarshal([]byte(raw), &d), raw)
		return d
	}

	online := file("2.000635", "--scan", sharp)
	require.Equal(t, "online", online.Route)
	back := file("2.000635", "--scan", "to-khai="+blurred)
	require.Equal(t, "return_to_citizen", back.Route)
	require.Len(t, back.ToFix, 1)
	require.Contains(t, back.ToFix[0], "Trang 2 bị mờ")
	paper := file("1.004873", "--case", "cap-lai", "--paper", "to-khai", "--paper", "giay-xac-nhan-da-cap")
	require.Equal(t, "paper", paper.Route)
	require.Equal(t, "paper_demanded", paper.RouteReasons[1].Code)

	register := y.register(t)
	y.run(t, "dossier", "handover", paper.Code, "--as", clerk, "--offer", "carrier:vnpost")
	y.waitsFor(t, register, paper.Code, "take_paper")
	y.run(t, "dossier", "handover", paper.Code, "--as", officer, "--take")
	for _, act := range [][]string{{"accept"}, {"process"}, {"resolve", "--paper"}} {
		y.run(t, append([]string{"dossier", "decide", paper.Code, "--as", officer}, act...)...)
	}
	y.allReturned(t, register, []string{online.Code, paper.Code}, 2*time.Minute)
	papers, err := register.Papers(t.Context(), paper.Code)
	require.NoError(t, err)
	require.Len(t, papers, 2)
	for _, p := range papers {
		require.Equal(t, "citizen", p.HolderKind, "the originals are home")
	}
}

type filedFromFiles struct {
	Code         string
	Route        string
	ToFix        []string                `json:"to_fix"`
	RouteReasons []struct{ Code string } `json:"route_reasons"`
}

func (y *system) waitsFor(t *testing.T, s *store.Store, code, what string) {
	t.Helper()
	require.NoError(t, eventually(2*time.Minute, func(ctx context.Context) error {
		d, err := s.Dossier(ctx, store.Scope{All: true}, code)
		if err == nil && string(d.WaitingWhat) != what {
			err = fmt.Errorf("%s waits for %s", code, d.WaitingWhat)
		}
		return err
	}))
}
