package scan

import "hoso/internal/scan/plane"

// A page is cut where writing runs off its edge. Writing that is cut leaves many
// short ends there; the shadow of the paper's rim leaves one long one.

// sides says which sides of the paper are also sides of the picture, so that
// there may be more of the page beyond: up, right, down, left.
func (s sheet) sides() [4]bool {
	if !s.desk {
		return [4]bool{true, true, true, true}
	}
	const near = 0.012
	w, h := float64(s.g.w), float64(s.g.h)
	rim := near * max(w, h)
	on := func(f func(p plane.Point) float64, a, b int) bool { return f(s.paper[a]) < rim && f(s.paper[b]) < rim }
	return [4]bool{
		on(func(p plane.Point) float64 { return p.Y }, 0, 1),
		on(func(p plane.Point) float64 { return w - p.X }, 1, 2),
		on(func(p plane.Point) float64 { return h - p.Y }, 2, 3),
		on(func(p plane.Point) float64 { return p.X }, 3, 0),
	}
}

// cuts counts the ends of writing at the worst of the sides that are looked at.
func cuts(k ink, sides [4]bool) int {
	ends := [4]int{
		k.ends(k.w, func(i, depth int) bool { return k.at(i, depth) }),
		k.ends(k.h, func(i, depth int) bool { return k.at(k.w-1-depth, i) }),
		k.ends(k.w, func(i, depth int) bool { return k.at(i, k.h-1-depth) }),
		k.ends(k.h, func(i, depth int) bool { return k.at(depth, i) }),
	}
	worst := 0
	for i, n := range ends {
		if sides[i] {
			worst = max(worst, n)
		}
	}
	return worst
}

// ends counts the short runs of ink along one side that reach into the page.
func (k ink) ends(length int, on func(i, depth int) bool) int {
	const longest = 20 // plan pixels: 7 mm, the widest a cut letter can be
	n, run := 0, 0
	for i := range length + 1 {
		if i < length && on(i, 0) && on(i, 1) && on(i, 2) {
			run++
			continue
		}
		if run > 0 && run <= longest {
			n++
		}
		run = 0
	}
	return n
}
