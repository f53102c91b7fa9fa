"""Time by hyperfine, memory by GNU time. Both start the program from a small process."""

import json
import shlex
from dataclasses import dataclass, field
from statistics import mean, median


@dataclass
class Timing:
    """Seconds, of every run and, as `user` and `cpu`, the mean of every round."""

    walls: list = field(default_factory=list)
    rounds: list = field(default_factory=list)
    user: list = field(default_factory=list)
    cpu: list = field(default_factory=list)

    @property
    def wall(self):
        return median(self.walls)

    def add(self, result):
        self.walls += result["times"]
        self.rounds.append(median(result["times"]))
        self.user.append(result["user"])
        self.cpu.append(result["user"] + result["system"])


def compare(ground, commands, rounds=1, runs=1, warm_up=True):
    """Runs the commands in turn, so that a slow minute of the machine meets them all, after one
    run of each that is not measured."""
    timings = {name: Timing() for name in commands}
    for command in commands.values() if warm_up else ():
        ground.run(command)
    for _ in range(rounds):
        for name, command in commands.items():
            timings[name].add(hyperfine(ground, command, runs))
    for name, timing in timings.items():
        print(f"bench:   {name}: {seconds(timing.wall)}", flush=True)
    return timings


def hyperfine(ground, command, runs):
    export = ground.folder / "hyperfine.json"
    options = ("--shell", "none", "--style", "none", "--export-json", str(export))
    ground.run(["hyperfine", "--runs", str(runs), *options, shlex.join(command)])
    return json.loads(export.read_text())["results"][0]


def peak(ground, command, runs=3):
    """Bytes of memory at the most, in the worst of the runs."""
    export = ground.folder / "peak"
    used = []
    for _ in range(1 if ground.quick else runs):
        ground.run(["time", "--format", "%M", "--output", str(export), *command])
        used.append(int(export.read_text().split()[-1]) * 1024)
    return max(used)


def ratio(over, under, of="rounds"):
    """One timing by another, round by round: the median, and a figure with the spread."""
    quotients = [a / b for a, b in zip(getattr(over, of), getattr(under, of))]
    middle = median(quotients)
    digits = 2 if middle < 10 else 0
    shown = f"{middle:.{digits}f} ×"
    if len(quotients) > 1:
        shown += f" ({min(quotients):.{digits}f} to {max(quotients):.{digits}f})"
    return middle, shown


def seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def spread(timing):
    """Wall and CPU time with the spread, for people."""
    wall = seconds(timing.wall)
    if len(timing.walls) > 1:
        wall += f" ({seconds(min(timing.walls))} to {seconds(max(timing.walls))})"
    return wall, seconds(mean(timing.user)), seconds(mean(timing.cpu))


def megabytes(value):
    return f"{value / 1e6:.2f} MB" if value < 1e8 else f"{value / 1e6:.0f} MB"
