"""Modules that set up a system, on a real Debian and where nothing but busybox is needed."""

# ruff: noqa: E501 - scripts and what they write stand in one line

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from harness import Machine

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKr6LyF0CYcTkWkV8dNLmUzxrOlGhmJ7WUUkyzPyYXvU me@here"
OTHER = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDJ other"


class Case(NamedTuple):
    """What a module is asked for, and what comes of it."""

    module: str
    options: Mapping[str, Any]
    before: str = ""
    """Script that prepares the machine."""
    after: str = "true"
    """Script that ends well if the machine is as it should be."""
    values: Mapping[str, Any] = {}
    """What the result has."""


ANYWHERE = {
    "a value of the kernel's in its file": Case(
        "sysctl", {"name": "net.ipv4.ip_forward", "value": "yes", "sysctl_file": "PLACE/sysctl.conf", "reload": False},
        after='[ "$(cat PLACE/sysctl.conf)" = net.ipv4.ip_forward=1 ]',
    ),
    "another value, and no second line": Case(
        "sysctl", {"name": "a.b", "value": "2 3", "sysctl_file": "PLACE/sysctl.conf", "reload": False},
        before="printf '# a.b=0\\na.b = 1\\nc=d\\na.b=4\\n' >PLACE/sysctl.conf",
        after='[ "$(cat PLACE/sysctl.conf)" = "$(printf "# a.b=0\\na.b=2 3\\nc=d")" ]',
    ),
    "no value": Case(
        "sysctl", {"name": "a.b", "state": "absent", "sysctl_file": "PLACE/sysctl.conf", "reload": False},
        before="printf 'a.b = 1\\nc=d\\n' >PLACE/sysctl.conf", after='[ "$(cat PLACE/sysctl.conf)" = c=d ]',
    ),
    "a module that is not to be loaded": Case(
        "kernel_blacklist", {"name": "usb_storage", "blacklist_file": "PLACE/blacklist.conf"},
        before="printf 'blacklist other' >PLACE/blacklist.conf",
        after='[ "$(cat PLACE/blacklist.conf)" = "$(printf "blacklist other\\nblacklist usb_storage")" ]',
    ),
    "a limit": Case(
        "pam_limits", {"domain": "www", "limit_type": "soft", "limit_item": "nofile", "value": "64", "dest": "PLACE/l"},
        before="printf 'www hard nofile 9\\nwww  soft nofile 5\\n# End of file\\n' >PLACE/l",
        after='[ "$(cat PLACE/l)" = "$(printf "www hard nofile 9\\nwww\\tsoft\\tnofile\\t64\\n# End of file")" ]',
    ),
    "a limit that is only raised": Case(
        "pam_limits", {"domain": "*", "limit_type": "-", "limit_item": "core", "value": "4", "dest": "PLACE/l",
                       "use_max": True, "comment": "why"},
        before="printf '' >PLACE/l", after='[ "$(cat PLACE/l)" = "$(printf "*\\t-\\tcore\\t4\\t#why")" ]',
    ),
    "a key of a user": Case(
        "authorized_key", {"user": "root", "key": KEY, "path": "PLACE/ssh/keys"},
        after=f'[ "$(cat PLACE/ssh/keys)" = "{KEY}" ] && [ "$(stat -c %a PLACE/ssh PLACE/ssh/keys)" = "$(printf "700\\n600")" ]',
        values={"user": "root", "keyfile": "PLACE/ssh/keys"},
    ),
    "a key that is there with another comment": Case(
        "authorized_key", {"user": "root", "key": KEY, "path": "PLACE/keys", "key_options": 'command="a b",no-pty'},
        before=f"printf '# mine\\n{OTHER}\\n{KEY.rpartition(' ')[0]} old\\n' >PLACE/keys",
        after=f"""[ "$(sed -n 3p PLACE/keys)" = 'command="a b",no-pty {KEY}' ] && [ "$(wc -l <PLACE/keys)" -eq 3 ]""",
    ),
    "a key less a comment, for its owner alone": Case(
        "authorized_key", {"user": "root", "key": KEY.rpartition(" ")[0], "path": "PLACE/s/keys"},
        before=f"mkdir PLACE/s; printf '{KEY}\\n# mine\\n' >PLACE/s/keys; chmod 755 PLACE/s; chmod 644 PLACE/s/keys",
        after=f"""[ "$(cat PLACE/s/keys)" = "$(printf '# mine\\n{KEY.rpartition(' ')[0]} ')" ]
            [ "$(stat -c %a PLACE/s PLACE/s/keys)" = "$(printf '700\\n600')" ]""",
        values={"mode": "0600", "comment": None, "follow": False},
    ),
    "a key in place of a link": Case(
        "authorized_key", {"user": "root", "key": KEY, "path": "PLACE/keys"},
        before="echo '# old' >PLACE/real; ln -s real PLACE/keys",
        after='[ ! -L PLACE/keys ] && [ $(wc -l <PLACE/keys) = 2 ] && [ "$(cat PLACE/real)" = "# old" ]',
    ),
    "a key behind a link": Case(
        "authorized_key", {"user": "root", "key": KEY, "path": "PLACE/keys", "follow": True},
        before="echo '# old' >PLACE/real; ln -s real PLACE/keys", after="[ -L PLACE/keys ] && [ $(wc -l <PLACE/real) = 2 ]",
    ),
    "only these keys": Case(
        "authorized_key", {"user": "root", "key": f"# comment\n{KEY}\n", "path": "PLACE/keys", "exclusive": True},
        before=f"echo '{OTHER}' >PLACE/keys", after=f'[ "$(cat PLACE/keys)" = "{KEY}" ]',
    ),
    "not this key": Case(
        "authorized_key", {"user": "root", "key": KEY, "path": "PLACE/keys", "state": "absent"},
        before=f"printf '{OTHER}\\n{KEY}\\n' >PLACE/keys", after=f'[ "$(cat PLACE/keys)" = "{OTHER}" ]',
    ),
    "an option of a section": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "b", "option": "k", "value": "v"},
        before="printf '[a]\\nk = 1\\n\\n[b]\\n;k=2\\nl=3\\n\\n# end\\n[c]\\n' >PLACE/x.ini",
        after='[ "$(cat PLACE/x.ini)" = "$(printf "[a]\\nk = 1\\n\\n[b]\\nk = v\\nl=3\\n\\n# end\\n[c]")" ]',
        values={"msg": "option changed", "path": "PLACE/x.ini"},
    ),
    "an option that says how the file is then": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "a", "option": "k", "value": "v", "mode": "0600"},
        before="printf '\\357\\273\\277[a]\\r\\nl=1\\r\\n' >PLACE/x.ini",
        after="[ \"$(cat PLACE/x.ini)\" = \"$(printf '[a]\\nl=1\\nk = v')\" ]", values={"size": 14, "mode": "0600"},
    ),
    "an option in place of a link": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "a", "option": "k", "value": "v"},
        before="printf '[a]\\n' >PLACE/real; ln -s real PLACE/x.ini", after="[ ! -L PLACE/x.ini ] && ! grep -q k PLACE/real",
    ),
    "an option of the section that has another": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "a", "option": "k", "value": "v",
                     "section_has_values": [{"option": "name", "value": "two"}]},
        before="printf '[a]\\nname=one\\nk = 1\\n[a]\\nname=two\\nk = 1\\n' >PLACE/x.ini",
        after="[ \"$(sed -n 3p PLACE/x.ini) $(sed -n 6p PLACE/x.ini)\" = 'k = 1 k = v' ]",
    ),
    "a section that is told from others by what it has": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "a", "option": "k", "value": "v",
                     "section_has_values": [{"option": "name", "values": ["two"]}]},
        before="printf '[a]\\nname=one\\n' >PLACE/x.ini",
        after="[ \"$(tail -n 3 PLACE/x.ini)\" = \"$(printf '[a]\\nname = two\\nk = v')\" ]",
    ),
    "an option that is new": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "a", "option": "k", "value": "v", "no_extra_spaces": True},
        before="printf '[a]\\nl=1\\n\\n# end\\n\\n[b]\\n' >PLACE/x.ini",
        after='[ "$(cat PLACE/x.ini)" = "$(printf "[a]\\nl=1\\nk=v\\n\\n# end\\n\\n[b]")" ]', values={"msg": "option added"},
    ),
    "a section that is new": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "a", "option": "k", "value": "v", "mode": "0600"},
        after='[ "$(cat PLACE/x.ini)" = "$(printf "\\n[a]\\nk = v")" ] && [ "$(stat -c %a PLACE/x.ini)" = 600 ]',
        values={"msg": "section and option added"},
    ),
    "an option without section": Case(
        "ini_file", {"path": "PLACE/x.ini", "option": "k", "value": "v"},
        before="printf 'a = b\\n' >PLACE/x.ini", after='[ "$(cat PLACE/x.ini)" = "$(printf "a = b\\nk = v")" ]',
    ),
    "several values": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "a", "option": "k", "values": ["1", "2"], "exclusive": False},
        before="printf '[a]\\nk = 0\\nk = 2\\n' >PLACE/x.ini",
        after='[ "$(cat PLACE/x.ini)" = "$(printf "[a]\\nk = 0\\nk = 2\\nk = 1")" ]',
    ),
    "an option that is to go": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "a", "option": "k", "state": "absent"},
        before="printf '[a]\\nk=1\\n#k=2\\n' >PLACE/x.ini", after='[ "$(cat PLACE/x.ini)" = "$(printf "[a]\\n#k=2")" ]',
    ),
    "a section that is to go": Case(
        "ini_file", {"path": "PLACE/x.ini", "section": "a", "state": "absent"},
        before="printf 'z=1\\n[a]\\nk=1\\n[b]\\n' >PLACE/x.ini", after='[ "$(cat PLACE/x.ini)" = "$(printf "z=1\\n[b]")" ]',
        values={"msg": "section removed"},
    ),
    "a line of fstab": Case(
        "mount", {"path": "/mnt/a b", "src": "/dev/x", "fstype": "ext4", "opts": "ro", "state": "present",
                  "fstab": "PLACE/fstab"},
        before="printf '# table\\n/dev/y / ext4 defaults 0 1\\n' >PLACE/fstab",
        after='[ "$(tail -n 1 PLACE/fstab)" = "/dev/x /mnt/a\\\\040b ext4 ro 0 0" ] && [ "$(wc -l <PLACE/fstab)" -eq 3 ]',
        values={"name": "/mnt/a b", "opts": "ro"},
    ),
    "another line of fstab": Case(
        "mount", {"path": "/mnt", "src": "/dev/x", "fstype": "ext4", "state": "present", "fstab": "PLACE/fstab"},
        before="printf '/dev/y  /mnt ext3 ro 0 1\\n' >PLACE/fstab",
        after='[ "$(cat PLACE/fstab)" = "/dev/x /mnt ext4 defaults 0 0" ]',
    ),
    "no line of fstab": Case(
        "mount", {"path": "/mnt", "state": "absent_from_fstab", "fstab": "PLACE/fstab"},
        before="printf '/dev/y  /mnt ext3 ro 0 1\\n/dev/z / ext4 ro 0 0\\n' >PLACE/fstab",
        after='[ "$(cat PLACE/fstab)" = "/dev/z / ext4 ro 0 0" ]',
    ),
    "a job in a file of its own": Case(
        "cron", {"name": "tidy", "cron_file": "PLACE/tidy", "user": "root", "minute": "5", "job": "/bin/true"},
        after='[ "$(cat PLACE/tidy)" = "$(printf "#Ansible: tidy\\n5 * * * * root /bin/true")" ]',
        values={"jobs": ["tidy"], "cron_file": "PLACE/tidy"},
    ),
    "a job in place of another, and a variable": Case(
        "cron", {"name": "tidy", "cron_file": "PLACE/t", "user": "root", "special_time": "daily", "job": "b",
                 "disabled": True},
        before="printf 'MAILTO=\"me\"\\n#Ansible: tidy\\n1 * * * * root a\\n2 * * * * root c\\n' >PLACE/t",
        after="""[ "$(cat PLACE/t)" = "$(printf 'MAILTO="me"\\n#Ansible: tidy\\n#@daily root b\\n2 * * * * root c')" ]""",
    ),
    "a variable of jobs": Case(
        "cron", {"name": "PATH", "cron_file": "PLACE/t", "user": "root", "job": "/bin", "env": True},
        before="echo '1 * * * * root a' >PLACE/t",
        after="""[ "$(cat PLACE/t)" = "$(printf 'PATH="/bin"\\n1 * * * * root a')" ]""",
    ),
    "a job that is to go, and the file with it": Case(
        "cron", {"name": "tidy", "cron_file": "PLACE/t", "state": "absent"},
        before="printf '#Ansible: tidy\\n1 * * * * root a\\n' >PLACE/t", after="[ ! -e PLACE/t ]",
    ),
    "a job that is to go, but not what else is in its file": Case(
        "cron", {"name": "tidy", "cron_file": "PLACE/t", "state": "absent"},
        before="printf 'MAILTO=\"me\"\\n#Ansible: tidy\\n1 * * * * root a\\n' >PLACE/t",
        after="""[ "$(cat PLACE/t)" = 'MAILTO="me"' ]""", values={"jobs": [], "envs": ["MAILTO"]},
    ),
    "a job that somebody wrote gets its name": Case(
        "cron", {"name": "tidy", "cron_file": "PLACE/t", "user": "root", "job": "a"},
        before="printf '* * * * * root a\\n' >PLACE/t",
        after="""[ "$(cat PLACE/t)" = "$(printf '#Ansible: tidy\\n* * * * * root a')" ]""",
    ),
    "a line of fstab with blanks that is there, and one more": Case(
        "mount", {"path": "/mnt/a b", "src": "/dev/x", "fstype": "ext4", "state": "present", "fstab": "PLACE/fstab",
                  "passno": "2", "boot": False},
        before="printf '/dev/x /mnt/a\\\\040b ext4 defaults 0 0\\n' >PLACE/fstab",
        after='[ "$(cat PLACE/fstab)" = "/dev/x /mnt/a\\\\040b ext4 defaults,noauto 0 2" ]',
        values={"boot": "no", "opts": "defaults,noauto"},
    ),
    "a user of a web server": Case(
        "htpasswd", {"path": "PLACE/users", "name": "me", "password": "word", "mode": "0640"},
        before="printf 'other:x\\nme:old\\n' >PLACE/users",
        after="grep -q '^me:.apr1.' PLACE/users && grep -q '^other:x' PLACE/users && [ $(stat -c %a PLACE/users) = 640 ]",
        values={"msg": "Add me and ownership, perms or SE linux context changed"},
    ),
    "no user of a web server": Case(
        "htpasswd", {"path": "PLACE/users", "name": "me", "state": "absent"},
        before="printf 'other:x\\nme:old\\n' >PLACE/users", after='[ "$(cat PLACE/users)" = other:x ]',
    ),
    "a host's key": Case(
        "known_hosts", {"name": "a.example", "key": "a.example ssh-ed25519 AAAA", "path": "PLACE/ssh/known"},
        after='[ "$(cat PLACE/ssh/known)" = "a.example ssh-ed25519 AAAA" ]',
    ),
    "another key of a host, and its name hashed": Case(
        "known_hosts", {"name": "a.example", "key": "ssh-ed25519 BBBB", "path": "PLACE/known", "hash_host": True},
        before="printf 'a.example,b ssh-ed25519 AAAA\\na.example ssh-rsa CCCC\\n# a\\n' >PLACE/known",
        after="grep -q '^|1|.*|.* ssh-ed25519 BBBB' PLACE/known && [ $(wc -l <PLACE/known) -eq 3 ]",
    ),
    "no key of a host": Case(
        "known_hosts", {"name": "a.example", "state": "absent", "path": "PLACE/known"},
        before="printf 'a.example ssh-ed25519 AAAA\\nb.example ssh-rsa CCCC\\n' >PLACE/known",
        after='[ "$(cat PLACE/known)" = "b.example ssh-rsa CCCC" ]',
    ),
    "an archive of files": Case(
        "archive", {"path": ["PLACE/a", "PLACE/b*"], "dest": "PLACE/x.tar.gz", "mode": "0600"},
        before="mkdir PLACE/a; echo 1 >PLACE/a/one; echo 2 >PLACE/b2",
        after='[ "$(tar -tzf PLACE/x.tar.gz | grep -v "/$" | sort | tr "\n" " ")" = "a/one b2 " ] && [ $(stat -c %a PLACE/x.tar.gz) = 600 ]',
        values={"dest": "PLACE/x.tar.gz", "arcroot": "PLACE/"},
    ),
    "an archive but for some names": Case(
        "archive", {"path": ["PLACE/d", "PLACE/e*"], "dest": "PLACE/x.tar", "format": "tar", "exclude_path": "PLACE/e2",
                    "exclusion_patterns": ["*.log", "d/c"]},
        before="mkdir -p PLACE/d/c; for each in d/one d/x.log d/c/two e1 e2; do echo $each >PLACE/$each; done",
        after='[ "$(tar -tf PLACE/x.tar | sort | tr "\n" " ")" = "d/c/two d/one e1 " ]',
        values={"expanded_exclude_paths": ["PLACE/e2"], "missing": []},
    ),
    "what is not to be packed, in a directory that is": Case(
        "archive", {"path": "PLACE/d", "dest": "PLACE/x.tar", "format": "tar", "exclude_path": ["PLACE/d/one"]},
        before="mkdir PLACE/d; echo 1 >PLACE/d/one", after="[ $(tar -tf PLACE/x.tar) = d/one ]",
    ),
    "an archive of something else of the same size": Case(
        "archive", {"path": "PLACE/d", "dest": "PLACE/x.tar", "format": "tar"},
        before="mkdir PLACE/d; cd PLACE; echo 1 >d/one; tar -cf x.tar d/one; echo 2 >d/one; touch -r x.tar d/one",
        after="[ $(tar -xOf PLACE/x.tar) = 2 ]",
    ),
    "one file, packed": Case(
        "archive", {"path": "PLACE/one"}, before="echo 1 >PLACE/one", after='[ "$(gzip -dc PLACE/one.gz)" = 1 ]',
        values={"dest": "PLACE/one.gz", "dest_state": "compress"},
    ),
    "another control of PAM": Case(
        "pamd", {"name": "login", "path": "PLACE", "type": "auth", "control": "required", "module_path": "pam_deny.so",
                 "new_control": "[success=1 default=ignore]", "module_arguments": ["a", "b=[c d]"]},
        before="printf '# x\\nauth required  pam_deny.so\\n@include other\\nauth  requisite pam_x.so\\n' >PLACE/login",
        after="""[ "$(sed -n 2p PLACE/login)" = "$(printf 'auth\\t[success=1 default=ignore]\\tpam_deny.so a b=[c d]')" ]""",
        values={"change_count": 1},
    ),
    "a rule of PAM before another": Case(
        "pamd", {"name": "login", "path": "PLACE", "type": "auth", "control": "required", "module_path": "pam_deny.so",
                 "state": "before", "new_type": "auth", "new_control": "optional", "new_module_path": "pam_y.so"},
        before="printf 'auth required  pam_deny.so\\n' >PLACE/login",
        after="""[ "$(sed -n 1p PLACE/login)" = "$(printf 'auth\\toptional\\tpam_y.so')" ] && [ $(wc -l <PLACE/login) -eq 2 ]""",
    ),
    "an argument of PAM less": Case(
        "pamd", {"name": "login", "path": "PLACE", "type": "auth", "control": "required", "module_path": "pam_deny.so",
                 "state": "args_absent", "module_arguments": ["a"]},
        before="printf 'auth required  pam_deny.so a b\\n' >PLACE/login",
        after="""[ "$(cat PLACE/login)" = "$(printf 'auth\\trequired\\tpam_deny.so b')" ]""",
    ),
}
SETTLED = {
    "a key whose options have quotes in quotes, the second time": Case(
        "authorized_key", {"user": "root", "key": KEY, "path": "PLACE/keys", "key_options": 'no-pty,command="a \\"b\\""'},
        before=f"""printf '%s\\n' 'command="a \\"b\\"",no-pty {KEY}' >PLACE/keys; chmod 644 PLACE/keys""",
        after="[ $(stat -c %a PLACE/keys) = 644 ]", values={"mode": "0644", "state": "file"},
    ),
    "no key, and no file for it": Case(
        "authorized_key", {"user": "root", "key": KEY, "path": "PLACE/s/keys", "state": "absent"},
        after="[ ! -e PLACE/s ]", values={"state": "absent"},
    ),
}
"""What is as it should be already."""
DEBIAN = {
    "a service of firewalld": Case(
        "firewalld", {"service": "https", "state": "enabled", "permanent": True}, before="rm -f /etc/firewalld/zones/*",
        after="firewall-offline-cmd --zone=public --query-service=https",
        values={"msg": "Permanent operation, Changed service https to enabled, "
                       "(offline operation: only on-disk configs were altered)"},
    ),
    "no service of firewalld": Case(
        "firewalld", {"service": "ssh", "state": "disabled", "permanent": True, "offline": True, "zone": "public"},
        before="rm -f /etc/firewalld/zones/*", after="! firewall-offline-cmd --zone=public --query-service=ssh",
    ),
    "where firewalld sends a port": Case(
        "firewalld", {"port_forward": [{"port": "80", "proto": "tcp", "toport": "8080"}], "state": "enabled",
                      "permanent": True}, before="rm -f /etc/firewalld/zones/*",
        after="firewall-offline-cmd --query-forward-port=port=80:proto=tcp:toport=8080",
    ),
    "a target of a zone": Case(
        "firewalld", {"zone": "internal", "target": "DROP", "state": "enabled", "permanent": True},
        before="rm -f /etc/firewalld/zones/*", after="[ $(firewall-offline-cmd --zone=internal --get-target) = DROP ]",
    ),
    "no forwarding in a zone": Case(
        "firewalld", {"zone": "internal", "forward": False, "state": "enabled", "permanent": True},
        before="rm -f /etc/firewalld/zones/*; firewall-offline-cmd --zone=internal --add-forward >/dev/null 2>&1 || true",
        after="! firewall-offline-cmd --zone=internal --query-forward",
    ),
    "a zone of one's own": Case(
        "firewalld", {"zone": "mine", "state": "present", "permanent": True}, before="rm -f /etc/firewalld/zones/*",
        after="firewall-offline-cmd --get-zones | grep -qw mine",
    ),
    "a network interface from another zone": Case(
        "firewalld", {"zone": "work", "interface": "eth2", "state": "enabled", "permanent": True},
        before="rm -f /etc/firewalld/zones/*; firewall-offline-cmd --zone=internal --add-interface=eth2 >/dev/null",
        after="firewall-offline-cmd --zone=work --query-interface=eth2",
    ),
    "a chain of the firewall": Case(
        "iptables", {"chain": "INGOT", "chain_management": True}, before="iptables -X INGOT 2>/dev/null || true",
        after="iptables -S INGOT",
    ),
    "a rule of the firewall": Case(
        "iptables", {"chain": "INPUT", "protocol": "tcp", "destination_port": "8443", "ctstate": ["NEW", "ESTABLISHED"],
                     "source": "!10.0.0.0/8", "comment": "for us", "jump": "ACCEPT"},
        before="iptables -F INPUT",
        after="iptables -S INPUT | grep -q 'A INPUT ! -s 10.0.0.0/8 -p tcp -m tcp --dport 8443 .*--comment .for us. -j ACCEPT'",
    ),
    "a rule before the others": Case(
        "iptables", {"chain": "OUTPUT", "table": "nat", "jump": "ACCEPT", "action": "insert", "protocol": "udp"},
        before="iptables -t nat -F OUTPUT; iptables -t nat -A OUTPUT -j RETURN",
        after="iptables -t nat -S OUTPUT | sed -n 2p | grep -q udp",
    ),
    "a rule for pings of IPv6": Case(
        "iptables", {"chain": "INPUT", "ip_version": "ipv6", "protocol": "icmpv6", "icmp_type": "echo-request",
                     "jump": "ACCEPT"},
        before="ip6tables -F INPUT", after="ip6tables -S INPUT | grep -q -e '--icmpv6-type 128 -j ACCEPT'",
        values={"rule": "-p icmpv6 -j ACCEPT --icmpv6-type echo-request", "wait": None},
    ),
    "a rule for fragments": Case(
        "iptables", {"chain": "INPUT", "fragment": "yes", "jump": "DROP"},
        before="iptables -F INPUT", after="iptables -S INPUT | grep -q -e '-A INPUT -f -j DROP'",
    ),
    "no rule of the firewall": Case(
        "iptables", {"chain": "INPUT", "jump": "DROP", "source": "192.0.2.1", "state": "absent"},
        before="iptables -A INPUT -s 192.0.2.1 -j DROP", after="! iptables -S INPUT | grep -q 192.0.2.1",
    ),
    "a policy of the firewall": Case(
        "iptables", {"chain": "FORWARD", "policy": "DROP"}, before="iptables -P FORWARD ACCEPT",
        after="iptables -S FORWARD | grep -q 'P FORWARD DROP'",
    ),
    "an empty firewall": Case(
        "iptables", {"chain": "INPUT", "flush": True}, before="iptables -A INPUT -j ACCEPT",
        after="! iptables -S INPUT | grep -q '^-A'",
    ),
    "what ufw allows": Case(
        "ufw", {"rule": "allow", "port": "22", "proto": "tcp", "comment": "ssh"}, before="sleep 1; ufw --force reset >/dev/null",
        after="ufw show added | grep -q 'ufw allow 22/tcp comment .ssh.'",
    ),
    "what ufw limits, where it was allowed": Case(
        "ufw", {"rule": "limit", "port": "22", "proto": "tcp"},
        before="sleep 1; ufw --force reset >/dev/null; ufw allow 22/tcp >/dev/null", after="ufw show added | grep -q 'limit 22/tcp'",
    ),
    "a place for a rule of ufw, while it sleeps": Case(
        "ufw", {"rule": "allow", "src": "192.0.2.1", "insert": 0, "insert_relative_to": "first-ipv4"},
        before="sleep 1; ufw --force reset >/dev/null", after="ufw show added | grep -q 'allow from 192.0.2.1'",
    ),
    "how much ufw logs": Case(
        "ufw", {"logging": "full"}, before="ufw logging low >/dev/null", after="grep -q LOGLEVEL=full /etc/ufw/ufw.conf",
    ),
    "what ufw denies to some": Case(
        "ufw", {"rule": "deny", "src": "10.0.0.0/8", "direction": "in", "interface": "eth0"},
        before="sleep 1; ufw --force reset >/dev/null", after="ufw show added | grep -q 'deny in on eth0 from 10.0.0.0/8'",
    ),
    "what ufw does otherwise": Case(
        "ufw", {"default": "deny", "direction": "outgoing"}, before="ufw default allow outgoing >/dev/null",
        after="grep -q 'DEFAULT_OUTPUT_POLICY=\"DROP\"' /etc/default/ufw",
    ),
    "a file put aside": Case(
        "dpkg_divert", {"path": "/usr/bin/ingot-diverted", "rename": True},
        before="dpkg-divert --remove /usr/bin/ingot-diverted >/dev/null; echo x >/usr/bin/ingot-diverted",
        after="[ -e /usr/bin/ingot-diverted.distrib ] && [ ! -e /usr/bin/ingot-diverted ]",
    ),
    "a file no longer put aside": Case(
        "dpkg_divert", {"path": "/usr/bin/ingot-diverted", "state": "absent", "rename": True},
        before="dpkg-divert --local --rename --add /usr/bin/ingot-diverted >/dev/null",
        after="! dpkg-divert --list /usr/bin/ingot-diverted | grep -q .",
    ),
    "what is made by rules": Case(
        "make", {"chdir": "/srv/make", "target": "out", "params": {"WORD": "hello"}},
        before="mkdir -p /srv/make; cd /srv/make; rm -f out; printf 'out:\\n\\techo $(WORD) >out\\n' >Makefile",
        after="grep -q hello /srv/make/out", values={"command": "make out WORD=hello"},
    ),
    "parameters for an exchange of keys": Case(
        "openssl_dhparam", {"path": "/srv/dh.pem", "size": 512, "mode": "0600"}, before="rm -f /srv/dh.pem",
        after="openssl dhparam -in /srv/dh.pem -noout -text | grep -q '512 bit'",
    ),
    "a pair of keys": Case(
        "openssh_keypair", {"path": "/srv/id", "type": "ed25519", "comment": "me"}, before="rm -f /srv/id /srv/id.pub",
        after="ssh-keygen -l -f /srv/id.pub | grep -q 'me (ED25519)' && [ $(stat -c %a /srv/id) = 600 ]",
        values={"filename": "/srv/id", "size": 256},
    ),
    "a public key with another name": Case(
        "openssh_keypair", {"path": "/srv/id", "type": "rsa", "size": 2048, "comment": "you"},
        before="rm -f /srv/id*; ssh-keygen -q -t rsa -b 2048 -N '' -C me -f /srv/id",
        after="ssh-keygen -l -f /srv/id.pub | grep -q 'you (RSA)'",
    ),
    "a capability": Case(
        "capabilities", {"path": "/srv/program", "capability": "cap_net_raw+ep"},
        before="cp /bin/true /srv/program", after="getcap /srv/program | grep -q 'cap_net_raw=ep'",
    ),
    "no capability": Case(
        "capabilities", {"path": "/srv/program", "capability": "cap_net_raw", "state": "absent"},
        before="cp /bin/true /srv/program; setcap cap_net_raw,cap_chown=ep /srv/program",
        after="getcap /srv/program | grep -q 'cap_chown=ep'",
    ),
    "an entry of an access list": Case(
        "acl", {"path": "/srv/acl", "etype": "user", "entity": "nobody", "permissions": "rw", "state": "present"},
        before="rm -f /srv/acl; touch /srv/acl", after="getfacl /srv/acl 2>/dev/null | grep -q 'user:nobody:rw-'",
    ),
    "a default entry in one text": Case(
        "acl", {"path": "/srv/acl.d", "entry": "default:user:nobody:rw", "state": "present"},
        before="rm -rf /srv/acl.d; mkdir /srv/acl.d",
        after="getfacl /srv/acl.d 2>/dev/null | grep -q default:user:nobody:rw",
        values={"acl": ["user::rwx", "user:nobody:rw-", "group::r-x", "mask::rwx", "other::r-x"]},
    ),
    "no entry of an access list": Case(
        "acl", {"path": "/srv/acl", "entry": "user:nobody:rw", "state": "absent"},
        before="rm -f /srv/acl; touch /srv/acl; setfacl -m user:nobody:rw /srv/acl",
        after="! getfacl /srv/acl 2>/dev/null | grep -q user:nobody",
    ),

    "a job of a user": Case(
        "cron", {"name": "job", "user": "nobody", "hour": "1", "job": "echo"},
        before="crontab -r -u nobody 2>/dev/null || true",
        after='[ "$(crontab -l -u nobody)" = "$(printf "#Ansible: job\\n* 1 * * * echo")" ]',
    ),
    "a package on hold": Case(
        "dpkg_selections", {"name": "bash", "selection": "hold"}, before="echo bash install | dpkg --set-selections",
        after="dpkg --get-selections bash | grep -q hold", values={"before": "install", "after": "hold"},
    ),
    "an answer for debconf": Case(
        "debconf", {"name": "tzdata", "question": "tzdata/Areas", "vtype": "select", "value": "Europe"},
        before="echo tzdata tzdata/Areas select Asia | debconf-set-selections",
        after="debconf-show tzdata | grep -q 'Areas: Europe'",
    ),
    "a time zone": Case(
        "timezone", {"name": "Europe/Berlin"}, before="ln -sf /usr/share/zoneinfo/Etc/UTC /etc/localtime; rm -f /etc/timezone",
        after='[ "$(readlink /etc/localtime)" = /usr/share/zoneinfo/Europe/Berlin ] && grep -q Berlin /etc/timezone',
    ),
    "a locale": Case(
        "locale_gen", {"name": "de_DE.UTF-8"}, before="sed -i 's/^de_DE/# de_DE/' /etc/locale.gen; locale-gen >/dev/null",
        after="locale -a | grep -q de_DE.utf8 && grep -q '^de_DE.UTF-8 UTF-8' /etc/locale.gen",
    ),
    "no locale": Case(
        "locale_gen", {"name": "de_DE.UTF-8", "state": "absent"},
        before="sed -i 's/^# de_DE.UTF/de_DE.UTF/' /etc/locale.gen; locale-gen >/dev/null",
        after="! locale -a | grep -q de_DE",
    ),
    "an alternative": Case(
        "alternatives", {"name": "ingot", "path": "/usr/bin/env", "link": "/usr/bin/ingot-link", "priority": 5},
        before="update-alternatives --remove-all ingot 2>/dev/null || true",
        after='[ "$(readlink -f /usr/bin/ingot-link)" = "$(readlink -f /usr/bin/env)" ]',
    ),
    "another alternative": Case(
        "alternatives", {"name": "ingot", "path": "/bin/true"},
        before="for each in env true; do update-alternatives --install /usr/bin/ingot-link ingot "
               "$(command -v $each) 10; done; update-alternatives --install /usr/bin/ingot-link ingot /bin/true 1; "
               "update-alternatives --set ingot $(command -v env)",
        after='[ "$(readlink /etc/alternatives/ingot)" = /bin/true ]',
    ),
    "no alternative": Case(
        "alternatives", {"name": "ingot", "path": "/bin/true", "state": "absent"},
        before="update-alternatives --install /usr/bin/ingot-link ingot /bin/true 1",
        after="! update-alternatives --query ingot 2>/dev/null | grep -q 'Alternative: /bin/true'",
    ),
    "a repository": Case(
        "apt_repository", {"repo": "deb [arch=amd64] file:///srv/me@x ./", "update_cache": False},
        after='[ "$(cat /etc/apt/sources.list.d/*x.list)" = "deb [arch=amd64] file:///srv/me@x ./" ]',
        values={"state": "present"},
    ),
    "a repository that was switched off": Case(
        "apt_repository", {"repo": "deb http://a.example/debian stable main", "update_cache": False, "filename": "mine"},
        before="echo '# deb http://a.example/debian  stable main' >/etc/apt/sources.list.d/theirs.list",
        after='[ "$(cat /etc/apt/sources.list.d/theirs.list)" = "deb http://a.example/debian stable main" ] && '
              "[ ! -e /etc/apt/sources.list.d/mine.list ]",
    ),
    "no repository": Case(
        "apt_repository", {"repo": "deb http://b.example/debian stable main", "update_cache": False, "state": "absent"},
        before="echo 'deb http://b.example/debian stable main' >/etc/apt/sources.list.d/b.list",
        after="[ ! -e /etc/apt/sources.list.d/b.list ]", values={"sources_removed": ["/etc/apt/sources.list.d/b.list"]},
    ),
    "a repository in fields": Case(
        "deb822_repository", {"name": "My Repo", "uris": "http://a.example", "suites": ["x", "y"], "components": "main",
                              "signed_by": "/usr/share/keyrings/x.gpg", "trusted": True},
        after="""[ "$(cat /etc/apt/sources.list.d/my-repo.sources)" = "$(printf 'Components: main\\nX-Repolib-Name: My """
              """Repo\\nSigned-By: /usr/share/keyrings/x.gpg\\nSuites: x y\\nTrusted: yes\\nTypes: deb\\n"""
              """URIs: http://a.example')" ]""",
        values={"dest": "/etc/apt/sources.list.d/my-repo.sources"},
    ),
    "a key for apt": Case(
        "apt_key", {"file": "/tmp/ingot.asc", "keyring": "/etc/apt/trusted.gpg.d/ingot.gpg"},
        before="export GNUPGHOME=/tmp/gnupg; rm -rf $GNUPGHOME /etc/apt/trusted.gpg.d/ingot.gpg; mkdir -m 700 $GNUPGHOME; "
               "gpg --batch --quiet --passphrase '' --quick-gen-key me@here.example default default never; "
               "gpg --armor --export >/tmp/ingot.asc",
        after="gpg --show-keys /etc/apt/trusted.gpg.d/ingot.gpg | grep -q me@here.example",
    ),
}


