#!/usr/bin/env bash
# Install a worker, without a site, on one machine of several: install-worker.sh ARCHIVE
#
# The archive is a path or an address, with SHA256SUMS beside it. PYTHON=python3.11 chooses another
# Python. Before, copy /etc/volante.env from a machine that runs the site.
set -euo pipefail
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/release.sh"

PYTHON=${PYTHON:-python3}
[ $# -eq 1 ] || fail "Usage: install-worker.sh ARCHIVE"
[ "$(id -u)" -eq 0 ] || fail "Run this as root."
[ -f /etc/volante.env ] || fail "First copy /etc/volante.env from a machine that runs the site."
! systemctl --quiet is-enabled volante.service 2>/dev/null || fail "This machine runs the site, which has a worker."
step "Installing packages"
apt-get update -q >"$LOG" 2>&1 || say "Warning: the lists of packages could not be updated."
install_from_system ca-certificates curl postgresql-client "$PYTHON-venv"
step "Installing Volante"
id -u volante >/dev/null 2>&1 || useradd --system --home-dir /var/lib/volante --shell /usr/sbin/nologin volante
install -d -m 700 -o volante -g volante /var/backups/volante
unpack_release "$1"
install_libraries "$RELEASE" "$PYTHON"
use_release "$RELEASE"
install_units
step "Starting the worker"
systemctl --quiet enable volante-worker.service
systemctl restart volante-worker.service || fail "The worker does not start. To see why: journalctl -u volante-worker -n 30"
say "The worker runs. To upgrade this machine: volante upgrade ARCHIVE"
