#!/usr/bin/env bash
# Install Volante on Debian 12 or 13, or Ubuntu 22.04 or 24.04, with a proxy and daily backups:
#
#   volante-0.1.0/deploy/install.sh --archive volante-0.1.0.tar.gz    (a release)
#   git clone … /srv/volante && /srv/volante/deploy/install.sh         (a checkout)
#
# It asks five things, or reads them from the environment or from a file (--answers FILE) with lines
# such as SITE_ADDRESS=sign.example.org. You can run it again: it keeps keys and data, offers your
# last answers, and installs the code that /srv/volante has now. It never prints a key or a password.
set -euo pipefail
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/release.sh"

SETTINGS=/etc/volante.env
DRAFT_ANSWERS=/etc/volante.answers
BACKUPS=/var/backups/volante
CADDYFILE=/etc/caddy/Caddyfile
NGINX_CONF=/etc/nginx/nginx.conf
OURS_IN_NGINX="The proxy in front of Volante" # In the first line of deploy/nginx.conf.
# PostgreSQL knows the user of the site by its socket, so there is no password.
LOCAL_POSTGRESQL="postgresql://volante@/volante?host=/run/postgresql"
MIN_MEMORY_MB=900 # A machine sold with 1 GB has a little less.
MIN_DISK_MB=2000
QUESTIONS=(SITE_ADDRESS MAIL_FROM MAIL_URL ADMIN_EMAIL DATABASE)

usage() {
  cat <<'TEXT'
Usage: install.sh [--archive ARCHIVE] [--answers FILE] [--force]

  --archive ARCHIVE  Install this release: a path, or an address to download it from. The file
                  SHA256SUMS of the release must be beside it.
  --answers FILE  Read the answers from FILE, and ask nothing. One line each:
                    SITE_ADDRESS=sign.example.org
                    MAIL_FROM=Save the River <names@example.org>
                    MAIL_URL=smtp://user:password@mail.example.org:587
                  (write a % in the password as %25, and all other characters as they are)
                    ADMIN_EMAIL=you@example.org
                    DATABASE=sqlite            (or postgresql)
  --force         Go on if DNS, ports or the mail server are not ready yet.

The same names work in the environment. Without a terminal, all five must be given.
TEXT
}

# --- Answers -------------------------------------------------------------------------------------

read_answers() {
  local file=$1 line name
  [ -r "$file" ] || fail "The file $file cannot be read."
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    name=${line%%=*}
    case " ${QUESTIONS[*]} " in
    *" $name "*) [ "$name" = "$line" ] || printf -v "$name" '%s' "${line#*=}" ;;
    esac
  done <"$file"
}

# Print what $SETTINGS has after NAME=, without quotes.
setting() {
  [ -f "$SETTINGS" ] || return 0
  sed -n "s/^$1=//p" "$SETTINGS" | tail -n 1 |
    sed -e 's/^"\(.*\)"$/\1/' -e "s/^'\(.*\)'$/\1/" -e 's/\\\(["\\$`]\)/\1/g'
}

# Print the value of a setting that is already in $SETTINGS, or in the file that NAME_FILE names.
saved() {
  local file
  file=$(setting "$1_FILE")
  if [ -n "$file" ]; then cat "$file"; else setting "$1"; fi
}

# Print an answer of the last run that did not come to its end, or else $2.
earlier_answer() {
  local answer=""
  [ ! -f "$DRAFT_ANSWERS" ] || answer=$(sed -n "s/^$1=//p" "$DRAFT_ANSWERS")
  printf '%s' "${answer:-$2}"
}

# Keep the answers until the settings are written, because a check may end this script before.
save_answers() {
  local name
  (umask 077 && : >"$DRAFT_ANSWERS")
  for name in "${QUESTIONS[@]}"; do
    [ "$name" = MAIL_URL ] && [ -n "$(setting MAIL_URL_FILE)" ] && continue
    printf '%s=%s\n' "$name" "${!name}" >>"$DRAFT_ANSWERS"
  done
}

