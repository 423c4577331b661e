// Package deploy has no code: its test reads the production server's configuration
// (deploy/temporal in the repository) as the server itself would.
package deploy
