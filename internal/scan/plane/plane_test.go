package plane

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// quads draws corners that bulge nowhere inwards.
func quads(t *rapid.T, name string) Quad {
	q := Rectangle(100, 140)
	for i := range q {
		q[i].X += rapid.Float64Range(-20, 20).Draw(t, name)
		q[i].Y += rapid.Float64Range(-20, 20).Draw(t, name)
	}
	return q
}

// A map carries the corners where they are to go, and the map back undoes it everywhere.
func TestOnto(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := quads(t, "from"), quads(t, "to")
		there, back := from.Onto(to), to.Onto(from)
		for i, p := range from {
			x, y := there.At(p.X, p.Y)
			require.InDelta(t, to[i].X, x, 1e-6)
			require.InDelta(t, to[i].Y, y, 1e-6)
		}
		x0, y0 := rapid.Float64Range(30, 70).Draw(t, "x"), rapid.Float64Range(30, 110).Draw(t, "y")
		x, y := there.At(x0, y0)
		x, y = back.At(x, y)
		require.InDelta(t, x0, x, 1e-5)
		require.InDelta(t, y0, y, 1e-5)
	})
}

func TestQuad(t *testing.T) {
	t.Parallel()
	q := Rectangle(30, 40)
	require.InDelta(t, 1200, q.Area(), 1e-9)
	require.InDelta(t, 4800, q.Scale(2).Area(), 1e-9)
	require.InDelta(t, 300, q.Inset(0.5).Area(), 1e-9)
	across, down := q.Sides()
	require.Equal(t, [2]float64{30, 40}, [2]float64{across, down})
	require.True(t, q.Holds(Point{1, 1}))
	require.False(t, q.Holds(Point{-1, 1}))
	require.False(t, q.Holds(Point{15, 41}))
}
