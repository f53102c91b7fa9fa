#!/bin/sh
# A listing by curl and jq, as scripts do it: every page is fetched, its items are written one a
# line, and the link to the next is read from it.
#
# usage: loop.sh URL CA_FILE HEADER_FILE
set -eu
url=$1
page=$(mktemp)
trap 'rm -f "$page"' EXIT
while [ -n "$url" ]; do
  curl --http1.1 --silent --show-error --fail --cacert "$2" --header "@$3" --output "$page" "$url"
  jq --compact-output '.value[]' "$page"
  url=$(jq --raw-output '."@odata.nextLink" // empty' "$page")
done
