#!/bin/sh
# Run a command of Volante with the settings and the user of the site: volante doctor
# For one of several sites on this machine: volante @aspen doctor
# volante upgrade ARCHIVE and volante rollback change the version of all sites.
# Belongs in /usr/local/bin/volante. Give files with their full path.
set -eu
user=volante
settings=/etc/volante.env
units="volante.socket volante volante-worker"
case "${1:-}" in
@*)
  user="volante-${1#@}"
  settings="/etc/volante/${1#@}.env"
  units="volante@${1#@}"
  shift
  ;;
esac
if [ "$(id -u)" -ne 0 ]; then
  echo "Run this as root: sudo volante …" >&2
  exit 1
fi
code=${VOLANTE_CODE:-/srv/volante}
case "${1:-}" in
upgrade | rollback) exec "$code/deploy/upgrade.sh" "$@" ;;
restore)
  # The socket would start the site again for the next visitor. A check leaves the site as it is.
  case " $* " in
  *" --check "*) ;;
  *)
    # shellcheck disable=SC2086 # These are several words.
    if systemctl --quiet is-active $units; then
      echo "Stop the site first: systemctl stop $units" >&2
      exit 1
    fi
    ;;
  esac
  ;;
esac
if [ ! -f "$settings" ]; then
  echo "There are no settings in $settings." >&2
  exit 1
fi
# systemd replaces variables in arguments, and makes one dollar sign of two.
count=$#
for argument; do
  set -- "$@" "$(printf '%s' "$argument" | sed 's/\$/$$/g')"
done
shift "$count"
exec systemd-run --quiet --wait --collect --pty --pipe --uid="$user" --working-directory="$code" \
  --property=EnvironmentFile="$settings" --property=UMask=0077 "$code/.venv/bin/flask" "$@"
