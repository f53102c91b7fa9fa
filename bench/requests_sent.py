"""Requests and connections, counted by the server; and batches."""

import pages
from measure import compare, ratio

LISTED = 20


def connections(ground, results):
    results.section(f"Requests and connections for {LISTED} pages, as the server counts them")
    prefetches = ground.knows("tuning", word="--no-prefetch")
    listing = ground.get(ground.link(LISTED), "--output", "jsonl")
    kinds = {"mgd": listing}
    if prefetches:
        kinds["mgd --no-prefetch"] = [*listing, "--no-prefetch"]
    for name, command in kinds.items():
        ahead = 1 if prefetches and name == "mgd" else 0
        ground.cache("graph").unlink(missing_ok=True)
        cold = ground.nginx.counted(lambda: ground.run(command))
        warm = ground.nginx.counted(lambda: ground.run(command))
        row(results, f"{name}, no token at hand", cold, (1 + LISTED, 2 + ahead))
        row(results, f"{name}, token at hand", warm, (LISTED, 1 + ahead))
    cache = ground.folder / "sample.cache.json"
    cache.unlink(missing_ok=True)
    command = ground.sample(LISTED, cache)
    for state in ("no token at hand", "token at hand"):
        counted = ground.nginx.counted(lambda: ground.run(command))
        row(results, f"Python, msal and requests, {state}", counted)


def row(results, what, counted, most=None):
    figure = f"{counted.requests} requests, {on(counted.connections)}"
    if most is None:
        results.row(what, figure)
        return
    requests, connections = most
    met = counted.requests == requests and counted.connections <= connections
    target = f"{requests} requests, ≤ {on(connections)}"
    results.row(what, figure, target, met)


def on(connections):
    return f"{connections} connection{'' if connections == 1 else 's'}"


def batches(ground, results):
    count = 200 if ground.quick else 2000
    results.section(f"{count:,} GETs, by `mgd batch` and by a curl each")
    fewer, faster = "curl's requests by those of `mgd batch`", "curl's wall time by its"
    if not ground.knows(word="  batch  "):
        results.skipped(fewer, "mgd has no batch", "≥ 10 ×")
        results.skipped(faster, "mgd has no batch", "≥ 5 ×")
        return
    file = ground.folder / "paths"
    file.write_text("".join(f"users/{pages.ident(number)}\n" for number in range(count)))
    parameters = str(ground.parameters("slow"))
    batch = [str(ground.mgd), "batch", "--parameters", parameters, str(file)]
    # The token is there before anything is counted.
    ground.run(ground.get(ground.link(1, ground.slow_root), name="slow"))
    sent = ground.slow.counted(lambda: ground.run(batch))
    rounds, runs = (1, 1) if ground.quick else (2, 3)
    timings = compare(ground, {"mgd batch": batch}, rounds, runs)
    timings |= compare(ground, {"a curl each": ground.each(file)}, rounds, warm_up=False)
    results.times(timings)
    mgd, curl = timings.values()
    results.at_least(fewer, (count / sent, f"{count / sent:.1f} × ({count:,} and {sent:,})"), 10)
    results.at_least(faster, ratio(curl, mgd), 5)
