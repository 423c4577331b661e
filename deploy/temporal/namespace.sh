#!/bin/sh
# Makes hoso's namespace where it is missing. Closed dossiers stay readable in
# Temporal for a month; the legal record is the register's audit ledger.
set -eu

# The port is open a while before the server serves.
tries=30
until temporal operator cluster health --address "$TEMPORAL_ADDRESS"; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep 2
done
temporal operator namespace describe --address "$TEMPORAL_ADDRESS" -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --address "$TEMPORAL_ADDRESS" -n "$TEMPORAL_NAMESPACE" --retention 720h