# Set the variable $1 to a valid answer: what it is already, what is typed, or the default $3.
ask() {
  local name=$1 question=$2 default problem given=${!1:-}
  default=$(earlier_answer "$name" "$3")
  local shown=$default hidden=()
  if [ "$UNATTENDED" = yes ]; then
    given=${given:-$default}
    [ -n "$given" ] || fail "$name is missing. See: install.sh --help"
  fi
  # The answer about the mail server contains a password.
  if [ "$name" = MAIL_URL ]; then
    hidden=(-s)
    shown="Enter keeps the last answer"
  fi
  while :; do
    while [ -z "$given" ]; do
      read -r "${hidden[@]}" -p "$question${default:+ [$shown]}: " given
      [ "$name" != MAIL_URL ] || say ""
      given=${given:-$default}
    done
    case "$name" in
    SITE_ADDRESS)
      given=${given#https://}
      given=${given%/}
      ;;
    MAIL_URL) given=$(quote_mail_url "$given") ;;
    esac
    problem=$(problem_with "$name" "$given")
    [ -n "$problem" ] || break
    [ "$UNATTENDED" = no ] || fail "$problem"
    say "$problem"
    given=""
  done
  printf -v "$name" '%s' "$given"
}

# Print what is wrong with the answer $2 to the question $1, or nothing.
problem_with() {
  case "$2" in *$'\n'*) say "$1 must be one line." && return 0 ;; esac
  case "$1" in
  SITE_ADDRESS)
    [[ $2 =~ ^[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$ ]] ||
      say "SITE_ADDRESS must be a name such as sign.example.org. Write other letters as xn--…"
    ;;
  MAIL_FROM) [[ $2 == *@*.* ]] || say "MAIL_FROM must look like Save the River <names@example.org>" ;;
  MAIL_URL)
    [[ $2 =~ ^smtps?://([^@]+@)?[^][:space:]/?#@:[]+(:[0-9]+)?/?(\?[^[:space:]#]*)?$ ||
      $2 =~ ^smtps?://([^@]+@)?\[[0-9A-Fa-f:.]+\](:[0-9]+)?/?(\?[^[:space:]#]*)?$ ]] ||
      say "MAIL_URL must look like smtp://user:password@mail.example.org:587"
    ;;
  ADMIN_EMAIL) [[ $2 =~ ^[^[:space:]@]+@[^[:space:]@]+$ ]] || say "ADMIN_EMAIL must be an email address." ;;
  DATABASE) [[ $2 =~ ^(sqlite|postgresql)$ ]] || say "DATABASE must be sqlite or postgresql." ;;
  esac
}

# Print the URL of a mail server, with the special characters of user and password as %XX.
# A % with two digits stays, because it may be such a character already.
quote_mail_url() {
  local LC_ALL=C url=$1 rest credentials result="" character index
  rest=${url#*://}
  if [[ $rest != *@* ]]; then
    printf '%s' "$url"
    return 0
  fi
  credentials=${rest%@*}
  for ((index = 0; index < ${#credentials}; index++)); do
    character=${credentials:index:1}
    case "$character" in
    [A-Za-z0-9._~:-]) ;;
    %) [[ ${credentials:index+1:2} =~ ^[0-9A-Fa-f]{2}$ ]] || character=%25 ;;
    *) printf -v character '%%%02X' "$(($(printf '%d' "'$character") & 255))" ;;
    esac
    result+=$character
  done
  printf '%s://%s@%s' "${url%%://*}" "$result" "${rest##*@}"
}

collect_answers() {
  local address database
  address=$(saved PUBLIC_URL)
  case "$(saved DATABASE_URL)" in
  "" | sqlite*) database=sqlite ;;
  *) database=postgresql ;;
  esac
  ask SITE_ADDRESS "1. Address of the site, such as sign.example.org" "${address#https://}"
  ask MAIL_FROM "2. Sender of its emails, such as Save the River <names@example.org>" "$(saved MAIL_FROM)"
  # A value in a file stays there.
  [ -z "$(setting MAIL_URL_FILE)" ] || MAIL_URL=${MAIL_URL:-$(saved MAIL_URL)}
  ask MAIL_URL "3. Mail server: smtp://user:password@host:587 (not shown; write a % in the password as %25)" "$(saved MAIL_URL)"
  ask ADMIN_EMAIL "4. Email address of the first admin" "$(saved SECURITY_CONTACT)"
  # The database of a site does not change here.
  [ ! -f "$SETTINGS" ] || DATABASE=${DATABASE:-$database}
  ask DATABASE "5. Database: sqlite, or postgresql for more than a few thousand signatures a day" "$database"

  [ -z "$(setting MAIL_URL_FILE)" ] || [ "$MAIL_URL" = "$(quote_mail_url "$(saved MAIL_URL)")" ] ||
    fail "The MAIL_URL of this site is in $(setting MAIL_URL_FILE). Change it there."
  if [ -f "$SETTINGS" ] && [ "$DATABASE" != "$database" ]; then
    fail "This site uses $database. To move it to another database, see docs/moving-to-postgresql.md."
  fi
  [ "$UNATTENDED" = yes ] || save_answers
}

