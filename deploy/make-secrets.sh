#!/bin/sh
# Make the secrets that compose.yaml and compose.postgres.yaml read, in the folder secrets/.
# You can run it again: it never changes a secret that exists. It needs no Python.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
# Nobody else can open the folder. The user inside the container can read the files.
chmod 700 secrets

random() { od -An -N36 -tx1 /dev/urandom | tr -d ' \n'; }

make() {
  if [ ! -s "secrets/$1" ]; then
    printf '%s\n' "$2" >"secrets/$1.new"
    chmod 444 "secrets/$1.new"
    mv "secrets/$1.new" "secrets/$1"
    echo "Made secrets/$1"
  fi
}

make secret_key "$(random)"
make bounce_secret "$(random)"
make metrics_token "$(random)"
make database_password "$(random)"
make database_url "postgresql://volante:$(cat secrets/database_password)@postgres/volante"
make redis_password "$(random)"
make redis_url "redis://:$(cat secrets/redis_password)@redis:6379/0"
echo "Copy the folder secrets to another machine now: without secret_key, a backup is of little use."
