"""Measures mgd beside curl, jq and Python on loopback; `make bench` builds all and starts this."""

import argparse
import os
import pathlib
import signal
import sys
import time

import listing
import machine
import program
import requests_sent
from ground import Ground
from results import Results

# Seconds for everything, should a program hang.
BOUND = 3600

PARTS = {
    "listing": listing.all_pages,
    "page": listing.one_page,
    "slow": listing.slow_pages,
    "connections": requests_sent.connections,
    "batch": requests_sent.batches,
    "memory": program.memory,
    "instructions": program.counted,
    "start": program.start,
}


def main():
    options = arguments()
    os.umask(0o077)
    options.folder.mkdir(parents=True, exist_ok=True)
    # Debian's nginx is where only root's PATH leads.
    os.environ["PATH"] += os.pathsep + "/usr/sbin"
    began = time.monotonic()
    results = Results()
    with Ground(options) as ground:
        for name in options.part or PARTS:
            PARTS[name](ground, results)
        text = results.text(machine.preface(ground))
    options.output.write_text(text, encoding="utf-8")
    options.output.chmod(0o644)
    print(text)
    shown = os.path.relpath(options.output)
    print(f"bench: {shown}, {results.missed} missed, {time.monotonic() - began:.0f} s")
    return 1 if options.check and results.missed else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mgd", type=path, help="the program to measure")
    parser.add_argument("symbols", type=path, help="the same with symbols, for callgrind")
    parser.add_argument("folder", type=path, help="where pages, keys and logs go")
    parser.add_argument("--port", type=int, default=18443, help="the first of four (18443)")
    parser.add_argument("--quick", action="store_true", help="one small run of everything")
    parser.add_argument("--check", action="store_true", help="fail where a target is missed")
    parser.add_argument("--sdk", action="store_true", help="with msgraph-sdk, in FOLDER/sdk")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this (repeat)")
    options = parser.parse_args()
    for file in (options.mgd, options.symbols):
        if not os.access(file, os.X_OK):
            parser.error(f"{file} is no program")
    options.here = pathlib.Path(__file__).resolve().parent
    # What is not whole does not take the place of what is.
    whole = not options.quick and not options.part
    options.output = (options.here if whole else options.folder) / "RESULTS.md"
    return options


def path(text):
    return pathlib.Path(text).resolve()


def give_up(number, _):
    raise SystemExit(f"bench: ended by signal {number}")


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, give_up)
    signal.alarm(BOUND)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
