"""The program by itself: its memory, its instructions, its start and its size."""

from statistics import mean

import instructions
import pages
from measure import compare, megabytes, peak, seconds

OURS = ("mgd::graph::list::splitter::", "mgd::json::lexical::")


def memory(ground, results):
    results.section("Peak memory")
    for count in (1, 100, ground.pages):
        command = ground.get(ground.link(count), "--output", "jsonl")
        bounded(ground, results, f"{count:,} page{'s' if count > 1 else ''}", command)
        if count == ground.pages:
            break
    large = ground.files / "large.json"
    command = ground.get(f"{ground.graph}/v1.0/large", "--output", "jsonl")
    bounded(ground, results, f"one page of {megabytes(large.stat().st_size)}", command)
    used = peak(ground, ground.sample(100))
    results.row("100 pages, Python, msal and requests", megabytes(used))


def bounded(ground, results, what, command):
    used = peak(ground, command)
    results.at_most(what, (used / 1e6, megabytes(used)), 5, "MB")


def counted(ground, results):
    results.section(
        "Instructions for each byte of a page",
        "Counted by callgrind over plain HTTP, on the code of this tree, built with symbols by the"
        " profile `bench-symbols`. They differ little from run to run, so a slowdown shows on a"
        " busy machine too.",
    )
    size = ground.size(pages.PLAIN, "plain")
    url = ground.link(pages.PLAIN, ground.plain)
    command = ground.get(url, "--output", "jsonl", name="plain", program=ground.symbols)
    # The token is fetched here, and not under valgrind.
    ground.run(command)
    costs = instructions.count(ground, command)
    results.row("all of `mgd`", f"{costs.total() / size:.1f}")
    ours = sum(cost for name, cost in costs.items() if any(our in name for our in OURS))
    results.row("in `graph::list::splitter` and `json::lexical`", f"{ours / size:.1f}")
    for name, cost in costs.most_common(3):
        results.row(f"in `{name}`", f"{cost / size:.1f}")


def start(ground, results):
    results.section("Start and size")
    command = [str(ground.mgd), "--version"]
    timings = compare(ground, {"mgd --version": command}, *((1, 20) if ground.quick else (5, 100)))
    results.times(timings)
    (timing,) = timings.values()
    results.row("`mgd --version`, wall time", seconds(timing.wall))
    results.row("`mgd --version`, user CPU time", seconds(mean(timing.user)))
    results.row("size of `mgd`", megabytes(ground.mgd.stat().st_size))
    python = megabytes(installed(ground.folder / "python"))
    results.row("size of msal, requests and what they need", python)
    if ground.sdk:
        sdk = megabytes(installed(ground.sdk))
        results.row("size of msgraph-sdk and what it needs", sdk)


def installed(folder):
    files = (file for file in folder.rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc")
