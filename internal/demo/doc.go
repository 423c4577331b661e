// Package demo shows the engine at work: it files three sample dossiers through
// the HTTP API, as clerks of the three networks would, and acts for their sample
// people until each is delivered.
//
//	online      Vietnam Post: a good scan goes online, and the result comes home
//	paper       Viettel Post: the scan is too poor; the paper goes by courier
//	supplement  FPT Shop: the authority asks for a supplement
//
// The people do not exist. An agent acts only for dossiers that the
// demonstration filed; which those are stands in a file of the data folder, so
// that nothing is filed twice and unfinished ones are gone on with.
package demo
