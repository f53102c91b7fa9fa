#!/bin/sh
# One curl for each path of a file.
#
# usage: each.sh ROOT FILE CA_FILE HEADER_FILE
set -eu
while read -r path; do
  curl --http1.1 --silent --show-error --fail --cacert "$3" --header "@$4" "$1/v1.0/$path"
done < "$2"
