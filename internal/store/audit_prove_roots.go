package store

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoso/internal/audit"
	"hoso/internal/dossier"
)

// roots proves the chain of roots, each with its list, and holds those against it
// that were given out. Of one number there may be several: one that a restore
// lost, or that somebody took away, and the one that was signed in its place.
func (p *prover) roots(ctx context.Context) error {
	given := p.given()
	var restored time.Time // when the newest root with word of a restore was signed
	next, prev, signed := int64(1), "", time.Time{}
	for {
		rows, err := p.AuditRoots(ctx, next-1, 200)
		if err != nil {
			return err
		}
		for _, row := range rows {
			for ; next < row.N; next++ {
				p.fault(audit.Fault{Root: next, Rule: audit.RootMissing})
				prev = ""
			}
			r, fine := p.root(row, prev, signed)
			if fine && r.Restored != "" {
				restored = r.At
			}
			if err := p.list(ctx, row, r, given[row.N]); err != nil {
				return err
			}
			next, prev, signed = row.N+1, audit.HashRoot([]byte(row.File)), r.At
			p.proof.Roots, p.proof.Newest, p.proof.RootAt = p.proof.Roots+1, row.N, r.At
			if !p.check.Since.IsZero() && fine && !r.At.After(p.check.Since) {
				p.base = row.N
			}
			p.others(row.N, given[row.N], row.File, restored)
			delete(given, row.N)
			p.beat()
		}
		if len(rows) == 0 {
			break
		}
	}
	for n, roots := range given { // the order of faults is made afterwards
		p.others(n, roots, "", restored)
	}
	return nil
}

// given reads the roots that were given out, by their numbers.
func (p *prover) given() map[int64][]audit.Given {
	given := map[int64][]audit.Given{}
	for _, g := range p.check.Given {
		r, err := audit.VerifyRoot(g.File, p.check.Keys)
		if err != nil {
			p.fault(audit.Fault{File: g.Name, Rule: audit.FileChanged})
			continue
		}
		given[r.N] = append(given[r.N], g)
	}
	return given
}

// others tells of roots of a number that were given out and are not the
// register's own. Those are no fault which the register lost when it was restored:
// they were signed before the root that has word of the restore, which their
// number follows. That root's own time counts, for it is signed.
func (p *prover) others(n int64, given []audit.Given, own string, restored time.Time) {
	for _, g := range given {
		if string(g.File) == own {
			continue
		}
		if r, err := audit.ReadRoot(g.File); err == nil && r.At.Before(restored) {
			if !slices.Contains(p.proof.Lost, n) {
				p.proof.Lost = append(p.proof.Lost, n)
			}
			continue
		}
		p.fault(audit.Fault{Root: n, Rule: audit.RootGivenOut})
	}
}

// root proves one root by itself and against the one before it.
func (p *prover) root(row AuditRoot, prev string, after time.Time) (audit.Root, bool) {
	r, err := audit.VerifyRoot([]byte(row.File), p.check.Keys)
	rule := ""
	switch {
	case errors.Is(err, audit.ErrRootUnsigned):
		rule = audit.RootUnsigned
	case err != nil, r.N != row.N:
		rule = audit.RootChanged
	case r.Prev != prev, r.At.Before(after):
		rule = audit.RootUnfollows
	}
	if rule != "" {
		p.fault(audit.Fault{Root: row.N, Rule: rule})
	}
	return r, rule == ""
}

// list holds a root's heads against what was signed. Where they are not those, the
// list that was given out tells which are missing.
func (p *prover) list(ctx context.Context, row AuditRoot, r audit.Root, given []audit.Given) error {
	sum, n := sha256.New(), row.N
	count, err := p.readHeads(p.with(ctx), n, func(h audit.Head) error { sum.Write([]byte(h.Line())); return nil })
	if err != nil || count == r.Changed && hexSum(sum) == r.Heads {
		return err
	}
	p.fault(audit.Fault{Root: n, Rule: audit.HeadsChanged})
	for _, g := range given {
		if g.List != nil && string(g.File) == row.File {
			return p.missing(ctx, n, r, g)
		}
	}
	return nil
}

