#!/bin/sh
# Installs what tests/packaging/test_image.py builds and runs the image with, and each further program that is named, from
# the package of its name:
#
#     sudo action/ci/install-container-tools.sh chromium curl jq
#
# Debian or Ubuntu; run it as root. A second call waits for the first one.
set -eu

if [ "$(id -u)" -ne 0 ]; then
    echo "install-container-tools: run it as root, with sudo for example" >&2
    exit 64
fi
exec 9<"$0"
flock 9
packages=
for program in buildah podman runc mmdebstrap "$@"; do
    command -v "$program" >/dev/null || packages="$packages $program"
done
[ -n "$packages" ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet --quiet
# shellcheck disable=SC2086 # a word for each package
apt-get install --yes --quiet --quiet --no-install-recommends ca-certificates debian-archive-keyring $packages >&2 9>&-
