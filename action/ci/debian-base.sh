#!/bin/sh
# Prints the path of an archive with Debian's Python and nothing more, made on the first call. Run it as root. A second
# call waits for the first one.
#
# tests/packaging builds the action's image on it: it stands in for the base image, which comes from a registry. So it
# is laid out as the official image is, with pip in /usr/local, and is as slim, without documentation.
# .ci/fresh-debian runs the project in it.
set -eu

cache=${XDG_CACHE_HOME:-/var/cache}/lpcac-test
archive=$cache/debian-$(sha256sum "$0" | cut -c 1-16).tar
mkdir -p "$cache"
exec 9<"$0"
flock 9
if [ ! -e "$archive" ]; then
    sh "$(dirname "$0")/install-container-tools.sh" 9>&-
    draft=$archive.$$.tar
    trap 'rm -f "$draft"' EXIT
    mmdebstrap --quiet --variant=minbase --include=ca-certificates,python3,python3-venv --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --customize-hook='chroot "$1" python3 -m venv /usr/local' \
        --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*' \
        bookworm "$draft" >&2 9>&-
    mv "$draft" "$archive"
fi
echo "$archive"
