"""Holds mgd against programs that others wrote: MSAL Python, PyJWT, oidc-provider and curl.
`make interop` installs them and starts this. Everything is on loopback; keys and files are made
anew in the folder that is named."""

import json
import os
import pathlib
import shutil
import signal
import sys
from importlib.metadata import version

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# Seconds for everything, should a program hang.
BOUND = 300

for variable in os.environ.copy():
    # requests would prefer them to what it is told.
    if variable.lower() in PROXIES or variable in BUNDLES:
        del os.environ[variable]

from cache import Cache
from checks import Tally
from keys import Keys
from login import HOSTS, Login
from program import Program
from provider import Provider
from request import Request


def main(mgd, folder, modules):
    os.umask(0o077)
    folder = pathlib.Path(folder).resolve()
    modules = pathlib.Path(modules).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    keys = Keys(folder, HOSTS)
    program = Program(pathlib.Path(mgd).resolve(), folder)
    tally = Tally()
    manifest = modules / "node_modules/oidc-provider/package.json"
    versions = {name: version(name) for name in ("msal", "pyjwt")}
    versions["oidc-provider"] = json.loads(manifest.read_text())["version"]
    print("against", ", ".join(" ".join(item) for item in versions.items()), flush=True)
    login = Login(keys)
    try:
        Cache(program, login, folder).checks(tally)
        Request(program, login, keys).checks(tally)
    finally:
        login.close()
    provider = Provider(program, keys, modules)
    try:
        provider.checks(tally)
    finally:
        provider.close()
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


def give_up(*_):
    # No Exception: a check must not take it for its own.
    raise SystemExit(f"interop: not done after {BOUND} s")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: run.py PROGRAM FOLDER MODULES")
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(BOUND)
    sys.exit(main(*sys.argv[1:]))
