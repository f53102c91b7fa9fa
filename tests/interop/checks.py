"""How the scripts compare and count: each check is one line, and what differs is shown."""

import difflib
import json
import traceback


class Tally:
    """Runs checks and counts them."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, judge, *arguments):
        try:
            judge(*arguments)
        except Exception as error:
            trace = traceback.format_exception(error, limit=-3, chain=False)
            print(f"FAILED {name}\n", *trace, sep="", flush=True)
            self.failed += 1
        else:
            print(f"ok {name}", flush=True)
            self.passed += 1

    def skip(self, name, why):
        print(f"skipped {name}: {why}", flush=True)


def same(what, expected, actual):
    """Fails with a diff unless both are equal."""
    if expected == actual:
        return
    lines = [
        json.dumps(value, indent=2, sort_keys=True, default=str).splitlines()
        for value in (expected, actual)
    ]
    diff = difflib.unified_diff(*lines, "expected", "actual", lineterm="", n=99)
    raise AssertionError(f"{what} differs:\n" + "\n".join(diff))
