#!/bin/sh
# Copies all that a server keeps, while it runs: backup.sh DATA_DIR BACKUP
#
# BACKUP is a new folder. With DATABASE_URL in the environment it has a dump of PostgreSQL as well. Run it as the server's
# user. Needs rsync, and pg_dump of the server's major version or newer. docs/backup.md says why the order is this one.
set -eu
umask 077
if [ $# -ne 2 ]; then echo 'backup.sh DATA_DIR BACKUP' >&2; exit 2; fi
data=$1
backup=$2
if [ ! -f "$data/format.json" ]; then echo "$data is not the data folder of a server." >&2; exit 1; fi
if [ -e "$backup" ]; then echo "$backup is there already. Name a new folder." >&2; exit 1; fi
mkdir -p "$backup/data"

# A file that is replaced while it is copied is told by 24: the copy has the one before, or the one after.
copy() {
  rsync -a --no-specials --no-devices "$@" || [ $? -eq 24 ]
}

# 1. The database: what it knows is of timelines that come after it.
if [ -n "${DATABASE_URL:-}" ]; then
  pg_dump --format=custom --no-owner --no-privileges --file="$backup/database.dump" "$DATABASE_URL"
fi
# 2. Settings, rights and all that is made of timelines. Not what belongs to the running process alone, and not the embedded
#    database, which is made again.
copy --exclude='/database' --exclude='/database.lock' --exclude='/socket' --exclude='/okboxbox.sock' \
  --exclude='/server.lock' --exclude='/support-pack-*' --exclude='/spool' --exclude='*.new' --exclude='*.seg' \
  "$data/" "$backup/data/"
# 3. Timelines. Records are added at their ends: one that is cut off there is as after a crash.
copy --include='/sessions/' --include='/sessions/*/' --include='/sessions/*/*.seg' --exclude='*' "$data/" "$backup/data/"

# A backup without this was not finished.
date -u +%Y-%m-%dT%H:%M:%SZ >"$backup/finished"
