#!/bin/sh
# Brings Temporal's two databases to this server's schema. Again, it changes nothing.
set -eu

bring() { # database and role, file of its password, schema
  SQL_PASSWORD=$(cat "$2")
  export SQL_PASSWORD
  set -- "$1" "$3"
  sql() { temporal-sql-tool --plugin postgres12_pgx --ep postgres -p 5432 -u "$1" --db "$1" "$2" "$3" "$4"; }
  sql "$1" setup-schema -v 0.0
  sql "$1" update-schema -d "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

bring temporal /run/secrets/temporal_password temporal
bring temporal_visibility /run/secrets/temporal_visibility_password visibility