@pytest.fixture(scope="module")
def debian_with_tools(debian_machine: Machine) -> Iterator[Machine]:
    """A Debian with the packages that these modules work with; afterwards apt has the repositories that it had."""
    debian_machine.sh(
        "apt-get update -qq && DEBIAN_FRONTEND=noninteractive "
        "apt-get install -qq --no-install-recommends locales cron gnupg tzdata iptables ufw make openssl "
        "openssh-client libcap2-bin acl firewalld >/dev/null; cp -a /etc/apt /etc/apt.before"
    )
    yield debian_machine
    debian_machine.sh("rm -rf /etc/apt; mv /etc/apt.before /etc/apt")


@pytest.mark.parametrize("case", ANYWHERE.values(), ids=ANYWHERE)
def test_anywhere(machine: Machine, place: str, case: Case) -> None:
    converges(machine, _placed(case, place))


@pytest.mark.parametrize("case", SETTLED.values(), ids=SETTLED)
def test_nothing_to_do(machine: Machine, place: str, case: Case) -> None:
    options, values = _placed(case.options, place), _placed(case.values, place)
    machine.sh(_placed(case.before, place) or "true")
    done = machine.apply(case.module, options)
    assert (done.changed, done.failed) == (False, False)
    assert {name: done.values[name] for name in values} == values
    machine.sh(_placed(case.after, place))


