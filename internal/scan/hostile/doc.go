// Package hostile makes files that mean harm, or are broken in every way we know:
// locked, cut short, without pages, with ten thousand, floods of pixels, bombs,
// programs, files that are two things at once, and bytes turned over. It is for
// tests; the same files come out each time.
package hostile

import (
	"fmt"
	"math/rand/v2"
)

// File is one of them.
type File struct {
	Name string
	Data []byte
	// Bad says that the file must not be found ready. Others may be: they are
	// odd, and do no harm.
	Bad bool
}

// Files makes all of them.
func Files() ([]File, error) {
	c := corpus{}
	for _, add := range []func(*corpus) error{
		others, structures, active, locks, floods, bombs, pictures, polyglots, exif, foreign, mutations,
	} {
		if err := add(&c); err != nil {
			return nil, err
		}
	}
	return c.files, nil
}

type corpus struct{ files []File }

func (c *corpus) bad(name string, data []byte) {
	c.files = append(c.files, File{Name: name, Data: data, Bad: true})
}

func (c *corpus) odd(name string, data []byte) {
	c.files = append(c.files, File{Name: name, Data: data})
}

// mutations cuts honest files short and turns bytes over in them.
func mutations(c *corpus) error {
	honest, err := samples()
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(2025, 7))
	for _, s := range honest {
		for _, percent := range []int{1, 5, 20, 50, 80, 95} {
			cut := s.Data[:len(s.Data)*percent/100]
			if percent < 95 {
				c.bad(fmt.Sprintf("%s cut at %d %%", s.Name, percent), cut)
			} else {
				c.odd(fmt.Sprintf("%s cut at %d %%", s.Name, percent), cut)
			}
		}
		for i := range 12 {
			data := append([]byte(nil), s.Data...)
			reach := len(data)
			if i%2 == 0 {
				reach = min(reach, 600) // where heads and lengths are
			}
			for range 1 + rng.IntN(20) {
				data[8+rng.IntN(reach-8)] = byte(rng.Uint32())
			}
			c.odd(fmt.Sprintf("%s turned over %d", s.Name, i), data)
		}
	}
	return nil
}
