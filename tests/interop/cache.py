"""Proves that mgd and MSAL Python find each other's tokens in one cache file, without a token
request, and leave each other's entries alone."""

import os
import pathlib
import re

import msal

from checks import same
from login import AUTHORITY, GRAPH

CLIENT = "a94c27e0-15bd-4e6f-93d8-7b0f5c21e6da"
SECRET = "a secret that nobody asks for"
SCOPE = f"{GRAPH}/.default"
OTHER_SCOPE = "https://vault.azure.net/.default"


class Cache:
    def __init__(self, program, login, folder):
        self.program = program
        self.login = login
        self.file = folder / "msal_token_cache.json"

    def checks(self, tally):
        tally.check("MSAL finds mgd's token in the cache", self.msal_finds_mgds)
        tally.check("mgd finds MSAL's token in the cache", self.mgd_finds_msals)
        tally.check("mgd and MSAL write to one cache file in turn", self.in_turn)
        tally.check("the recipe in docs/recipes.md finds mgd's token with MSAL", self.recipe)

    def msal_finds_mgds(self):
        self.file.unlink(missing_ok=True)
        token = self.asked(1, self.mgd)
        same("MSAL's token", token, self.asked(0, self.msal))

    def mgd_finds_msals(self):
        self.file.unlink(missing_ok=True)
        token = self.asked(1, self.msal)
        same("mgd's token", token, self.asked(0, self.mgd))

    def recipe(self):
        text = (pathlib.Path(__file__).parents[2] / "docs/recipes.md").read_text(encoding="utf-8")
        (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        self.file.unlink(missing_ok=True)
        token = self.asked(1, self.mgd)
        same("the recipe's token", token, self.asked(0, lambda _: self.executed(code)))

    def executed(self, code):
        names = {
            "CACHE": str(self.file), "CLIENT_ID": CLIENT, "AUTHORITY": AUTHORITY,
            "SECRET": SECRET, "SCOPE": SCOPE,
        }
        own = {"https_proxy": self.login.proxy, "REQUESTS_CA_BUNDLE": self.login.ca_file}
        os.environ.update({name: str(value) for name, value in own.items()})
        try:
            exec(code, names)
        finally:
            for name in own:
                del os.environ[name]
        return names["token"]

    def in_turn(self):
        self.file.unlink(missing_ok=True)
        of_msal = self.asked(1, self.msal)
        of_mgd = self.asked(1, self.mgd, OTHER_SCOPE)
        same("MSAL's token after mgd wrote", of_msal, self.asked(0, self.msal))
        same("mgd's token in MSAL", of_mgd, self.asked(0, self.msal, OTHER_SCOPE))
        self.asked(1, self.msal, "https://management.azure.com/.default")
        same("mgd's token after MSAL wrote", of_mgd, self.asked(0, self.mgd, OTHER_SCOPE))

    def asked(self, times, client, scope=SCOPE):
        """The client's token, which must cost this many token requests."""
        before = len(self.login.posts())
        token = client(scope)
        same("token requests", times, len(self.login.posts()) - before)
        return token

    def mgd(self, scope):
        """The token with which mgd calls Graph."""
        self.program.users({
            "authority": AUTHORITY,
            "client_id": CLIENT,
            "secret": SECRET,
            "scope": [scope],
            "token_cache": str(self.file),
            "proxy": self.login.proxy,
            "ca_file": self.login.ca_file,
        })
        return self.login.graph()[-1].headers["authorization"].removeprefix("Bearer ")

    def msal(self, scope):
        """The token of an MSAL that has read the file, and writes it as its documentation says."""
        cache = msal.SerializableTokenCache()
        if self.file.exists():
            cache.deserialize(self.file.read_text())
        application = msal.ConfidentialClientApplication(
            CLIENT,
            client_credential=SECRET,
            authority=AUTHORITY,
            token_cache=cache,
            proxies={"https": self.login.proxy},
            verify=self.login.ca_file,
        )
        token = application.acquire_token_for_client([scope])
        if cache.has_state_changed:
            self.file.write_text(cache.serialize())
        return token["access_token"]
