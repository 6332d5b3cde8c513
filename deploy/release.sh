# Functions that install.sh and upgrade.sh share. Each release has its own folder, with its libraries.
# /srv/volante is a link to the folder of the release that runs.
# shellcheck shell=bash
CODE=/srv/volante
RELEASES=/srv/volante-releases
LOG=/var/log/volante-install.log

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'Error: %s\n' "$*" >&2
  exit 1
}

# Unpack an archive (a path or an address), whose checksum must be in the file SHA256SUMS beside it.
# Sets RELEASE to the folder of the release.
unpack_release() {
  local archive=$1 draft version
  install -d -m 755 "$RELEASES"
  draft=$(mktemp -d "$RELEASES/.draft.XXXXXX")
  # shellcheck disable=SC2064 # The path of now is meant.
  trap "rm -rf '$draft'" EXIT
  case "$archive" in
  https://* | http://*)
    local address
    for address in "$archive" "${archive%/*}/SHA256SUMS"; do
      curl --fail --silent --show-error --location --output "$draft/${address##*/}" "$address" ||
        fail "$address cannot be downloaded."
    done
    archive=$draft/${archive##*/}
    ;;
  esac
  [ -r "$archive" ] || fail "The archive $archive cannot be read."
  archive=$(realpath "$archive")
  verify_checksum "$archive"
  install -d -m 755 "$draft/code"
  tar -xzf "$archive" -C "$draft/code" --strip-components=1 --no-same-owner ||
    fail "$archive cannot be unpacked."
  [ -f "$draft/code/RELEASE" ] || fail "$archive is not a release of Volante."
  read -r version _ <"$draft/code/RELEASE"
  [[ $version =~ ^[0-9][0-9A-Za-z.-]*$ ]] || fail "$archive has no valid version."
  RELEASE=$RELEASES/$version
  if [ ! -f "$RELEASE/.ready" ]; then
    # What an interrupted attempt has left.
    rm -rf "$RELEASE"
    mv "$draft/code" "$RELEASE"
  fi
  rm -rf "$draft"
  trap - EXIT
}

verify_checksum() {
  local sums line
  sums=$(dirname "$1")/SHA256SUMS
  [ -r "$sums" ] || fail "Put the file SHA256SUMS of the release beside the archive."
  line=$(grep -E "^[0-9a-f]{64}  ${1##*/}\$" "$sums") || fail "SHA256SUMS does not name ${1##*/}."
  (cd "$(dirname "$1")" && sha256sum --quiet --check - <<<"$line" >/dev/null 2>&1) ||
    fail "The checksum of ${1##*/} is wrong. Download it again."
}

# Install the libraries of the code in folder $1 there, for the Python $2.
install_libraries() {
  local code=$1
  # An environment without pip, or whose Python is gone, is made again.
  "$code/.venv/bin/python" -m pip --version >/dev/null 2>&1 ||
    "$2" -m venv --clear "$code/.venv" >>"$LOG" 2>&1 ||
    fail "The environment for libraries could not be made. See $LOG"
  "$code/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    --requirement "$code/requirements.txt" >>"$LOG" 2>&1 || fail "Libraries could not be installed. See $LOG"
  # The site may read the code, but not change it. Without these files it would compile at each start.
  "$code/.venv/bin/python" -m compileall -q "$code/campaign" "$code/config.py" "$code/wsgi.py"
  chmod -R u=rwX,go=rX "$code"
  touch "$code/.ready"
}

# A release may remove what an old one still uses. Then one in between must be installed first.
check_order() {
  local from=$1 to=$2 file name needed
  for file in "$to"/migrations/versions/*.py; do
    name=${file##*/}
    [ ! -f "$from/migrations/versions/$name" ] || continue
    needed=$(sed -n 's/^CONTRACTS_AFTER = "\(.*\)"$/\1/p' "$file")
    [ -z "$needed" ] || [ "$(newest "$needed" "$(version_of "$from")")" != "$needed" ] ||
      fail "This release removes what $needed and older ones use. First upgrade to a release between them."
  done
}

newest() { printf '%s\n' "$@" | sort -V | tail -n 1; }
version_of() { cut -d' ' -f1 "$1/RELEASE"; }

# Make the code in a folder the one that runs from the next start on.
use_release() {
  ln -sfn "$1" "$RELEASES/.next"
  mv -T "$RELEASES/.next" "$CODE"
}

# Install the units and the command of the code that is used.
install_units() {
  local unit
  for unit in "$CODE"/deploy/volante*.{socket,service,timer}; do
    install -m 644 "$unit" /etc/systemd/system/
  done
  install -m 755 "$CODE/deploy/volante.sh" /usr/local/bin/volante
  systemctl daemon-reload
}

# Install packages of the system. Automatic updates may hold the lock for a few minutes.
install_from_system() {
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" \
    >>"$LOG" 2>&1 || fail "Packages could not be installed. See $LOG"
}

# Whether this machine has a worker and no site.
has_only_worker() {
  systemctl --quiet is-enabled volante-worker.service 2>/dev/null &&
    ! systemctl --quiet is-enabled volante.service 2>/dev/null
}

# Wait until the site answers and can use its database.
wait_until_ready() {
  local seconds=0
  until curl --fail --silent --output /dev/null --max-time 5 http://127.0.0.1:8000/readyz; do
    [ "$seconds" -lt 90 ] || return 1
    sleep 1
    seconds=$((seconds + 1))
  done
}