# --- Checks --------------------------------------------------------------------------------------

has_package() { apt-cache show "$1" >/dev/null 2>&1; }

# Something that may become right later: stop, unless the operator wants to go on.
doubt() {
  say "Warning: $*"
  [ "$FORCE" = no ] || return 0
  [ "$UNATTENDED" = no ] || fail "Correct this and run the installer again, or add --force."
  local answer
  read -r -p "Go on anyway? [y/N] " answer
  [[ $answer =~ ^[Yy] ]] || exit 1
}

check_machine() {
  [ "$(id -u)" -eq 0 ] || fail "Run this as root: sudo $0"
  if [ -n "$ARCHIVE" ]; then
    [ ! -e "$CODE" ] || fail "$CODE exists already. To go on with its installation: $CODE/deploy/install.sh. To upgrade: volante upgrade $ARCHIVE"
  elif [ "$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")" != "$(realpath "$CODE" 2>/dev/null)" ]; then
    fail "Name the release: $0 --archive volante-….tar.gz. Or clone the code to $CODE, and run $CODE/deploy/install.sh"
  fi
  [ -d /run/systemd/system ] || fail "This machine does not run systemd. Use compose.yaml instead."
  local ID="" VERSION_ID=""
  . /etc/os-release
  case "$ID $VERSION_ID" in
  "debian 12" | "debian 13" | "ubuntu 22.04" | "ubuntu 24.04") ;;
  *) doubt "This is $ID $VERSION_ID. The installer knows Debian 12 and 13, Ubuntu 22.04 and 24.04." ;;
  esac
  local memory disk
  memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
  [ "$memory" -ge "$MIN_MEMORY_MB" ] || fail "This machine has $memory MB of memory. Volante needs 1 GB."
  disk=$(df --output=avail -m / | tail -n 1)
  [ "$disk" -ge "$MIN_DISK_MB" ] || fail "Only $((disk)) MB of disk are free. Volante needs $MIN_DISK_MB MB."
  say "Memory: $memory MB. Free disk: $((disk)) MB."
}

check_dns() {
  local found own address elsewhere=""
  found=$(getent ahosts "$SITE_ADDRESS" | awk '{ print $1 }' | sort -u || true)
  if [ -z "$found" ]; then
    doubt "$SITE_ADDRESS has no address in the DNS. Add an A record with the IPv4 address of this server, or an AAAA record with its IPv6 address."
    return 0
  fi
  own=" $(ip -o addr show | awk '{ sub("/.*", "", $4); print $4 }' | tr '\n' ' ')"
  for address in $found; do
    case "$address" in
    # Only this machine can reach it, so it says nothing about the DNS.
    127.* | ::1) continue ;;
    esac
    case "$own" in *" $address "*) say "DNS: $SITE_ADDRESS is $address, this machine." && return 0 ;; esac
    elsewhere+=${elsewhere:+, }$address
  done
  if [ -z "$elsewhere" ]; then
    doubt "On this machine, $SITE_ADDRESS is ${found//$'\n'/, }, so the DNS could not be checked. Remove $SITE_ADDRESS from /etc/hosts."
    return 0
  fi
  say "DNS: $SITE_ADDRESS is $elsewhere. This machine does not have that address itself, which is"
  say "normal behind a router of your hosting company. Otherwise correct the A or AAAA record."
}