@pytest.mark.parametrize("case", DEBIAN.values(), ids=DEBIAN)
def test_on_debian(debian_with_tools: Machine, case: Case) -> None:
    converges(debian_with_tools, case)


def converges(machine: Machine, case: Case) -> None:
    """Check that check mode foresees the change and makes none, that it is made, and only once."""
    machine.sh(case.before or "true")
    checked = machine.apply(case.module, case.options, check=True)
    assert checked.changed, checked.values
    done = machine.apply(case.module, case.options)
    assert done.changed, done.values
    assert not done.failed
    assert {name: done.values[name] for name in case.values} == case.values
    machine.sh(case.after)
    again = machine.apply(case.module, case.options)
    assert not again.changed, again.values
    assert not again.failed
    machine.sh(case.after)


def _placed(value: Any, place: str) -> Any:
    """Return a value with the directory of the test in it."""
    if isinstance(value, str):
        return value.replace("PLACE", place)
    if isinstance(value, dict):
        return {key: _placed(each, place) for key, each in value.items()}
    if isinstance(value, Case):
        return Case(*(_placed(each, place) for each in value))
    return [_placed(each, place) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("options", "message"), [
    ({"service": "http", "state": "enabled", "offline": True}, "offline cannot be enabled unless permanent"),
    ({"service": "http", "state": "enabled"}, "not currently running"),
    ({"service": "http", "zone": "public", "state": "present", "permanent": True}, "only be used in zone level"),
])
def test_what_firewalld_cannot_do_asleep(debian_with_tools: Machine, options: dict[str, Any], message: str) -> None:
    done = debian_with_tools.apply("firewalld", options)
    assert done.failed
    assert message in done.values["msg"]


def test_an_empty_name_takes_nothing(machine: Machine, place: str) -> None:
    machine.sh(f"printf 'MAILTO=x\\n#Ansible: a\\n* * * * * root a\\n' >{place}/t")
    done = machine.apply("cron", {"name": "", "cron_file": f"{place}/t", "state": "absent"})
    assert (done.changed, done.failed, done.values["jobs"], done.values["envs"]) == (False, False, ["a"], ["MAILTO"])


def test_what_cannot_be_mounted_is_not_in_the_table(machine: Machine, place: str) -> None:
    machine.sh(f"printf '/dev/y / ext4 defaults 0 1\\n' >{place}/fstab")
    options = {"path": f"{place}/at/it", "src": "/dev/nothing", "fstype": "ext4", "fstab": f"{place}/fstab"}
    done = machine.apply("mount", {**options, "state": "mounted"})
    assert done.failed
    assert machine.sh(f"cat {place}/fstab") == "/dev/y / ext4 defaults 0 1\n"
    machine.sh(f"[ ! -e {place}/at ]")
