#!/bin/sh
set -eu
install -D -m 0644 /tmp/app.conf /etc/app/app.conf
echo "app $APP_VERSION" > /etc/app/version
