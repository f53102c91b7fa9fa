"""Everything that the parts stand on: the folder, the files, the servers and the commands."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass

import child
import keys
import pages
from nginx import TENANT, TOKEN, Nginx
from slow import Slow

CLIENT = "a94c27e0-15bd-4e6f-93d8-7b0f5c21e6da"


@dataclass
class Ports:
    graph: int
    login: int
    plain: int
    slow: int


class Ground:
    """`quick` makes one small run of everything."""

    def __init__(self, options):
        self.mgd = options.mgd
        self.symbols = options.symbols
        self.folder = options.folder
        self.files = options.folder / "files"
        self.quick = options.quick
        first = options.port
        self.ports = Ports(first, first + 1, first + 2, first + 3)
        self.graph, self.plain, self.slow_root = (
            f"{scheme}://127.0.0.1:{port}"
            for scheme, port in (
                ("https", self.ports.graph),
                ("http", self.ports.plain),
                ("https", self.ports.slow),
            )
        )
        self.pages = 100 if self.quick else pages.COUNT
        self.here = options.here
        self.sdk = self.folder / "sdk" if options.sdk else None
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        python = [str(self.folder / "python")] + ([str(self.sdk)] if self.sdk else [])
        self.environment["PYTHONPATH"] = os.pathsep.join(python)

    def __enter__(self):
        for port in vars(self.ports).values():
            free(port)
        print(f"bench: {self.pages} pages, a large one, and keys", flush=True)
        pages.write(self.files, self.graph, self.plain, self.pages)
        keys.make(self.folder / "keys")
        self.ca_file = self.folder / "keys" / "ca.pem"
        self.header = self.folder / "header"
        self.header.write_text(f"Authorization: Bearer {TOKEN}\n")
        self.token = self.folder / "token"
        self.token.write_text(TOKEN)
        for root, name in ((self.graph, "graph"), (self.plain, "plain"), (self.slow_root, "slow")):
            self.write_parameters(name, root)
        self.nginx = Nginx(self.files, self.folder / "nginx", self.folder / "keys", self.ports)
        try:
            folders = (self.files / "pages", self.folder / "keys")
            self.slow = Slow(*folders, self.ports.slow, self.graph)
        except BaseException:
            self.nginx.close()
            raise
        return self

    def __exit__(self, *_):
        self.slow.close()
        self.nginx.close()

    def write_parameters(self, name, root):
        common = {
            "authority": f"https://127.0.0.1:{self.ports.login}/{TENANT}",
            "client_id": CLIENT,
            "scope": [f"{root}/.default"],
            "secret": "a secret of no tenant",
            "endpoint": f"{root}/v1.0/users",
            "ca_file": str(self.ca_file),
        }
        self.cache(name).unlink(missing_ok=True)
        for file, parameters in (
            (name, common | {"token_cache": str(self.cache(name))}),
            (f"{name}.sample", common),
        ):
            self.parameters(file).write_text(json.dumps(parameters, indent=2) + "\n")

    def parameters(self, name):
        return self.folder / f"{name}.json"

    def cache(self, name):
        return self.folder / f"{name}.cache.json"

    def link(self, count, root=None):
        """Where a listing of so many pages begins."""
        return pages.link(root or self.graph, pages.start(count))

    def size(self, count, folder="pages"):
        """Bytes of such a listing."""
        files = (self.files / folder / f"{n}.json" for n in range(pages.start(count), pages.COUNT))
        return sum(file.stat().st_size for file in files)

    def get(self, url, *options, name="graph", program=None):
        parameters = ("--parameters", self.parameters(name))
        return words(program or self.mgd, "get", url, *parameters, *options)

    def curl(self, url):
        """`[A-B]` in the URL fetches a row of them in one process."""
        shown = ("--silent", "--show-error", "--fail", "--output", "/dev/null")
        token = ("--cacert", self.ca_file, "--header", f"@{self.header}")
        return words("curl", "--http1.1", *shown, *token, url)

    def curl_pages(self, count):
        first = pages.start(count)
        return self.curl(f"{self.graph}/v1.0/users?$top={pages.USERS}&$skiptoken=[{first}-1000]")

    def loop(self, count):
        script = self.here / "clients" / "loop.sh"
        return words("sh", script, self.link(count), self.ca_file, self.header)

    def each(self, file):
        script = self.here / "clients" / "each.sh"
        return words("sh", script, self.slow_root, file, self.ca_file, self.header)

    def sample(self, count, cache=None):
        """The MSAL sample, with its token in a file or in memory."""
        parameters = self.parameters("graph.sample")
        more = (cache,) if cache else ()
        return self.python("sample.py", parameters, self.link(count), *more)

    def graph_sdk(self, count):
        return self.python("sdk.py", self.graph, self.link(count), self.ca_file, self.token)

    def python(self, script, *arguments):
        # Not what PATH finds, which may be a wrapper.
        return words(sys.executable, "-B", self.here / "clients" / script, *arguments)

    def run(self, command, stdout=subprocess.DEVNULL):
        """Runs a command that must work; gives its output if that is to be kept."""
        return child.run(command, self.environment, stdout)

    def knows(self, *arguments, word):
        """Whether the help of mgd mentions it."""
        command = [str(self.mgd), "help", *arguments]
        run = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        return run.returncode == 0 and word in run.stdout


def free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SystemExit(f"bench: port {port} is taken; PORT=N takes four from N on") from None


def words(*arguments):
    return [str(argument) for argument in arguments]
