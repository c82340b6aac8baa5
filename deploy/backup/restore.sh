#!/bin/sh
# Puts a backup back, for a server that does not run: restore.sh BACKUP DATA_DIR
#
# DATA_DIR is a new folder, or an empty one. With DATABASE_URL in the environment, a dump in the backup goes into that
# PostgreSQL database, which must be empty. Run it as the server's user.
set -eu
umask 077
if [ $# -ne 2 ]; then echo 'restore.sh BACKUP DATA_DIR' >&2; exit 2; fi
backup=$1
data=$2
if [ ! -f "$backup/finished" ]; then echo "$backup is not a backup that was finished." >&2; exit 1; fi
if [ -n "$(ls -A "$data" 2>/dev/null)" ]; then echo "$data is not empty. Move what is in it away." >&2; exit 1; fi
if [ -n "${DATABASE_URL:-}" ] && [ -f "$backup/database.dump" ]; then
  # All or nothing: fails where there are tables already.
  pg_restore --no-owner --no-privileges --single-transaction --exit-on-error --dbname="$DATABASE_URL" "$backup/database.dump"
fi
mkdir -p "$data"
rsync -a "$backup/data/" "$data/"
echo "Restored what there was at $(cat "$backup/finished")."
