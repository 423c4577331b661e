// Package notice says what a citizen is told of a dossier: of which changes, by
// which channels in which order, how often it is tried, and in which words.
//
// All of it is data: a Book per validity, in files that name their source. The
// duty itself is Decree 224/2026/NĐ-CP, Article 15(1)(g): every change of
// status is told at once, with at least the office, who receives and who
// handles, and the times of reception, processing and return.
//
// A change is told of once: its Event is settled when it is recorded, and Facts
// are what it was then. Neither holds a person's data; a message names the
// dossier by its code and nobody by name.
package notice
