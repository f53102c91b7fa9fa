"""Instructions by callgrind. They hardly differ from run to run, so a slowdown shows on a machine
that has other work too."""

import re
from collections import Counter

FUNCTION = re.compile(r"c?fn=\((\d+)\)(?: (.*))?")


def count(ground, command):
    """Instructions by function, those of called ones not counted."""
    export = ground.folder / "callgrind"
    options = ("--tool=callgrind", f"--callgrind-out-file={export}", "--quiet")
    ground.run(["valgrind", *options, *command])
    with export.open() as lines:
        return read(lines)


def read(lines):
    names, costs, function, of_call = {}, Counter(), None, False
    for line in lines:
        found = FUNCTION.match(line)
        if found:
            number, name = found.groups()
            names.setdefault(number, name)
            if line.startswith("fn="):
                function = names[number]
        elif line.startswith("calls="):
            # The next line is what the called function cost.
            of_call = True
        elif line[0] in "0123456789+-*":
            if function and not of_call:
                costs[function] += int(line.rsplit(maxsplit=1)[-1])
            of_call = False
    return costs
