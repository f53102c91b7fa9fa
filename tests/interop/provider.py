"""Proves that an OpenID provider that knows nothing of mgd (npm oidc-provider) takes its secret
and its assertions, and refuses wrong ones; curl calls with the header that mgd prints."""

import json
import os
import pathlib
import selectors
import subprocess

from checks import same

SCRIPT = pathlib.Path(__file__).with_name("provider.mjs")
SECRET = "s3cr&t +/=%~\"'"
SECRET_CLIENT = "5d0f4b0a-71ce-4f0e-8a55-1b7ce04f6e01"
KEY_CLIENT = "5d0f4b0a-71ce-4f0e-8a55-1b7ce04f6e02"


class Provider:
    """The provider's process, from here to `close`."""

    def __init__(self, program, keys, modules):
        self.program = program
        self.keys = keys
        settings = keys.path("provider.json")
        settings.write_text(json.dumps({
            "secretClient": SECRET_CLIENT,
            "secret": SECRET,
            "keyClient": KEY_CLIENT,
            "certificate": str(keys.path("application.pem")),
        }))
        self.log = keys.path("provider.log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["node", str(SCRIPT), str(settings)],
                cwd=modules,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.origin = self.first_line()

    def first_line(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            line = self.process.stdout.readline() if selector.select(30) else ""
        if not line:
            self.close()
            raise RuntimeError(f"the provider did not start:\n{self.log.read_text()}")
        return line.strip()

    def close(self):
        self.process.kill()
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()

    def checks(self, tally):
        users = self.program.users
        for name, parameters in {
            "client_secret_post": self.secret(SECRET),
            "private_key_jwt PS256": self.certificate("application"),
            "private_key_jwt RS256": self.thumbprint("application"),
        }.items():
            tally.check(f"oidc-provider takes {name}", users, parameters)
        for name, parameters in {
            "a wrong secret": self.secret(SECRET + "x"),
            "a stranger's certificate and key": self.certificate("stranger"),
            "the right thumbprint with a stranger's key": self.thumbprint("stranger"),
        }.items():
            tally.check(f"oidc-provider refuses {name}", self.refused, parameters)
        name = "curl -H @- takes what mgd token --header prints"
        if "token" in self.program.commands():
            tally.check(name, self.curl)
        else:
            tally.skip(name, "this mgd has no command token")

    def refused(self, parameters):
        stderr = self.program.refusal(parameters)
        if "invalid_client" not in stderr or SECRET in stderr:
            raise AssertionError(f"stderr says:\n{stderr}")

    def curl(self):
        header = self.program.run(self.secret(SECRET), "token", "--header")
        same("exit code and stderr", (0, ""), (header.returncode, header.stderr))
        command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20"]
        page = subprocess.run(
            [*command, "--header", "@-", f"{self.origin}/v1.0/users"],
            env={"PATH": os.environ["PATH"]},
            input=header.stdout,
            capture_output=True,
            text=True,
            timeout=30,
        )
        same("what curl got", ('{"value":[{"id":"1"}]}', ""), (page.stdout, page.stderr))

    def secret(self, secret):
        return {**self.common(SECRET_CLIENT), "secret": secret}

    def certificate(self, name):
        return {
            **self.common(KEY_CLIENT),
            "certificate_file": str(self.keys.path(f"{name}.pem")),
            "private_key_file": str(self.keys.path(f"{name}.key")),
        }

    def thumbprint(self, name):
        return {
            **self.common(KEY_CLIENT),
            "thumbprint": self.keys.thumbprint,
            "private_key_file": str(self.keys.path(f"{name}.key")),
        }

    def common(self, client):
        return {
            "oidc_authority": f"{self.origin}/oidc",
            "client_id": client,
            "scope": [f"{self.origin}/.default"],
            "endpoint": f"{self.origin}/v1.0/users",
            "token_cache": "none",
        }
