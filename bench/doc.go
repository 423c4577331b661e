// Package bench measures what filing and carrying a dossier cost, as ratios
// taken side by side in one run. No time that it takes fails a build; what makes
// filing quick, the number of its round trips, is held by a test without a clock.
//
//	make bench
package bench
