#!/usr/bin/env bash
# What the tests of live hosts need: an OpenSSH server and client, from Debian.
# The server is not started here; each test starts its own, on loopback, with
# its own keys. They fail without one if RUNBOOK_SSHD is "required", else they skip.
set -euo pipefail

missing=()
[[ -x /usr/sbin/sshd ]] || missing+=(openssh-server)
command -v ssh >/dev/null || missing+=(openssh-client)
command -v ssh-keygen >/dev/null || [[ " ${missing[*]-} " == *' openssh-client '* ]] || missing+=(openssh-client)
if ((${#missing[@]})); then
	# The package would start a server for the machine, which nobody asked for.
	if [[ ! -e /usr/sbin/policy-rc.d ]]; then
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
		chmod 755 /usr/sbin/policy-rc.d
		trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	fi
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
fi
# As root, sshd wants the directory that its service would make.
if [[ $(id -u) == 0 ]]; then
	mkdir -p /run/sshd
fi
/usr/sbin/sshd -V 2>&1 | tail -n 1 || true
