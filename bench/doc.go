// Package bench measures what filing and carrying a dossier cost, as ratios
// taken side by side in one run. Nothing here is a test: no figure fails a build.
//
//	make bench
package bench
