// Package catalogue holds what the city offers and who offers it: procedures,
// networks of agent offices, carriers, offices, authorities and areas. It is
// data, never code: YAML files with validity dates and sources, checked as a
// whole when they are loaded. The package knows no database and no framework.
//
// Every record says from when and until when it holds. A dossier keeps the
// version of its procedure; a look-up always names a day.
//
// # Files
//
// A set is a directory of *.yaml files. Each file may hold any of the lists
// networks, carriers, offices, authorities, areas and procedures; the lists of
// all files together make the catalogue, so a file's name is only for people.
// Codes and ids are written in quotes (a bare 1.001570 would be a number and
// lose its last zero; Load refuses it). Anchors, aliases and tags are not used.
//
// # Adding an office or a procedure without a rebuild
//
// Write the built-in files (see [Files]) into a directory, change them there and
// load that directory (hoso catalogue load). To add an office, add one line to offices.yaml or put a
// new file beside it:
//
//	offices:
//	  - {id: VNPBDI, network: vnpost, name: "Bưu điện Ba Đình", address: "…", area: "001",
//	     validity: {from: "2026-12-01"}, source: "Quyết định …"}
//
// To give a procedure a new version, close the old one and add the new one; the
// days may touch (to is the first day that no longer counts) but not overlap:
//
//	procedures:
//	  - code: "2.000635"
//	    version: "163/QĐ-BTP"
//	    validity: {from: "2025-01-01", to: "2026-12-01"}
//	    …
//	  - code: "2.000635"
//	    version: "999/QĐ-BTP"
//	    validity: {from: "2026-12-01"}
//	    …
//
// # The checklist of a case
//
// A component may say for which filings it is on the list (when) or required
// (required_when), whether a scan from an earlier dossier serves (reusable), and
// what may be given in its place (substitutes). Conditions are data, see
// dossier.Condition:
//
//	required_when: {field: mandate.kind, in: [authorised]}
//
// [Load] accepts the whole set or nothing; it names every fault at once, each
// with its file, line and rule.
//
// # What is sure
//
// Each record carries its source. Sample true marks what stands in for facts
// that are not public: the addresses of all agent offices but one and the codes
// of all authorities. Sure rates a procedure: A read in the law itself, B read on
// an official page, C from one weak source, R recalled and not verified.
package catalogue
