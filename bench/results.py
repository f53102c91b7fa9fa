"""What was measured, as a table of figures and targets and a table of times."""

from measure import spread


class Results:
    def __init__(self):
        self.sections = []
        self.missed = 0

    def section(self, title, note=""):
        print(f"bench: {title}", flush=True)
        self.sections.append({"title": title, "note": note, "rows": [], "times": []})

    def row(self, what, figure, target="", met=None):
        """`met` is None where there is nothing to meet."""
        verdict = "" if met is None else "met" if met else "**not met**"
        self.missed += met is False
        self.sections[-1]["rows"].append((what, figure, target, verdict))

    def skipped(self, what, why, target=""):
        self.sections[-1]["rows"].append((what, f"skipped: {why}", target, ""))

    def at_most(self, what, measured, bound, unit="×"):
        value, shown = measured
        self.row(what, shown, f"≤ {bound} {unit}", value <= bound)

    def at_least(self, what, measured, bound, unit="×"):
        value, shown = measured
        self.row(what, shown, f"≥ {bound} {unit}", value >= bound)

    def times(self, timings):
        rows = ((name, *spread(timing)) for name, timing in timings.items())
        self.sections[-1]["times"] += rows

    def text(self, preface):
        lines = ["# Results of `make bench`", "", *preface, ""]
        lines += table(("what", "figure", "target", ""), self.rows())
        lines += ["", "## The measurements", ""]
        for section in self.sections:
            if section["note"] or section["times"]:
                lines += [f"### {section['title']}", ""]
            if section["note"]:
                lines += [section["note"], ""]
            if section["times"]:
                lines += [*table(("what", "wall", "user", "user + system"), section["times"]), ""]
        return "\n".join(lines).rstrip() + "\n"

    def rows(self):
        for section in self.sections:
            yield (f"**{section['title']}**", "", "", "")
            yield from section["rows"]


def table(heads, rows):
    yield row(heads)
    yield row(["---"] * len(heads))
    for cells in rows:
        yield row(cells)


def row(cells):
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