// missing names the dossiers of a list that the register's own does not have so.
// The list itself must be the one that was signed.
func (p *prover) missing(ctx context.Context, n int64, r audit.Root, given audit.Given) error {
	sum := sha256.New()
	if err := eachLine(given, func(line string) error { sum.Write([]byte(line + "\n")); return nil }); err != nil {
		return err
	}
	if hexSum(sum) != r.Heads {
		p.fault(audit.Fault{Root: n, File: given.Name, Rule: audit.ListChanged})
		return nil
	}
	return eachLine(given, func(line string) error {
		h, err := audit.ParseHead(line)
		if err != nil {
			return fmt.Errorf("list of root %d: %w", n, err)
		}
		var row AuditHead
		err = p.with(ctx).Where("dossier_code = ? AND root = ?", h.Dossier, n).Take(&row).Error
		if errors.Is(err, gorm.ErrRecordNotFound) || err == nil && row.Head() != h {
			p.fault(audit.Fault{Dossier: h.Dossier, Seq: h.Seq, Root: n, Rule: audit.HeadMissing})
			return nil
		}
		return err
	})
}

// eachLine reads the list of a root that was given out.
func eachLine(given audit.Given, take func(line string) error) error {
	list, err := given.List()
	if err != nil {
		return err
	}
	defer list.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		if err := take(lines.Text()); err != nil {
			return err
		}
	}
	if err := lines.Err(); !errors.Is(err, bufio.ErrTooLong) { // no line of a list is: its digest tells
		return err
	}
	return nil
}

// numbers holds the running numbers that were given against the dossiers that
// have them: one that is missing is a dossier that is gone.
func (p *prover) numbers(ctx context.Context) error {
	return p.snapshot(ctx, func(tx *gorm.DB) error {
		var rows []struct {
			Scope, Day string
			N          int64
		}
		if err := tx.Raw(numbersGiven).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			if err := p.day(tx, r.Scope, r.Day, r.N); err != nil {
				return err
			}
		}
		return nil
	})
}

// numbersGiven are the offices' days whose dossiers are not as many as numbers
// were given. A code is <office>-<yymmdd>-<number>-<check character>.
const numbersGiven = `SELECT c.scope, c.day, c.n FROM counters c LEFT JOIN (
		SELECT office, substr(code, length(office) + 2, 6) AS day, count(*) AS has, max(CAST(substr(code, length(office) + 9, length(code) - length(office) - 10) AS INTEGER)) AS most
		FROM dossiers GROUP BY office, substr(code, length(office) + 2, 6)) d
	ON c.scope = 'office:' || d.office AND d.day = substr(c.day, 3, 2) || substr(c.day, 6, 2) || substr(c.day, 9, 2)
	WHERE c.scope LIKE 'office:%' AND (coalesce(d.has, 0) <> c.n OR coalesce(d.most, 0) <> c.n)`

// day names the dossiers of an office's day that are missing, or too many.
func (p *prover) day(tx *gorm.DB, scope, day string, n int64) error {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return fmt.Errorf("store: counter of %s: %w", day, err)
	}
	office := officeOf(scope)
	var skipped []SkippedNumbers
	if err := tx.Where("scope = ? AND day = ?", scope, day).Find(&skipped).Error; err != nil {
		return err
	}
	var codes []string
	if err := tx.Model(&Dossier{}).Where("office = ? AND code LIKE ?", office, office+"-"+at.Format("060102")+"-%").Pluck("code", &codes).Error; err != nil {
		return err
	}
	there := map[string]bool{}
	for _, c := range codes {
		there[c] = true
	}
	for i := int64(1); i <= n; i++ {
		code, err := dossier.Code(office, at, int(i))
		if err != nil {
			return err
		}
		if !there[code] && !isSkipped(skipped, i) {
			p.fault(audit.Fault{Dossier: code, Rule: audit.NumberMissing})
		}
		delete(there, code)
	}
	for code := range there {
		p.fault(audit.Fault{Dossier: code, Rule: audit.NumberUnknown})
	}
	return nil
}

func isSkipped(all []SkippedNumbers, n int64) bool {
	for _, s := range all {
		if n >= s.First && n <= s.Last {
			return true
		}
	}
	return false
}
