"""The crates that a program is made of, for a target and without what only tests and builds use."""

import json
import subprocess


def output(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def is_macro(package):
    """Whether it runs in the compiler and is no part of the program."""
    return any("proc-macro" in target["kind"] for target in package["targets"])


def linked(target, cargo):
    """All packages by id, the id of the program, and for each linked id those it depends on."""
    metadata = json.loads(
        output(cargo, "metadata", "--format-version=1", "--locked", f"--filter-platform={target}")
    )
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    used, waiting = {}, [root]
    while waiting:
        at = waiting.pop()
        if at in used:
            continue
        used[at] = [
            dependency["pkg"]
            for dependency in nodes[at]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
            and not is_macro(packages[dependency["pkg"]])
        ]
        waiting += used[at]
    return packages, root, used
