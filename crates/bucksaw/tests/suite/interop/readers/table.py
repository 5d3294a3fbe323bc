"""Prints what readers and their versions found in each file, in lines of 100 columns.

    table RESULTS...

Files that all of them read are counted only; those of others are listed, with a letter for each reader
and a number for each known gap.
"""

import json
import pathlib
import sys
import textwrap

WIDTH = 100
# Problems that are shown of each reader.
SHOWN = 5


def main():
    found = [each for path in sys.argv[1:] for each in json.loads(pathlib.Path(path).read_text())]
    found.sort(key=lambda each: reader_order(each["reader"]))
    files = sorted({file for each in found for file in each["outcomes"]})
    letters = {each["reader"]: symbol(number) for number, each in enumerate(found)}
    reasons = {}
    rows, skipping, equal = {}, {}, 0
    for file in files:
        marks = [mark(each, file, reasons) for each in found]
        if set(marks) <= {"=", " "}:
            equal += 1
            continue
        writer, _, case = file.partition("-")
        rows.setdefault((case, "".join(marks)), []).append(writer)
    print(f"{len(files)} files and filters on damaged ones, {equal} of them read by all these readers:")
    print_columns(f"{letter} {reader}" for reader, letter in letters.items())
    writers = max((len("+".join(names)) for names in rows.values()), default=0)
    width = WIDTH - len(found) - writers - 2
    if rows:
        print(f"{'':{width}} {'':{writers}} {''.join(letters.values())}")
    for (case, marks), names in rows.items():
        print(f"{case[:width]:{width}} {'+'.join(names):{writers}} {marks}")
    print("= read, X FAILS, and known gaps:" if reasons else "= read, X FAILS")
    for (reader, reason), number in reasons.items():
        readers = " ".join(letters[name] for name in letters if name.partition(" ")[0] == reader)
        print_wrapped(f"{number} {reader} ({readers}) {reason}")
    print_readers(found)
    for each in found:
        print("".join(f"{problem}\n" for problem in each["problems"][:SHOWN]), end="")
        if len(each["problems"]) > SHOWN:
            print(f"{each['reader']}: and {len(each['problems']) - SHOWN} more")
    problems = sum(len(each["problems"]) for each in found)
    cells, filters = (sum(each[what] for each in found) for what in ("cells", "filters"))
    end = f"{problems} differences" if problems else "no difference"
    print(f"{len(found)} readers, {cells} cells and {filters} filters compared: {end}")


def print_readers(found):
    """Prints a line for each version of each reader, and by which types it skips row groups."""
    print(f"{'reader':13} {'version':10} {'cells':>9} {'filters':>7} {'gaps':>4} {'seconds':>7}  skips row groups by")
    for each in found:
        name, _, version = each["reader"].partition(" ")
        skips = ", ".join(skipped_types(each["outcomes"])) or "(does not show it)"
        print(
            f"{name:13} {version:10} {each['cells']:9} {each['filters']:7} {len(each['gaps']):4}"
            f" {each['seconds']:7.0f}  {skips}"
        )


def skipped_types(outcomes):
    """The types by which each of a reader's filters has skipped; "some" where only a few of them have."""
    found = {}
    for what, (outcome, _) in outcomes.items():
        file, _, asked = what.partition(" ")
        if "-skip_all_but_" in file:
            found.setdefault(asked.rpartition(" ")[0].partition("(")[0], []).append(outcome == "read")
    for model_type, are_read in sorted(found.items()):
        if any(are_read):
            yield model_type if all(are_read) else f"{model_type} (some)"


def reader_order(reader):
    name, _, version = reader.partition(" ")
    return name, [int(number) for number in version.split(".") if number.isdigit()]


def symbol(number):
    return "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"[number]


def mark(each, file, reasons):
    outcome, reason = each["outcomes"].get(file, (None, None))
    if outcome == "gap":
        key = each["reader"].partition(" ")[0], reason
        return reasons.setdefault(key, symbol(len(reasons) + 1))
    return {"read": "=", "FAILS": "X", None: " "}[outcome]


def print_columns(texts):
    texts = list(texts)
    width = max(map(len, texts)) + 2
    columns = WIDTH // width
    for start in range(0, len(texts), columns):
        print("".join(f"{text:{width}}" for text in texts[start : start + columns]).rstrip())


def print_wrapped(text):
    print(textwrap.fill(text, WIDTH, subsequent_indent="  "))


if __name__ == "__main__":
    main()
