package store

import (
	"gorm.io/gorm"
)

const nextNumber = `INSERT INTO "counters" (scope, day, n) VALUES (?, ?, 1)
	ON CONFLICT (scope, day) DO UPDATE SET n = counters.n + 1 RETURNING n`

// next draws the next running number of a scope's day, inside the caller's
// transaction: a number is used if and only if the transaction commits.
func next(tx *gorm.DB, scope, day string) (int, error) {
	var n int
	err := tx.Raw(nextNumber, scope, day).Scan(&n).Error
	return n, err
}

// next is the same in a batch.
func (b *batch) next(scope, day string, into *int) {
	b.add(nextNumber, []any{scope, day}, one(into))
}
