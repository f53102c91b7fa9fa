"""The machine and the versions of everything, for the head of the results."""

import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess


def preface(ground):
    mode = " **A quick run: one small run of everything, no figures to quote.**"
    return [
        "Ratios of programs that were run in turn on one machine, against servers on its loopback;"
        f" the output of all goes to `/dev/null`.{mode if ground.quick else ''}",
        "",
        f"- Machine: {os.cpu_count()} cores, {model()}, {platform.system()} {platform.release()}",
        f"- `mgd`: {program(ground.mgd)}",
        f"- Beside it: {', '.join(versions(ground))}",
    ]


def model():
    info = pathlib.Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.*)", info.read_text() if info.exists() else "", re.M)
    return found.group(1).strip() if found else platform.machine()


def program(mgd):
    shown = pathlib.Path(os.path.relpath(mgd))
    if shown.parts[0] == "..":
        shown = shown.name
    linked = "static" if is_static(mgd) else "linked dynamically"
    return f"{first_line(str(mgd), '--version')}, `{shown}`, {linked}"


def is_static(mgd):
    """Static programs name no loader."""
    run = subprocess.run(["ldd", str(mgd)], capture_output=True, text=True, env={"LC_ALL": "C"})
    text = run.stdout + run.stderr
    return "statically linked" in text or "not a dynamic executable" in text


def versions(ground):
    yield first_line("nginx", "-v").replace("nginx version: nginx/", "nginx ")
    yield " ".join(first_line("curl", "--version").split()[:2])
    yield first_line("jq", "--version").replace("-", " ")
    yield " ".join(first_line("openssl", "version").split()[:2])
    yield f"Python {platform.python_version()}"
    folders = [ground.folder / "python"] + ([ground.sdk] if ground.sdk else [])
    wanted = {"msal", "requests", "msgraph-sdk"}
    for each in importlib.metadata.distributions(path=[str(folder) for folder in folders]):
        if each.metadata["Name"] in wanted:
            wanted.remove(each.metadata["Name"])
            yield f"{each.metadata['Name']} {each.version}"
    yield first_line("hyperfine", "--version")
    yield first_line("valgrind", "--version").replace("-", " ")


def first_line(*command):
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return (run.stdout + run.stderr).strip().partition("\n")[0]
