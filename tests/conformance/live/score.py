"""What a run came to: by case, by row and by group of rows."""
import collections
import json
import xml.sax.saxutils as xml

from . import compare

Result = collections.namedtuple("Result", "name rows verdict detail seconds")
GROUPS = {"A": "tunnel", "B": "IP, MTU, ECN, DSCP", "C": "offloads", "E": "VLAN side, ARP, ND"}


def by_row(results):
    """Row to verdict: a row applies where one of its cases does, and passes where all of those pass."""
    verdicts = collections.defaultdict(list)
    for result in results:
        for row in result.rows:
            verdicts[row].append(result.verdict)
    return {row: "FAIL" if "FAIL" in v else "pass" if "pass" in v else "n/a" for row, v in verdicts.items()}


def groups(results):
    """Group to (rows that have a case, rows that apply, rows that passed)."""
    made = {}
    for group in GROUPS:
        verdicts = [v for row, v in by_row(results).items() if row.startswith(group + "-")]
        made[group] = (len(verdicts), sum(v != "n/a" for v in verdicts), sum(v == "pass" for v in verdicts))
    return made


def as_text(description, results):
    counted = collections.Counter(r.verdict for r in results)
    lines = [description["name"], "", description.get("setup", ""), ""]
    lines += ["Not compared: " + "; ".join(compare.IGNORABLE[i] for i in description.get("ignore", [])) + "."] if description.get("ignore") else ["Compared byte for byte."]
    lines += ["What is sent to it has FlowID 0, save in flow-id-is-ignored-on-receipt."] if description.get("zeroFlowId") else []
    lines += ["Let pass, of its own accord: " + ", ".join(compare.BACKGROUND[b][0] for b in description["background"]) + "."] if description.get("background") else []
    lines += ["", "group                    rows   apply  passed"]
    lines += ["%s  %-20s %5d %7d %7d" % (g, GROUPS[g], *n) for g, n in groups(results).items()]
    lines += ["", "cases: %d passed, %d failed, %d do not apply" % (counted["pass"], counted["FAIL"], counted["n/a"]), ""]
    for verdict, title in (("FAIL", "Failed"), ("n/a", "Do not apply"), ("pass", "Passed")):
        lines += [title, ""]
        if verdict == "n/a":
            reasons = collections.defaultdict(list)
            for r in results:
                if r.verdict == verdict:
                    reasons[r.detail].append(r.name)
            for reason, names in sorted(reasons.items()):
                lines += ["  %s:" % reason, "    " + " ".join(sorted(names))]
        else:
            lines += ["  %-46s %s%s" % (r.name, ",".join(r.rows), ("\n      " + r.detail.splitlines()[0]) if verdict == "FAIL" else "  (at the second attempt)" if "second" in r.detail else "")
                      for r in sorted(results) if r.verdict == verdict]
        lines.append("")
    return "\n".join(line.rstrip() for line in lines)


def as_json(description, results):
    return json.dumps({"device": description, "rows": by_row(results), "groups": {g: dict(zip(("rows", "apply", "passed"), n)) for g, n in groups(results).items()},
                       "cases": [r._asdict() for r in results]}, indent=1) + "\n"


def as_junit(description, results):
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<testsuite name=%s tests=\"%d\" failures=\"%d\" skipped=\"%d\">" % (
        xml.quoteattr(description["name"]), len(results), sum(r.verdict == "FAIL" for r in results), sum(r.verdict == "n/a" for r in results))]
    for r in results:
        lines.append("  <testcase name=%s time=\"%.3f\">" % (xml.quoteattr(r.name), r.seconds))
        if r.verdict == "FAIL":
            lines.append("    <failure message=%s>%s</failure>" % (xml.quoteattr(r.detail.splitlines()[0]), xml.escape(r.detail)))
        if r.verdict == "n/a":
            lines.append("    <skipped message=%s/>" % xml.quoteattr(r.detail))
        lines.append("  </testcase>")
    return "\n".join(lines + ["</testsuite>", ""])
