#!/bin/sh
# Runs once, when the cluster is made: three databases that know nothing of each
# other, each with a role of its own and nobody else let in.
set -eu

make_database() { # name, file of its password
  password=$(cat "$2")
  psql -v ON_ERROR_STOP=1 -v name="$1" -v password="$password" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

make_database temporal /run/secrets/temporal_password
make_database temporal_visibility /run/secrets/temporal_visibility_password
make_database hoso /run/secrets/hoso_password
