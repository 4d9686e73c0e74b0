#!/usr/bin/python3
"""Writes cases/ and the test methods that run them.

  make.py           writes them
  make.py --check   says what differs from what is there; fails if anything does
  make.py --list    name and rows of each case
"""
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import suite  # noqa: E402
import cases_tunnel  # noqa: E402,F401
import cases_vlan  # noqa: E402,F401
import cases_bridge  # noqa: E402,F401
import cases_underlay  # noqa: E402,F401
import cases_bursts  # noqa: E402,F401
import cases_edges  # noqa: E402,F401
import cases_exception  # noqa: E402,F401
import cases_qinq  # noqa: E402,F401
import cases_marks  # noqa: E402,F401
import cases_mtu  # noqa: E402,F401
import cases_storm  # noqa: E402,F401
import cases_arp  # noqa: E402,F401
import cases_groups  # noqa: E402,F401
import cases_offload  # noqa: E402,F401
import cases_join  # noqa: E402,F401
import cases_paths  # noqa: E402,F401
import cases_snoop  # noqa: E402,F401
import cases_order  # noqa: E402,F401

TESTS = HERE.parent / "NvgreGateway.Tests" / "Conformance" / "Cases.g.cs"


def methods():
    lines = ["// Written by tests/conformance/make.py; change that and run it again.", "",
             "namespace NvgreGateway.Tests.Conformance;", "",
             "/// <summary>One test for each folder of <c>tests/conformance/cases</c>.</summary>", "public sealed class Cases", "{"]
    for i, case in enumerate(suite.CASES):
        if i:
            lines.append("")
        lines.append("    [Fact]")
        if case.rows:
            lines.append("    [Requirement(%s)]" % ", ".join('"%s"' % r for r in case.rows))
        lines.append("    public void %s() => CaseRunner.Run(\"%s\");" % ("_".join(p.capitalize() for p in case.name.split("-")), case.name))
    return ("\n".join(lines) + "\n}\n").encode()


def wanted():
    files = {TESTS: methods()}
    for case in suite.CASES:
        for name, data in case.files().items():
            files[HERE / "cases" / case.name / name] = data
    return files


def main(arguments):
    if arguments == ["--list"]:
        for case in suite.CASES:
            print(case.name, ",".join(case.rows))
        return 0
    files = wanted()
    there = {p for p in (HERE / "cases").rglob("*") if p.is_file()}
    if arguments == ["--check"]:
        wrong = sorted(str(p) for p, data in files.items() if not p.is_file() or p.read_bytes() != data)
        wrong += sorted("%s is no case's" % p for p in there - set(files))
        print("\n".join(wrong) if wrong else "%d cases are as make.py writes them" % len(suite.CASES))
        return 1 if wrong else 0
    if arguments:
        print(__doc__)
        return 2
    for path in there - set(files):
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
    print("%d cases, %d bytes" % (len(suite.CASES), sum(len(d) for d in files.values())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
