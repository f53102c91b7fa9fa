"""All pages; one page; pages that take their time."""

import json
import subprocess
from statistics import mean, median

import pages
from measure import Timing, compare, megabytes, peak, ratio, seconds


def all_pages(ground, results):
    count = ground.pages
    size = megabytes(ground.size(count))
    results.section(f"Listing {count:,} pages × {pages.USERS} users ({size})")
    all_alike(ground)
    rounds, slow_rounds = (1, 1) if ground.quick else (5, 2)
    fast = compare(
        ground,
        {
            "curl, one process": ground.curl_pages(count),
            "mgd -o jsonl": ground.get(ground.link(count), "--output", "jsonl"),
            "mgd -o json": ground.get(ground.link(count), "--output", "json"),
        },
        rounds,
    )
    curl, lines, document = fast.values()
    looped = 20 if ground.quick else 100
    loops = {f"curl and jq, {looped} pages": ground.loop(looped)}
    loops = compare(ground, loops, slow_rounds, warm_up=False)
    samples = {"Python, msal and requests": ground.sample(count)}
    samples = compare(ground, samples, slow_rounds, warm_up=False)
    results.times(fast | loops | samples)

    results.at_most("`-o jsonl`, wall time by curl's", ratio(lines, curl), 1.25)
    results.at_most("`-o jsonl`, CPU time by curl's", ratio(lines, curl, "cpu"), 2)
    results.row("`-o json`, wall time by curl's", ratio(document, curl)[1])
    results.row("`-o json`, CPU time by curl's", ratio(document, curl, "cpu")[1])
    lines = middle(lines)
    (python,) = samples.values()
    results.at_least("Python's wall time by `-o jsonl`'s", ratio(python, lines), 15)
    results.row("Python's CPU time by `-o jsonl`'s", ratio(python, lines, "cpu")[1])
    floor = middle(curl)
    results.row("Python's wall time by curl's, which only receives", ratio(python, floor)[1])
    (loop,) = loops.values()
    loop = scaled(loop, count / looped)
    what = f"of curl and jq ({looped} pages, scaled) by `-o jsonl`'s"
    results.at_least(f"wall time {what}", ratio(loop, lines), 100)
    results.row(f"CPU time {what}", ratio(loop, lines, "cpu")[1])
    results.row("wall time of curl and jq by that of curl alone", ratio(loop, floor)[1])


def all_alike(ground):
    """Who is compared must give the same items."""
    count = 3
    lines = ground.get(ground.link(count), "--output", "jsonl")
    listings = [
        [json.loads(line) for line in ground.run(command, subprocess.PIPE).splitlines()]
        for command in (lines, ground.loop(count), ground.sample(count))
    ]
    document = json.loads(ground.run(ground.get(ground.link(count)), subprocess.PIPE))
    for listing in (*listings, document["value"]):
        if len(listing) != count * pages.USERS or listing != listings[0]:
            raise SystemExit("bench: not all programs list the same items")


def scaled(timing, factor):
    rounds = [wall * factor for wall in timing.rounds]
    return Timing(rounds=rounds, cpu=[cpu * factor for cpu in timing.cpu])


def middle(timing):
    """The same time for every round, where the other was run in fewer."""
    times = len(timing.rounds)
    return Timing(rounds=[timing.wall] * times, cpu=[median(timing.cpu)] * times)


def one_page(ground, results):
    results.section("One page, the token at hand")
    cache = ground.folder / "sample.cache.json"
    cache.unlink(missing_ok=True)
    commands = {
        "curl": ground.curl(ground.link(1)),
        "mgd": ground.get(ground.link(1), "--output", "jsonl"),
    }
    python = {"Python, msal and requests": ground.sample(1, cache)}
    timings = compare(ground, commands, *((1, 10) if ground.quick else (5, 40)))
    timings |= compare(ground, python, *((1, 2) if ground.quick else (2, 5)))
    results.times(timings)
    curl, mgd, sample = timings.values()
    results.at_most("wall time by curl's", ratio(mgd, curl), 1)
    results.row("Python's wall time by mgd's", ratio(sample, middle(mgd))[1])
    graph_sdk(ground, results, mgd)
    user = mean(mgd.user)
    results.at_most("user CPU time", (user * 1000, seconds(user)), 4, "ms")
    for name, command in (commands | python).items():
        used = peak(ground, command)
        what = f"peak memory, {name}"
        if name == "mgd":
            results.at_most(what, (used / 1e6, megabytes(used)), 4, "MB (static)")
        else:
            results.row(what, megabytes(used))


def graph_sdk(ground, results, mgd):
    """Only one page: it takes half a minute or so for each."""
    what = "msgraph-sdk's wall time by mgd's"
    if not ground.sdk or ground.quick:
        why = "too slow for a quick run" if ground.sdk else "asked for by SDK=1"
        results.skipped(what, why)
        return
    timings = compare(ground, {"Python, msgraph-sdk": ground.graph_sdk(1)}, 2, warm_up=False)
    results.times(timings)
    (timing,) = timings.values()
    results.row(what, ratio(timing, middle(mgd))[1])


def slow_pages(ground, results):
    count = 10 if ground.quick else 20
    results.section(f"{count} pages that begin after 100 ms and take 100 ms")
    what, target = "wall time with prefetch by that without", 0.6
    url = ground.link(count, ground.slow_root)
    command = ground.get(url, "--output", "jsonl", name="slow")
    commands = {"mgd": command}
    prefetches = ground.knows("tuning", word="--no-prefetch")
    if prefetches:
        commands["mgd --no-prefetch"] = [*command, "--no-prefetch"]
    timings = compare(ground, commands, 1 if ground.quick else 3)
    results.times(timings)
    if prefetches:
        ahead, without = timings.values()
        results.at_most(what, ratio(ahead, without), target)
    else:
        results.skipped(what, "mgd has no --no-prefetch", f"≤ {target} ×")
