"""What a daemon does that was written after Microsoft's quickstart, MSAL Python and requests, and
that follows the next link. Its data is on stdout, an item a line.

usage: sample.py PARAMETERS.json URL [CACHE]

PARAMETERS.json has the sample's keys, and `ca_file`. Without CACHE, tokens stay in memory, as in
the sample."""

import json
import pathlib
import sys

import msal
import requests


def main(parameters, url, cache_file=None):
    config = json.loads(pathlib.Path(parameters).read_text())
    cache = msal.SerializableTokenCache()
    if cache_file and pathlib.Path(cache_file).exists():
        cache.deserialize(pathlib.Path(cache_file).read_text())
    application = msal.ConfidentialClientApplication(
        config["client_id"],
        client_credential=config["secret"],
        authority=config["authority"],
        token_cache=cache,
        verify=config["ca_file"],
        # Else it would ask Microsoft about a host that is on loopback.
        instance_discovery=False,
    )
    result = application.acquire_token_for_client(scopes=config["scope"])
    if "access_token" not in result:
        sys.exit(f"{result.get('error')}: {result.get('error_description')}")
    if cache_file and cache.has_state_changed:
        pathlib.Path(cache_file).write_text(cache.serialize())

    session = requests.Session()
    session.verify = config["ca_file"]
    session.headers["Authorization"] = "Bearer " + result["access_token"]
    session.headers["Accept-Encoding"] = "identity"
    while url:
        answer = session.get(url, timeout=60)
        answer.raise_for_status()
        page = answer.json()
        for item in page["value"]:
            print(json.dumps(item))
        url = page.get("@odata.nextLink")


main(*sys.argv[1:])
