#!/bin/sh
# Installs what tests/packaging/test_image.py builds and runs the image with. Debian or Ubuntu; run it as root.
set -eu

if [ "$(id -u)" -ne 0 ]; then
    echo "install-container-tools: run it as root, with sudo for example" >&2
    exit 64
fi
for program in buildah podman runc mmdebstrap; do
    command -v "$program" >/dev/null || missing=yes
done
[ "${missing:-}" = yes ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet --quiet
apt-get install --yes --quiet --quiet --no-install-recommends \
    buildah ca-certificates debian-archive-keyring mmdebstrap podman runc
