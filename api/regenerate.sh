#!/bin/sh
# Generates the OpenAPI documents in this directory again from the pinned SDK. Arguments name
# APIs to add (`block/v1` writes `block.v1.json`). With --check, generates the documents in a
# temporary directory, and fails if a committed document differs.
# The files in this directory are the list: each one is embedded. Those with an `x-protocol` are
# written by hand, because the SDK has no client for the protocols of AWS.
set -eu
cd "$(dirname "$0")"

check=
case "${1:-}" in
--check) check=yes && shift ;;
-*) echo "usage: $0 [--check] [PRODUCT/VERSION...]" >&2 && exit 2 ;;
esac

apis=
for file in *.json; do
    name=${file%.json}
    grep -q '"x-protocol"' "$file" || apis="$apis ${name%.*}/${name##*.}"
done
for api in "$@"; do
    case "$api" in
    */*) ;;
    *) echo "$0: \"$api\" does not have the format PRODUCT/VERSION, such as block/v1" >&2 && exit 2 ;;
    esac
    [ -e "$(echo "$api" | tr / .).json" ] || apis="$apis $api"
done

if [ -n "$check" ]; then
    out=$(mktemp -d) && trap 'rm -rf "$out"' EXIT
else
    out=$(pwd)
fi

# Word splitting of the list is intended.
# shellcheck disable=SC2086
(cd openapi-from-sdk && go run . -out "$out" $apis)

if [ -n "$check" ]; then
    for api in $apis; do
        file="$(echo "$api" | tr / .).json"
        diff -u "$file" "$out/$file"
    done
fi
