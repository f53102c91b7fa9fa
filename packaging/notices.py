"""Writes the notices of everything that a static program is made of, on stdout.

usage: notices.py TARGET CARGO MUSL, where MUSL is the file COPYRIGHT of musl

The licences of MIT, BSD, ISC and others ask that their text goes along with a program. Equal texts
stand once, under the names of all that they belong to. The same input gives the same bytes.
"""

import pathlib
import re
import sys

from crates import linked

NAMES = re.compile(r"(licen[cs]e|copying|notice|copyright|unlicense)", re.IGNORECASE)
STD = """The Rust standard library is copyright The Rust Project Contributors, and is used under the
Apache License, Version 2.0, whose text is LICENSE-APACHE in this archive."""


def texts(name, folder):
    """The licence files of a crate, those of code that it includes too."""
    found = list(licence_files(folder))
    if not found:
        sys.exit(f"notices: {name}: no licence file in {folder}")
    return found


def licence_files(folder):
    for path in sorted(folder.rglob("*")):
        depth = len(path.relative_to(folder).parts)
        if path.is_file() and depth <= 3 and NAMES.match(path.name) and path.suffix not in (".rs", ".py"):
            yield path.read_text(encoding="utf-8", errors="replace").strip()


def main():
    target, cargo, musl = sys.argv[1:]
    packages, root, used = linked(target, cargo)
    owners = {}
    for at in used:
        if at == root:
            continue
        package = packages[at]
        name = f"{package['name']} {package['version']}"
        folder = pathlib.Path(package["manifest_path"]).parent
        for text in texts(name, folder):
            owners.setdefault(re.sub(r"\s+", " ", text), (text, []))[1].append(name)
    print("mgd is made of the following works of others, each under the terms below it.")
    sections = [(["the Rust standard library"], STD), (["musl"], pathlib.Path(musl).read_text(encoding="utf-8").strip())]
    sections += sorted((sorted(set(names)), text) for text, names in owners.values())
    for names, text in sections:
        print(f"\n{'=' * 80}\n{', '.join(names)}\n{'-' * 80}\n\n{text}")


main()
