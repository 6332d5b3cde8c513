#!/usr/bin/env bash
# Upgrade Volante, or go back to the release before, while the site goes on answering:
#
#   volante upgrade ARCHIVE     (a path or an address, with SHA256SUMS beside it)
#   volante rollback
#
# Both releases run beside each other for some seconds, and share the socket that systemd holds.
set -euo pipefail
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/release.sh"

HANDOVER=/run/systemd/system/volante-handover.service
PREVIOUS=$RELEASES/previous

# Print the names of the sites that run or start with the machine: "" is the first one, or that of
# a worker without a site.
sites() {
  local settings site
  echo
  for settings in /etc/volante/*.env; do
    [ -f "$settings" ] || continue
    site=$(basename "$settings" .env)
    if systemctl --quiet is-active "volante@$site.service" || systemctl --quiet is-enabled "volante@$site.service" 2>/dev/null; then
      printf '%s\n' "$site"
    fi
  done
}

# Print the units of the sites and the worker that run. The first site is always one of them, unless
# this machine has only a worker.
units() {
  local site
  if has_only_worker || systemctl --quiet is-active volante-worker.service; then
    echo volante-worker.service
  fi
  while IFS= read -r site; do
    if [ -z "$site" ]; then
      has_only_worker || echo volante.service
    elif systemctl --quiet is-active "volante@$site.service"; then
      printf '%s\n' "volante@$site.service"
    fi
  done < <(sites)
}

# Print the folder of a release that the one in $1 has yet to replace, or nothing if there is none.
# After an interrupted upgrade, what runs is not what the link names.
to_replace() {
  local unit process folder
  while IFS= read -r unit; do
    process=$(systemctl show "$unit" --property=MainPID --value)
    [ "${process:-0}" -ne 0 ] || continue
    folder=$(readlink -f "/proc/$process/cwd" || true)
    if [ -d "$folder" ] && [ "$folder" != "$1" ]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done < <(units)
  folder=$(readlink -f "$CODE")
  [ "$folder" = "$1" ] || printf '%s\n' "$folder"
}

# Run a command of the site $1 with the code in $2.
run() {
  local site=$1 code=$2
  shift 2
  VOLANTE_CODE=$code /usr/local/bin/volante ${site:+"@$site"} "$@" </dev/null
}

# Back up the site $1 with the code in $2, before the version $3.
backup_site() {
  local site=$1 code=$2 version=$3 folder=/var/backups/volante settings=/etc/volante.env options=()
  if [ -n "$site" ]; then
    folder=/var/backups/volante-$site
    settings=/etc/volante/$site.env
    install -d -m 700 -o "volante-$site" "$folder"
  fi
  # Encrypted, if the daily ones are.
  read -r -a options < <(sed -n 's/^BACKUP_OPTIONS=//p' "$settings" | tr -d "\"'") || true
  say "Backup: $folder/before-$version.db"
  run "$site" "$code" backup "$folder/before-$version.db" "${options[@]}"
}

# Let the release in $1 answer, beside the one that runs. Fails if it does not become ready.
start_beside() {
  sed -e "s#$CODE\b#$1#g" -e 's#^\(ExecStart=.*\)$#\1 --no-worker#' -e 's#^Restart=.*#Restart=no#' \
    "$1/deploy/volante.service" >"$HANDOVER"
  systemctl daemon-reload
  # An interrupted upgrade may have left one that runs.
  systemctl restart volante-handover.service
}

stop_beside() {
  systemctl stop volante-handover.service 2>/dev/null || true
  rm -f "$HANDOVER"
  systemctl daemon-reload
}

# Restart the site of a unit, and wait until it is ready.
restart() {
  systemctl restart "$1" || return 1
  [ "$1" != volante.service ] || wait_until_ready
}

# Let the release in $1 replace the one in $2. If a site does not become ready, nothing changes.
hand_over() {
  local new=$1 old=$2 former unit each running restarted=()
  former=$(readlink "$PREVIOUS" || true)
  mapfile -t running < <(units)
  trap stop_beside EXIT
  # A worker needs nobody to answer for it while it restarts.
  has_only_worker || start_beside "$new" || fail "$(version_of "$new") does not start, so nothing was changed. This says why: journalctl -u volante-handover -n 30"
  # An interruption must not lose the way back, so this comes first.
  ln -sfn "$old" "$PREVIOUS"
  use_release "$new"
  install_units
  for unit in "${running[@]}"; do
    restarted+=("$unit")
    # While the first site restarts, the one beside it answers.
    ! restart "$unit" || continue
    use_release "$old"
    install_units
    if [ -n "$former" ]; then ln -sfn "$former" "$PREVIOUS"; else rm -f "$PREVIOUS"; fi
    for each in "${restarted[@]}"; do
      restart "$each" || true
    done
    fail "$unit did not become ready with $(version_of "$new"), so $(version_of "$old") runs again. This says why: journalctl -u $unit -n 60"
  done
  stop_beside
  trap - EXIT
}

# Keep the release that runs and the one before.
remove_older() {
  local folder
  for folder in "$RELEASES"/*/; do
    folder=${folder%/}
    case "$(readlink -f "$folder")" in
    "$(readlink -f "$CODE")" | "$(readlink -f "$PREVIOUS")") ;;
    *) rm -rf "$folder" ;;
    esac
  done
}

upgrade() {
  local old site
  step "Installing the new release"
  unpack_release "$1"
  old=$(to_replace "$RELEASE")
  [ -n "$old" ] || fail "$(version_of "$RELEASE") runs already."
  check_order "$old" "$RELEASE"
  [ -f "$RELEASE/.ready" ] || install_libraries "$RELEASE" "$(realpath "$old/.venv/bin/python")"
  step "Making a backup"
  while IFS= read -r site; do
    backup_site "$site" "$old" "$(version_of "$RELEASE")"
  done < <(sites)
  step "Updating the database, while $(version_of "$old") runs on"
  while IFS= read -r site; do
    run "$site" "$RELEASE" db upgrade
  done < <(sites)
  step "Handing over to $(version_of "$RELEASE")"
  hand_over "$RELEASE" "$old"
  remove_older
  say "$(version_of "$RELEASE") runs. To go back to $(version_of "$old"): volante rollback"
}

rollback() {
  local old="" new
  new=$(readlink -f "$PREVIOUS" || true)
  [ ! -L "$PREVIOUS" ] || old=$(to_replace "$new")
  [ -n "$old" ] || fail "There is no release to go back to."
  step "Going back from $(version_of "$old") to $(version_of "$new")"
  hand_over "$new" "$old"
  say "$(version_of "$new") runs. The database stays as $(version_of "$old") has made it, and nothing is lost."
}

[ "$(id -u)" -eq 0 ] || fail "Run this as root: sudo volante $*"
[ -L "$CODE" ] || fail "$CODE is not a release. Upgrade a checkout with: git -C $CODE pull && $CODE/deploy/install.sh"
exec 9>"$RELEASES/.lock"
flock --nonblock 9 || fail "An upgrade runs already."
case "${1:-} $#" in
"upgrade 2") upgrade "$2" ;;
"rollback 1") rollback ;;
*) fail "Usage: volante upgrade ARCHIVE, or volante rollback" ;;
esac
