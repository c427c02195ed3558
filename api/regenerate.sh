#!/bin/sh
# Generates the OpenAPI documents of this project from the pinned SDK. With --check,
# generates them in a temporary directory, and fails if a committed document differs.
# The documents of this list are embedded, and object.s3, which is written by hand: the
# SDK has no client for Object Storage.
set -eu
cd "$(dirname "$0")"

apis="
    account/v3 cockpit/v1 container/v1 container/v1beta1 domain/v2beta1 function/v1beta1 iam/v1alpha1 ipam/v1
    key_manager/v1alpha1 lb/v1 rdb/v1 registry/v1 secret/v1beta1 vpc/v2 vpcgw/v2
"

case "${1:-}" in
"") out=$(pwd) ;;
--check) out=$(mktemp -d) && trap 'rm -rf "$out"' EXIT ;;
*) echo "usage: $0 [--check]" >&2 && exit 2 ;;
esac

# Word splitting of the list is intended.
# shellcheck disable=SC2086
(cd openapi-from-sdk && go run . -out "$out" $apis)

if [ "${1:-}" = --check ]; then
    for api in $apis; do
        file="$(echo "$api" | tr / .).json"
        diff -u "$file" "$out/$file"
    done
fi
