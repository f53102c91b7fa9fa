"""The same listing by Microsoft's Graph SDK for Python and its PageIterator, with a token that is
at hand. An id a line is on stdout.

usage: sdk.py ROOT URL CA_FILE TOKEN_FILE"""

import asyncio
import pathlib
import ssl
import sys

import httpx
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph_core.tasks.page_iterator import PageIterator


class FixedToken(AccessTokenProvider):
    def __init__(self, token):
        self.token = token

    async def get_authorization_token(self, uri, additional_authentication_context=None):
        return self.token

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([])


async def main(root, url, ca_file, token_file):
    token = pathlib.Path(token_file).read_text().strip()
    client = httpx.AsyncClient(
        verify=ssl.create_default_context(cafile=ca_file),
        headers={"Accept-Encoding": "identity"},
        timeout=60,
    )
    provider = BaseBearerTokenAuthenticationProvider(FixedToken(token))
    adapter = GraphRequestAdapter(provider, client)
    adapter.base_url = root + "/v1.0"
    graph = GraphServiceClient(request_adapter=adapter)
    first = await graph.users.with_url(url).get()

    def show(item):
        print(item.id)
        return True

    await PageIterator(first, adapter).iterate(show)
    await client.aclose()


asyncio.run(main(*sys.argv[1:]))
