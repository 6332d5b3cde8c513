#!/usr/bin/env bash
# Upgrade Volante, or go back to the release before, while the site goes on answering:
#
#   volante upgrade ARCHIVE     (a path or an address; SHA256SUMS is beside it)
#   volante rollback
#
# Both releases run beside each other for some seconds, and share the socket that systemd holds.
set -euo pipefail
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/release.sh"

HANDOVER=/run/systemd/system/volante-handover.service
PREVIOUS=$RELEASES/previous

# Print the names of the sites on this machine: "" is the first one.
sites() {
  echo
  systemctl list-units --plain --no-legend --state=active 'volante@*.service' | sed -n 's/^volante@\(.*\)\.service .*/\1/p'
}

# Run a command of the site $1 with the code in $2.
run() {
  local site=$1 code=$2
  shift 2
  VOLANTE_CODE=$code /usr/local/bin/volante ${site:+"@$site"} "$@" </dev/null
}

backup_site() {
  local site=$1 version=$2 folder=/var/backups/volante settings=/etc/volante.env options=()
  if [ -n "$site" ]; then
    folder=/var/lib/volante-$site
    settings=/etc/volante/$site.env
  fi
  # Encrypted, if the daily ones are.
  read -r -a options < <(sed -n 's/^BACKUP_OPTIONS=//p' "$settings" | tr -d "\"'") || true
  say "Backup: $folder/before-$version.db"
  run "$site" "$CODE" backup "$folder/before-$version.db" "${options[@]}"
}

# Let the release in $1 answer, beside the one that runs. Fails if it does not become ready.
start_beside() {
  sed -e "s#$CODE\b#$1#g" -e 's#^\(ExecStart=.*\)$#\1 --no-worker#' -e 's#^Restart=.*#Restart=no#' \
    "$1/deploy/volante.service" >"$HANDOVER"
  systemctl daemon-reload
  systemctl start volante-handover.service
}

stop_beside() {
  systemctl stop volante-handover.service 2>/dev/null || true
  rm -f "$HANDOVER"
  systemctl daemon-reload
}

# Let the release in $1 replace the one that runs. If it does not become ready, nothing changes.
hand_over() {
  local new=$1 old
  old=$(readlink -f "$CODE")
  trap stop_beside EXIT
  start_beside "$new" || fail "$(version_of "$new") does not start, so nothing was changed. This says why: journalctl -u volante-handover -n 30"
  use_release "$new"
  install_units
  # The other one answers until this one is ready.
  if ! systemctl restart volante.service || ! wait_until_ready; then
    use_release "$old"
    install_units
    systemctl restart volante.service || true
    fail "$(version_of "$new") did not become ready, so $(version_of "$old") runs again. This says why: journalctl -u volante -n 60"
  fi
  stop_beside
  trap - EXIT
  ln -sfn "$old" "$PREVIOUS"
  local site
  for site in $(sites); do
    systemctl restart "volante@$site.service"
  done
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
  old=$(readlink -f "$CODE")
  step "Installing the new release beside $(version_of "$old")"
  unpack_release "$1"
  [ "$RELEASE" != "$old" ] || fail "$(version_of "$old") runs already."
  check_order "$old" "$RELEASE"
  [ -f "$RELEASE/.ready" ] || install_libraries "$RELEASE" "$(realpath "$old/.venv/bin/python")"
  step "Making a backup"
  while IFS= read -r site; do
    backup_site "$site" "$(version_of "$RELEASE")"
  done < <(sites)
  step "Updating the database, while $(version_of "$old") runs on"
  while IFS= read -r site; do
    run "$site" "$RELEASE" db upgrade
  done < <(sites)
  step "Handing over to $(version_of "$RELEASE")"
  hand_over "$RELEASE"
  remove_older
  say "$(version_of "$RELEASE") runs. To go back to $(version_of "$old"): volante rollback"
}

rollback() {
  local old new
  [ -L "$PREVIOUS" ] || fail "There is no release to go back to."
  old=$(readlink -f "$CODE")
  new=$(readlink -f "$PREVIOUS")
  step "Going back from $(version_of "$old") to $(version_of "$new")"
  hand_over "$new"
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
