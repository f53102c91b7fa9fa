"""Runs a program where there is nothing else: no /etc, no /tmp, no /proc, no HOME, no variable.

usage: empty_root.py [--with "EMULATOR OPTIONS"] PROGRAM FOLDER

FOLDER holds parameters.json and ca.pem of a tenant of 250 users.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def run(root, emulator, arguments):
    """Ends with what the program wrote; the emulator is opened before and is not in the root."""
    words = [*emulator, "/mgd", *arguments]
    start = os.open(words[0], os.O_RDONLY) if emulator else None

    def enter():
        os.chroot(root)
        os.chdir("/")

    if start is None:
        return subprocess.run(
            words, env={}, preexec_fn=enter, capture_output=True, text=True, timeout=120
        )
    # Without /proc there is no name for an open file: it is executed by its number.
    read, write = os.pipe()
    error_read, error_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(write, 1)
        os.dup2(error_write, 2)
        enter()
        os.execve(start, words, {})
    os.close(write)
    os.close(error_write)
    with os.fdopen(read) as out, os.fdopen(error_read) as err:
        stdout, stderr = out.read(), err.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return subprocess.CompletedProcess(words, status, stdout, stderr)


def main():
    arguments = sys.argv[1:]
    emulator = []
    if arguments[0] == "--with":
        emulator = arguments[1].split()
        arguments = arguments[2:]
    program, folder = map(pathlib.Path, arguments)
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        shutil.copy(program, root / "mgd")
        shutil.copy(folder / "ca.pem", root / "ca.pem")
        parameters = json.loads((folder / "parameters.json").read_text())
        del parameters["token_cache"]
        write(root, parameters)
        before = sorted(os.listdir(root))

        listing = run(root, emulator, ["/parameters.json", "-o", "jsonl"])
        users = listing.stdout.count("\n")
        if listing.returncode != 0 or users != 250:
            sys.exit(f"exit {listing.returncode}, {users} users of 250: {listing.stderr}")
        if sorted(os.listdir(root)) != before:
            sys.exit(f"left something behind: {sorted(os.listdir(root))}")

        # Without the tenant's certificate the roots that are built in must be there, and refuse.
        del parameters["ca_file"]
        write(root, parameters)
        refused = run(root, emulator, ["/parameters.json", "--max-time", "20"])
        if refused.returncode != 4 or "no authority that is trusted" not in refused.stderr:
            sys.exit(f"built-in roots: exit {refused.returncode}: {refused.stderr}")


def write(root, parameters):
    path = root / "parameters.json"
    path.write_text(json.dumps(parameters))
    path.chmod(0o600)


main()