# Caddy, unless the system has none or our configuration of nginx is in use.
choose_proxy() {
  PROXY=caddy
  if ! has_package caddy || grep -qsF "$OURS_IN_NGINX" "$NGINX_CONF"; then PROXY=nginx; fi
}

# Whether the file $1 is as one of the packages $2… has installed it.
is_of_package() {
  local file=$1
  shift
  # shellcheck disable=SC2016 # A format of dpkg-query.
  dpkg-query --show --showformat='${Conffiles}\n' "$@" 2>/dev/null |
    grep -qF " $file $(md5sum <"$file" | cut -d' ' -f1)"
}

# Our configuration of the proxy must not replace that of other sites without a question.
check_proxy() {
  local file=$CADDYFILE others=""
  if [ "$PROXY" = caddy ]; then
    [ -f "$file" ] && ! grep -q SITE_ADDRESS "$file" || return 0
    is_of_package "$file" caddy || others=$file
  else
    file=$NGINX_CONF
    [ -f "$file" ] && ! grep -qF "$OURS_IN_NGINX" "$file" || return 0
    is_of_package "$file" nginx nginx-common || others=$file
    # Ours does not include these.
    others+=$(find /etc/nginx/sites-enabled/ /etc/nginx/conf.d/ ! -type d ! -name default -printf ' %p' 2>/dev/null || true)
  fi
  [ -z "$others" ] ||
    doubt "Our configuration replaces $file (the old one stays as $file.before-volante). What is in these files goes offline: $others"
}

# Print the program that listens on a port, or nothing.
user_of_port() { ss -Hltnp "sport = :$1" | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | head -n 1; }

check_ports() {
  local port user
  # On a second run, the site has its port.
  if ! systemctl --quiet is-active volante.socket; then
    user=$(user_of_port 8000)
    [ -z "$user" ] || doubt "$user already uses port 8000, which the site needs. Stop it, or move it to another port."
  fi
  for port in 80 443; do
    user=$(user_of_port "$port")
    case "$user" in
    "" | "$PROXY") ;;
    *) doubt "$user already uses port $port, which the proxy ($PROXY) needs. Stop it: systemctl disable --now $user" ;;
    esac
  done
  say "Port 8000 is free, or used by the site. Ports 80 and 443 are free, or used by the proxy. Let your firewall open both."
}

