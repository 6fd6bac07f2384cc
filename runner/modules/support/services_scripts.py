"""The scripts that look at services, and that change them."""

from __future__ import annotations

LOOK = r"""
name=$1 unit=$2 scope=$3 runlevel=$4 pattern=$5 use=$6
say() { printf '%s=%s\n' "$1" "$2"; }

if { [ -z "$use" ] && [ -d /run/systemd/system ]; } || { [ "$use" = systemd ] && [ -d /run/systemd/system ]; }; then
  say init systemd
  [ -n "$name" ] || exit 0
  say enabled "$(systemctl $scope is-enabled "$unit" 2>/dev/null)"
  echo
  systemctl $scope show "$unit"
  exit
fi
script=/etc/init.d/$name
if [ "$use" = openrc ] || { [ -z "$use" ] && command -v rc-update >/dev/null; }; then
  say init openrc
  [ -z "$name" ] || [ ! -x "$script" ] || say script yes
  [ ! -e "/etc/runlevels/$runlevel/$name" ] || say enabled enabled
  if [ -e /run/openrc/softlevel ]; then
    say up yes
    rc-service "$name" status >/dev/null 2>&1 && say active yes
  fi
  exit 0
fi
if [ "$use" = sysv ]; then
  say init sysv
elif command -v systemctl >/dev/null; then
  say init offline
  [ -z "$name" ] || say enabled "$(SYSTEMD_OFFLINE=1 systemctl $scope is-enabled "$unit" 2>/dev/null)"
else
  say init files
  for each in /etc /usr/lib /lib; do
    file=$each/systemd/system/$unit
    [ -e "$file" ] || [ -L "$file" ] || continue
    say unit "$file"
    if [ "$(readlink "$file")" = /dev/null ]; then say enabled masked
    elif ! grep -q '^\[Install\]' "$file"; then say enabled static
    fi
    break
  done
  for each in /etc/systemd/system/*.wants/"$unit" /etc/systemd/system/*.requires/"$unit"; do
    [ ! -L "$each" ] || say enabled enabled
  done
fi
[ -n "$name" ] && [ -x "$script" ] || exit 0
say script yes
if [ -x /usr/sbin/policy-rc.d ]; then
  /usr/sbin/policy-rc.d "$name" start >/dev/null 2>&1 </dev/null
  [ $? -ne 101 ] || say policy denied
fi
for each in /etc/rc[2-5].d/S[0-9][0-9]"$name"; do
  [ ! -e "$each" ] || { say links enabled; break; }
done
"$script" status >/dev/null 2>&1 </dev/null
status=$?
[ $status -ne 0 ] || say active yes
if [ -n "$pattern" ] && [ $status -ne 0 ] && [ $status -ne 3 ]; then
  for each in /proc/[0-9]*/cmdline; do
    case $each in /proc/$$/*) continue ;; esac
    tr '\0' ' ' <"$each" 2>/dev/null | grep -qF -e "$pattern" && { say active yes; break; }
  done
fi
exit 0
"""
"""Tells of a service, line by line: which init there is, whether it is known, enabled and active.

``policy`` says that policy-rc.d, which a builder may put there, lets no service start (Debian Policy, 9.3.3.1).
``links`` says that the init script is started with the machine, which counts for services that have no unit.
"""

DO = r"""
name=$1 unit=$2 scope=$3 runlevel=$4 init=$5 noblock=$6 force=$7 sleep=$8 arguments=$9
shift 9
script=/etc/init.d/$name

by_systemctl() {  # ACTION [OPTION]
  if [ "$init" = systemd ]; then systemctl $scope $2 "$1" "$unit"
  else SYSTEMD_OFFLINE=1 systemctl $scope $2 "$1" "$unit"
  fi
}

unit_file() {
  for each in /etc /usr/lib /lib; do
    [ ! -e "$each/systemd/system/$unit" ] || { echo "$each/systemd/system/$unit"; return; }
  done
}

installed_as() {  # KEY: what the unit's file says there in its section [Install]
  sed -n '/^\[Install\]/,/^\[[^I]/s/^'"$1"' *= *//p' "$file"
}

link() {  # what enabling the unit means: links that its file asks for
  for each in $(installed_as WantedBy); do wants="$wants /etc/systemd/system/$each.wants/$unit"; done
  for each in $(installed_as RequiredBy); do wants="$wants /etc/systemd/system/$each.requires/$unit"; done
  for each in $(installed_as Alias); do wants="$wants /etc/systemd/system/$each"; done
  for each in $wants; do mkdir -p "${each%/*}" && ln -sf "$file" "$each" || return; done
}

unlink() {
  for each in /etc/systemd/system/* /etc/systemd/system/*.wants/* /etc/systemd/system/*.requires/*; do
    [ -L "$each" ] || continue
    case $(readlink "$each") in */"$unit") rm -f "$each" || return ;; esac
  done
}

by_runlevels() {  # enable|disable
  [ -x "$script" ] || return 0
  if command -v update-rc.d >/dev/null; then
    [ "$1" = disable ] || update-rc.d "$name" defaults || return
    update-rc.d "$name" "$1"
  elif command -v chkconfig >/dev/null; then
    if [ "$1" = enable ]; then chkconfig --add "$name"; chkconfig "$name" on; else chkconfig "$name" off; fi
  elif [ -z "$file" ]; then
    echo "there is neither update-rc.d nor chkconfig" >&2
    return 1
  fi
}

by_files() {  # ACTION
  file=$(unit_file) wants=
  case $1 in
    enable) { [ -z "$file" ] || link; } && by_runlevels enable ;;
    disable) { [ -z "$file" ] || unlink; } && by_runlevels disable ;;
    mask) mkdir -p /etc/systemd/system && ln -s $force /dev/null "/etc/systemd/system/$unit" ;;
    unmask) rm -f "/etc/systemd/system/$unit" ;;
  esac
}

by_script() {  # ACTION
  cd /
  if command -v service >/dev/null && [ -z "$arguments" ]; then service "$name" "$1"; else
    set -- "$1" $arguments
    "$script" "$@"
  fi </dev/null
}

act() {
  case $init/$1 in
    */daemon-*) systemctl $scope "$1" ;;
    systemd/start|systemd/stop|systemd/restart|systemd/reload) by_systemctl "$1" "$noblock" ;;
    systemd/*|offline/*able|offline/*mask) by_systemctl "$1" "$force" ;;
    files/*able|files/*mask) by_files "$1" ;;
    openrc/enable) rc-update add "$name" "$runlevel" ;;
    openrc/disable) rc-update del "$name" "$runlevel" ;;
    openrc/*) rc-service "$name" "$1" ;;
    sysv/*able) file=; by_runlevels "$1" ;;
    *) by_script "$1" ;;
  esac
}

for action; do
  if [ "$action" = restart ] && [ "$sleep" -gt 0 ]; then act stop && sleep "$sleep" && act start || exit
  else act "$action" || exit
  fi
done
"""
"""Does what the arguments after the ninth say, in order, and stops at what fails."""
