//go:build race

package confined

// raceDetector says that this build keeps much memory for watching itself.
const raceDetector = true
