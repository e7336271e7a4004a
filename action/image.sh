#!/bin/sh
# Gives this action's image a name on this machine, for steps that run one of lpcac's commands without the action:
#
#     lpcac/action/image.sh NAME
#
# A release names its image in action.yml, by the digest; that is pulled. A branch names the Dockerfile; that is built.
set -eu
cd "$(dirname "$0")/.."
image=$(sed -n 's|^  image: docker://||p' action.yml)
if [ -n "$image" ]; then
    docker pull --quiet "$image"
    docker tag "$image" "$1"
else
    docker build --quiet --tag "$1" .
fi
