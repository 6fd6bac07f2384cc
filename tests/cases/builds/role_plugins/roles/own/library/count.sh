#!/bin/sh
. "$1"
if [ "$up" = never ]; then echo '{"failed": true, "msg": "it cannot count to that"}'; exit 1; fi
echo "noise" >&2
echo "{\"changed\": true, \"up\": $up}"
