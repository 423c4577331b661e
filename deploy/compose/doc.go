// Package compose has no code of its own: its tests read docker-compose.yml and
// the Dockerfile with the compose specification's and BuildKit's own parsers, and
// hold them to the rules of a safe installation. It is a module of its own, so
// that those parsers stay out of the program's.
package compose
