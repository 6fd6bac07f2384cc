# Prints what there is to know about a Linux machine, in parts: a line "\035NAME", then the part's own lines.
# Needs a POSIX shell, uname, id, cat and date; starts few processes, and asks neither the network nor a name server.
# $1 is a directory with facts of the machine's own.
exec 2>/dev/null
part() { printf '\035%s\n' "$1"; }
whole() { if [ -r "$2" ]; then part "$1"; cat "$2"; fi; }
first() { if [ -r "$2" ]; then line=; read -r line <"$2"; part "$1"; printf '%s\n' "$line"; fi; }
there() {
  for each; do
    if [ -e "$each" ]; then printf '%s\n' "$each"; fi
  done
}

part environment
if [ -r /proc/self/environ ]; then tr '\000' '\037' </proc/self/environ; else env | tr '\n' '\037'; fi
LC_ALL=C
export LC_ALL

part uname; uname -snrm; uname -v
part bits; getconf LONG_BIT
part id; uid=$(id -u); printf '%s\n' "$uid" "$(id -ru)" "$(id -g)" "$(id -rg)"
part passwd
while IFS= read -r line; do
  rest=${line#*:*:}
  if [ "${rest%%:*}" = "$uid" ]; then printf '%s\n' "$line"; break; fi
done </etc/passwd
part date; date '+%s %z %Z'
part nproc; nproc

for each in os-release debian_version redhat-release lsb-release hosts resolv.conf machine-id; do
  whole "/etc/$each" "/etc/$each"
done
if [ ! -r /etc/os-release ]; then whole /etc/os-release /usr/lib/os-release; fi
for each in meminfo mounts net/dev net/route net/ipv6_route net/if_inet6 net/fib_trie; do
  whole "/proc/$each" "/proc/$each"
done
for each in cmdline uptime loadavg 1/comm sys/crypto/fips_enabled; do first "/proc/$each" "/proc/$each"; done
part /proc/1/environ; tr '\000' '\n' </proc/1/environ
whole /proc/1/cgroup /proc/1/cgroup
part /proc/cpuinfo
grep -E '^(processor|vendor_id|model name|physical id|core id|siblings|cpu cores|flags|Processor|cpu|CPU implementer)[[:space:]]*:' \
  /proc/cpuinfo

for each in /sys/class/net/*; do
  if [ ! -e "$each" ]; then continue; fi
  line='' mtu='' state='' kind='' flags=''
  read -r line <"$each/address"; read -r mtu <"$each/mtu"; read -r state <"$each/operstate"; read -r kind <"$each/type"
  read -r flags <"$each/flags"
  if [ -d "$each/bridge" ]; then kind=bridge; elif [ -d "$each/bonding" ]; then kind=bonding; fi
  part "link ${each##*/}"; printf '%s\n' "$line" "$mtu" "$state" "$kind" "$flags"
done
for each in bios_date bios_vendor bios_version board_asset_tag board_name board_serial board_vendor board_version \
  chassis_asset_tag chassis_serial chassis_type chassis_vendor chassis_version product_name product_serial \
  product_uuid product_version sys_vendor
do first "dmi $each" "/sys/devices/virtual/dmi/id/$each"; done

part there
there /.dockerenv /run/.containerenv /run/systemd/container /run/systemd/system /dev/.run/systemd /dev/.systemd \
  /dev/kvm /proc/vz /proc/bc /proc/xen /proc/self/ns/pid /sys/module/kvm /sys/module/vboxdrv /sys/kernel/security/apparmor \
  /etc/init /etc/init.d /sbin/openrc /sbin/openrc-run /sbin/initctl /sbin/dinitctl /usr/bin/systemctl /bin/systemctl \
  /usr/bin/apt-get /usr/bin/dnf /usr/bin/dnf5 /usr/bin/dnf-3 /usr/bin/microdnf /usr/bin/yum /usr/bin/zypper \
  /usr/bin/pacman /sbin/apk /usr/bin/apk /usr/bin/emerge /usr/bin/xbps-install /usr/bin/rpm-ostree /bin/opkg \
  /run/ostree-booted /usr/bin/lsb_release /usr/sbin/selinuxenabled
if [ -e /proc/1/root/. ]; then
  if [ / -ef /proc/1/root/. ]; then echo same-root; fi
elif [ -e /proc/1 ]; then echo same-root; fi # nobody may look there
part init; readlink /sbin/init
whole container /run/systemd/container
part dnf; readlink /usr/bin/dnf

if [ -e /sys/fs/selinux/enforce ]; then
  first selinux-enforce /sys/fs/selinux/enforce
  first selinux-version /sys/fs/selinux/policyvers
fi
whole /etc/selinux/config /etc/selinux/config

for each in /usr/bin/python3 python3 python; do
  python=$(command -v "$each") && { part "python $python"; "$python" -V 2>&1; break; }
done
for each in /etc/ssh/ssh_host_*_key.pub; do first "hostkey $each" "$each"; done

set -- "${1:-/etc/ansible/facts.d}"
for each in "$1"/*.fact; do
  if [ -x "$each" ]; then part "fact $each"; "$each" </dev/null; else whole "fact $each" "$each"; fi
done

set --
while read -r device path kind rest; do
  case $device in
    /*) set -- "$@" "$(printf '%b' "$path")" ;;
  esac
done </proc/mounts
if [ $# -gt 0 ]; then part sizes; stat -f -c '%S %b %f %a %c %d %n' -- "$@"; fi
