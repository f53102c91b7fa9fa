"""mgd as the scripts run it: with parameters of its own and nothing from the environment."""

import json
import os
import subprocess

from checks import same

USERS = [{"id": "1"}]


class Program:
    def __init__(self, path, folder):
        self.path = path
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}

    def commands(self):
        """What `mgd --help` names as commands."""
        text = self.call("--help").stdout.partition("Commands:")[2].partition("\n\n")[0]
        return {line.split()[0] for line in text.splitlines() if line[:3].strip()}

    def run(self, parameters, *command):
        """Runs mgd with these parameters."""
        return self.call(*(command or ["get"]), "--parameters", self.parameters(parameters))

    def users(self, parameters):
        """Lists, which must work."""
        run = self.run(parameters)
        same("exit code and stderr", (0, ""), (run.returncode, run.stderr))
        same("what was listed", {"value": USERS}, json.loads(run.stdout))

    def refusal(self, parameters):
        """Lists, which must end with a token that was refused; gives stderr."""
        run = self.run(parameters)
        same("exit code and stdout", (3, ""), (run.returncode, run.stdout))
        return run.stderr

    def parameters(self, parameters):
        path = self.folder / "parameters.json"
        path.write_text(json.dumps(parameters, indent=2))
        return str(path)

    def call(self, *arguments):
        return subprocess.run(
            [self.path, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
