"""Writes what a program is made of, as CycloneDX 1.5, on stdout.

usage: sbom.py TARGET STD RUSTC CARGO ZIG-VERSION

From Cargo.lock, for the target and without what only tests and builds use. The same input gives
the same bytes: there is no date in it, and its serial number is a hash of its content.
"""

import hashlib
import json
import re
import sys
import uuid

from crates import linked, output


def checksums():
    """From Cargo.lock: the SHA-256 of each crate."""
    with open("Cargo.lock", encoding="utf-8") as lock:
        found = re.findall(r'name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"', lock.read())
    return {(name, version): checksum for name, version, checksum in found}


def component(package, hashes):
    name, version = package["name"], package["version"]
    purl = f"pkg:cargo/{name}@{version}"
    found = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if package["license"]:
        # Older crates write a slash for OR.
        found["licenses"] = [{"expression": re.sub(r" */ *", " OR ", package["license"])}]
    if (name, version) in hashes:
        found["hashes"] = [{"alg": "SHA-256", "content": hashes[name, version]}]
    return found


def main():
    target, std, rustc, cargo, zig = sys.argv[1:]
    packages, root, used = linked(target, cargo)
    hashes = checksums()
    components = {at: component(packages[at], hashes) for at in used}
    program = components.pop(root) | {"type": "application"}
    release = output(rustc, "--version").split()[1]
    std_ref, libc_ref = f"std@{release}", "musl"
    ground = [
        {
            "type": "library",
            "bom-ref": std_ref,
            "name": "std",
            "version": release,
            "description": f"Rust's standard library, from {std}",
            "licenses": [{"expression": "MIT OR Apache-2.0"}],
        },
        {
            "type": "library",
            "bom-ref": libc_ref,
            "name": "musl",
            "description": f"the C library, as zig {zig} has it",
            "licenses": [{"expression": "MIT"}],
        },
    ]
    depends = {
        packages[at]["name"] + packages[at]["version"]: {
            "ref": component(packages[at], hashes)["bom-ref"],
            "dependsOn": sorted(component(packages[to], hashes)["bom-ref"] for to in normal),
        }
        for at, normal in used.items()
    }
    depends[packages[root]["name"] + packages[root]["version"]]["dependsOn"] += [libc_ref, std_ref]
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": program,
            "properties": [{"name": "target", "value": target}],
        },
        "components": ground
        + sorted(components.values(), key=lambda one: (one["name"], one["version"])),
        "dependencies": [depends[key] for key in sorted(depends)],
    }
    digest = hashlib.sha256(json.dumps(bom, sort_keys=True).encode()).digest()
    bom["serialNumber"] = f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=5)}"
    json.dump(bom, sys.stdout, indent=1, ensure_ascii=False)
    print()


main()
