# Tells what there is to know of the file $1, or of $2 in it if it is a directory, as lines "\035NAME VALUE".
# $0: what stat is to tell; $3: yes to follow a link; $4: program for a digest; $5, $6: owner and group to look up;
# $7: words for what is to be told beside that.
known() {
  while IFS=: read -r name _ number _; do
    if [ "$name" = "$2" ] || [ "$number" = "$2" ]; then echo "$number $name"; return; fi
  done <"$1"
  getent "${1##*/}" "$2" 2>/dev/null | { IFS=: read -r name _ number _; echo "$number $name"; }
}
path=$1
if [ -n "${path##*[!/]*}" ]; then path=/; else path=${path%"${path##*[!/]}"}; fi
if [ -n "$2" ]; then
  case $1 in */) path=${path%/}/$2 ;; *) if [ -d "$path" ]; then path=${path%/}/$2; fi ;; esac
fi
if [ "$3" = yes ] && [ -L "$path" ]; then
  if [ -e "$path" ]; then real=$(readlink -f "$path"); else real=$(readlink "$path"); fi
  case $real in /*) path=$real ;; *) path=${path%/*}/$real ;; esac
fi
above=${path%/*}
printf '\035path %s\n\035umask ' "$path"; umask
# Whose process this is, is told by the same stat, which costs less than a start of id.
if [ -d /proc/self/. ]; then printf '\035self\n'; self=/proc/self/.; else printf '\035me '; id; self=; fi
if [ -e "$path" ] || [ -L "$path" ]; then there=$path; else printf '\035absent\n'; there=; fi
stat -c "$0" -- ${self:+"$self"} ${there:+"$there"} "${above:-/}/." 2>/dev/null
if [ -L "$path" ]; then
  printf '\035link '; readlink "$path"
  printf '\035leads-to '
  if [ -d "$path" ]; then echo directory; elif [ -e "$path" ]; then echo file; else echo; fi
elif [ -f "$path" ] && [ -n "$4" ]; then
  printf '\035sum '; "$4" <"$path"
fi
if [ -n "$5" ]; then printf '\035owner '; known /etc/passwd "$5"; fi
if [ -n "$6" ]; then printf '\035group '; known /etc/group "$6"; fi
for each in $7; do
  case $each in
    stamp) printf '\035stamp %s.%s~\n' "$$" "$(date +%Y-%m-%d@%H:%M:%S)" ;;
    temporary) printf '\035temporary '; mktemp -u "${TMPDIR:-/tmp}/ingot.XXXXXXXXXX" ;;
    content) if [ -f "$path" ] && [ -s "$path" ]; then printf '\035content '; base64 <"$path"; fi ;;
    flags) printf '\035flags '; lsattr -d "$path" 2>/dev/null ;;
    mounted) while read -r _ mount _; do
        if [ "$mount" = "$path" ]; then printf '\035mounted\n'; fi
      done </proc/mounts ;;
    context) if [ -e /sys/fs/selinux/enforce ]; then
        printf '\035context '; stat -c %C -- "$path" 2>/dev/null || echo
        printf '\035policy '; matchpathcon -n "$path" 2>/dev/null || echo
      fi ;;
  esac
done