check_mail() {
  local place=${MAIL_URL#*://} host port
  place=${place##*@}
  place=${place%%[/?]*}
  host=${place%:*}
  port=${place##*:}
  if [ "$port" = "$place" ]; then
    case "$MAIL_URL" in smtps:*) port=465 ;; *) port=587 ;; esac
  fi
  if timeout 8 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$host" "$port" 2>/dev/null; then
    say "Mail: $host answers on port $port."
  else
    doubt "The mail server $host does not answer on port $port. Hosting companies often block it: ask yours, or use port 2525 or 465."
  fi
}

# --- Installation --------------------------------------------------------------------------------

install_packages() {
  local packages=(ca-certificates curl)
  # Ubuntu 22.04 has Python 3.10, and 3.11 as a separate package.
  PYTHON=python3
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
    [ "$(apt-cache policy python3 | sed -n 's/.*Candidate: 3\.\([0-9]*\).*/\1/p')" -lt 11 ]; then
    PYTHON=python3.11
  fi
  packages+=("$PYTHON-venv")
  [ "$PROXY" = caddy ] && packages+=(caddy) || packages+=(nginx certbot)
  if uses_local_postgresql; then
    packages+=(postgresql)
  elif [ "$DATABASE" = postgresql ]; then
    # Backups need its programs.
    packages+=(postgresql-client)
  fi
  install_from_system "${packages[@]}"
}

install_code() {
  local user_id
  user_id=$(id -u volante 2>/dev/null || true)
  [ -n "$user_id" ] || useradd --system --home-dir /var/lib/volante --shell /usr/sbin/nologin volante
  install -d -m 700 -o volante -g volante "$BACKUPS"
  if [ -n "$ARCHIVE" ]; then
    unpack_release "$ARCHIVE"
    install_libraries "$RELEASE" "$PYTHON"
    use_release "$RELEASE"
  else
    install_libraries "$CODE" "$PYTHON"
  fi
}

# Whether the database is the one that this script creates, not one on another machine.
uses_local_postgresql() {
  local url
  url=$(saved DATABASE_URL)
  [ "$DATABASE" = postgresql ] && [ "${url:-$LOCAL_POSTGRESQL}" = "$LOCAL_POSTGRESQL" ]
}

create_database() {
  uses_local_postgresql || return 0
  systemctl start postgresql
  local query="select 1 from pg_roles where rolname = 'volante'"
  [ -n "$(runuser -u postgres -- psql -tAc "$query")" ] || runuser -u postgres -- createuser volante
  # Backups are tried in a separate database.
  runuser -u postgres -- psql -qc 'alter role volante createdb'
  query="select 1 from pg_database where datname = 'volante'"
  [ -n "$(runuser -u postgres -- psql -tAc "$query")" ] ||
    runuser -u postgres -- createdb --owner=volante --encoding=UTF8 --template=template0 volante
}

quoted() {
  local value=${1//\\/\\\\}
  value=${value//\"/\\\"}
  value=${value//\$/\\\$}
  value=${value//\`/\\\`}
  printf '"%s"' "$value"
}

# Give a setting a value, in the draft of the settings. One that is in a file stays as it is.
set_value() {
  ! grep -q "^$1_FILE=." "$DRAFT" || return 0
  sed -i "/^$1=/d" "$DRAFT"
  printf '%s=%s\n' "$1" "$(quoted "$2")" >>"$DRAFT"
}

# Give a setting a value, unless it has one.
default_value() {
  grep -q "^$1=." "$DRAFT" || set_value "$1" "$2"
}

random_key() { "$PYTHON" -c 'import secrets; print(secrets.token_urlsafe(48))'; }

write_settings() {
  umask 077
  DRAFT=$(mktemp "$SETTINGS.XXXXXX")
  trap 'rm -f "$DRAFT"' EXIT
  if [ -f "$SETTINGS" ]; then
    cat "$SETTINGS" >"$DRAFT"
  else
    printf '# Settings of Volante, see %s/docs/settings.md. Afterwards: systemctl restart volante\n' "$CODE" >"$DRAFT"
  fi
  set_value VOLANTE_ENV production
  set_value PUBLIC_URL "https://$SITE_ADDRESS"
  set_value MAIL_FROM "$MAIL_FROM"
  set_value MAIL_URL "$MAIL_URL"
  default_value VAR_DIR /var/lib/volante
  default_value SECURITY_CONTACT "$ADMIN_EMAIL"
  default_value TRUSTED_PROXIES 127.0.0.1,::1
  default_value SECRET_KEY "$(random_key)"
  default_value BOUNCE_SECRET "$(random_key)"
  default_value METRICS_TOKEN "$(random_key)"
  [ "$DATABASE" = sqlite ] || default_value DATABASE_URL "$LOCAL_POSTGRESQL"
  mv "$DRAFT" "$SETTINGS"
  rm -f "$DRAFT_ANSWERS"
  trap - EXIT
  umask 022
}

start_site() {
  install_units
  systemctl --quiet enable volante.socket volante.service volante-backup.timer volante-restore-check.timer
  systemctl start volante.socket || fail "Port 8000 cannot be opened. To see why: journalctl -u volante.socket -n 30"
  systemctl restart volante.service || fail "The site does not start. To see why: journalctl -u volante -n 30"
  systemctl start volante-backup.timer volante-restore-check.timer
  wait_until_ready || fail "The site does not answer. To see why: journalctl -u volante -n 30"
}

start_caddy() {
  install -d /etc/systemd/system/caddy.service.d
  printf '[Service]\nEnvironment=SITE_ADDRESS=%s\n' "$SITE_ADDRESS" >/etc/systemd/system/caddy.service.d/volante.conf
  # Keep what someone has added to our file, such as more sites.
  if ! grep -qs SITE_ADDRESS "$CADDYFILE"; then
    [ ! -f "$CADDYFILE" ] || cp -p "$CADDYFILE" "$CADDYFILE.before-volante"
    install -m 644 "$CODE/deploy/Caddyfile" "$CADDYFILE"
  elif ! cmp -s "$CODE/deploy/Caddyfile" "$CADDYFILE"; then
    say "$CADDYFILE differs from $CODE/deploy/Caddyfile, and stays as it is."
  fi
  systemctl daemon-reload
  systemctl --quiet enable caddy
  systemctl restart caddy || fail "Caddy does not start. To see why: journalctl -u caddy -n 30"
}

start_nginx() {
  # The default site of the package answers the first challenge, and ours all later ones.
  systemctl start nginx || fail "nginx does not start. To see why: journalctl -u nginx -n 30"
  certbot certonly --quiet --webroot --webroot-path /var/www/html --non-interactive --agree-tos --keep-until-expiring \
    --email "$ADMIN_EMAIL" --domain "$SITE_ADDRESS" --deploy-hook "systemctl reload nginx" ||
    fail "No certificate for $SITE_ADDRESS. Check DNS and firewall, then run the installer again."
  local ours
  ours=$(sed "s/sign\.example\.org/$SITE_ADDRESS/g" "$CODE/deploy/nginx.conf")
  # Keep what someone has added to our file, such as another certificate.
  if ! grep -qsF "$OURS_IN_NGINX" "$NGINX_CONF"; then
    cp -p "$NGINX_CONF" "$NGINX_CONF.before-volante"
    printf '%s\n' "$ours" >"$NGINX_CONF"
  elif [ "$ours" != "$(cat "$NGINX_CONF")" ]; then
    say "$NGINX_CONF differs from $CODE/deploy/nginx.conf for $SITE_ADDRESS, and stays as it is."
  fi
  nginx -t -q || fail "$NGINX_CONF has the mistake above."
  systemctl --quiet enable nginx
  systemctl restart nginx || fail "nginx does not start. To see why: journalctl -u nginx -n 30"
}

add_first_admin() {
  # The output has a link to set a password. It is shown once, and only if there is no admin.
  if volante organizers list </dev/null | grep -q '@'; then
    say "There are organizers already. Sign in at https://$SITE_ADDRESS/organize/"
  else
    volante organizers add "$ADMIN_EMAIL" --role admin </dev/null
  fi
}

# Show what doctor says. Sets RESULT to a sentence for the end.
check_installation() {
  local output code=0
  output=$(volante doctor </dev/null) || code=$?
  say "$output"
  if [ "$code" -ne 0 ]; then
    RESULT="Volante is installed, but not ready yet: see above what is wrong. To check again: volante doctor"
  elif grep -q '^ok  *site ' <<<"$output"; then
    RESULT="Volante runs at https://$SITE_ADDRESS"
  else
    RESULT="Volante is installed, but this machine does not reach https://$SITE_ADDRESS: see above. To check again: volante doctor"
  fi
}

UNATTENDED=no
FORCE=no
ARCHIVE=
[ -t 0 ] || UNATTENDED=yes
while [ $# -gt 0 ]; do
  case "$1" in
  --answers)
    [ $# -ge 2 ] || fail "--answers needs a file."
    read_answers "$2"
    UNATTENDED=yes
    shift
    ;;
  --archive)
    [ $# -ge 2 ] || fail "--archive needs a path or an address."
    ARCHIVE=$2
    shift
    ;;
  --force) FORCE=yes ;;
  --help | -h)
    usage
    exit 0
    ;;
  *) fail "Unknown option $1. See: install.sh --help" ;;
  esac
  shift
done

step "Checking this machine"
check_machine
collect_answers
apt-get update -q >"$LOG" 2>&1 || say "Warning: the lists of packages could not be updated."
step "Checking DNS, ports and mail"
# A minimal system does not have ss and ip.
command -v ss >/dev/null || install_from_system iproute2
check_dns
choose_proxy
check_proxy
check_ports
check_mail
step "Installing packages"
install_packages
step "Installing Volante"
install_code
create_database
write_settings
step "Starting the site and its daily backup"
start_site
step "Starting the proxy ($PROXY)"
"start_$PROXY"
step "Making the first backup"
systemctl start volante-backup.service || say "Warning: it failed. To see why: journalctl -u volante-backup -n 30"
step "Checking the installation"
check_installation
step "First admin"
add_first_admin
say ""
say "$RESULT"
say "Copy $SETTINGS to another machine now, and keep it secret: without SECRET_KEY, a backup is of little use."
