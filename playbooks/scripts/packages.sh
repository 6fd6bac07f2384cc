#!/bin/sh
set -eu
apt-get update
apt-get install --yes --no-install-recommends ca-certificates
dpkg-query --show > /tmp/packages.txt
