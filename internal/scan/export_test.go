package scan

// OnPanic has f called for every panic that a broken file causes, with its
// stack. It is not for parallel tests.
func OnPanic(f func(value any, stack []byte)) { recovered = f }
