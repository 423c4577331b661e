#!/bin/sh
# Makes hoso's namespace where it is missing. Closed dossiers stay readable in
# Temporal for a month; the legal record is the register's audit ledger.
set -eu

temporal operator cluster health --address "$TEMPORAL_ADDRESS"
temporal operator namespace describe --address "$TEMPORAL_ADDRESS" -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --address "$TEMPORAL_ADDRESS" -n "$TEMPORAL_NAMESPACE" --retention 720h
