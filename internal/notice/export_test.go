package notice

// Files are the books as shipped.
var Files = files

// OnOf finds the book in force on a day among some.
func OnOf(books []*Book, day string) *Book { return on(books, day) }
