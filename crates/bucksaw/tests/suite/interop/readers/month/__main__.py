"""A month of hourly logs becomes datasets, as their users would have it, and other people's readers answer five questions.

    month BUCKSAW FOLDER ROWS READER...

BUCKSAW is the command, ROWS how many an hour has, FOLDER a new one for all of this. Each answer has to be that of the rows themselves.
Then the row groups are counted that each question leaves, and the readers answer again from datasets in which all others are destroyed.
Prints what was found. Ends with 0 if nothing differs, 1 if anything does; any other end is a failure of this script.
"""

import pathlib
import shlex
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))

import ask
import groups
import logs
import plain
from ending import exit_with

# The last day of each run.
RUNS = [7, 14, 21, 28, 30]
PARTITION = "day(time)/service"
# The datasets, and what makes them.
DATASETS = {
    "as it came": ["flat", "--dataset"],
    "by time": ["lake", "--partition", PARTITION, "--sort", "time", "--bloom-filter", "trace_id"],
    "by trace": ["traces", "--partition", PARTITION, "--sort", "trace_id,time"],
}

BLOOM = "bloom filters"
TOO_FEW = "one is missing"
# Who reads more row groups than a question leaves: the reader, the dataset, the question, and by what they are left.
READ_MORE = {("pyarrow", "lake", "trace", BLOOM), ("polars", "lake", "trace", BLOOM)}


def bucksaw(command, folder, arguments):
    print("$ bucksaw", shlex.join(arguments), flush=True)
    run = subprocess.run([command, *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(f"bucksaw ended with {run.returncode}: {run.stderr}")


def write(command, folder, rows_per_hour):
    """Writes the logs and the datasets, in runs as time goes on, and returns the rows."""
    rows, runs = [], iter(RUNS)
    last = next(runs)
    for start, hour in logs.month(rows_per_hour):
        logs.write(folder / "logs", start, hour)
        rows += hour
        if (start.day, start.hour) != (last, 23):
            continue
        last = next(runs, None)
        for name, *options in DATASETS.values():
            common = ["--row-group-rows", str(rows_per_hour), "--resume"]
            bucksaw(command, folder, ["convert", "logs/", "-o", f"{name}/", *options, *common])
    for name, *_ in DATASETS.values():
        bucksaw(command, folder, ["verify", name])
    return rows


def asked(names, folder, questions, wanted, trace):
    """Asks readers, and returns of each reader and question what is wrong: nothing, or a text."""
    for name in names:
        reader = ask.READERS[name](folder)
        for question in questions:
            try:
                found = ask.answer(reader, question, trace)
            except Exception as error:  # of a reader, whatever it raises
                yield name, question, f"{type(error).__name__}: {str(error)[:200]}"
                continue
            answer = wanted[question]
            yield name, question, None if found == answer else f"{found[:3]}…, not {answer[:3]}…"


def compare(names, folder, wanted, trace):
    """Every reader's answers to everything; whether all are right."""
    problems = 0
    for name, question, problem in asked(names, folder, wanted, wanted, trace):
        print(f"{name:11} {question:8} {len(wanted[question]):3} rows: {problem or 'no difference'}", flush=True)
        problems += problem is not None
    return problems == 0


def count(folder, wanted, trace):
    """Prints how many row groups each question leaves, as docs/datasets.md has it; whether they are fewer where rows are in
    order."""
    everything = {name: groups.of_all(folder / name) for name, *_ in DATASETS.values()}
    print(f"\n| question | {' | '.join(DATASETS)} |\n|---|{'---|' * len(DATASETS)}")
    print_line("all row groups", everything.values())
    is_fewer = True
    for question, what in plain.QUESTIONS.items():
        left = {name: groups.left(folder / name, question, trace, name != "flat") for name in everything}
        print_line(what, left.values())
        flat, lake, traces = map(number, left.values())
        # Each order helps those who ask for its first key, and folders help the others.
        is_fewer &= (traces if question == "trace" else lake) < flat
        if question == "window":
            is_fewer &= lake < traces
        if question == "trace":
            by_bloom_filters = groups.left_by_bloom_filters(folder / "lake", trace)
            print_line("the same, by bloom filters", [{}, by_bloom_filters, {}])
            is_fewer &= 0 < number(by_bloom_filters) < flat
    return is_fewer


def print_line(what, left):
    cells = (f"{number(each)} in {plural(len(each), 'file')}" if each else "–" for each in left)
    print("|", what, "|", " | ".join(cells), "|", flush=True)


def number(left):
    return sum(map(len, left.values()))


def plural(number_, what):
    return f"{number_} {what}" if number_ == 1 else f"{number_} {what}s"


def read_what_is_left(names, folder, wanted, trace):
    """Readers answer where all row groups are destroyed but those that a question leaves; whether they are those that are known to."""
    lake, traces = folder / "lake", folder / "traces"
    # Where a trace may be anywhere there is nothing to destroy.
    others = [question for question in wanted if question != "trace"]
    cases = [("lake", question, "", groups.left(lake, question, trace, True)) for question in others]
    cases.append(("traces", "trace", "", groups.left(traces, "trace", trace, True)))
    cases.append(("lake", "trace", BLOOM, groups.left_by_bloom_filters(lake, trace)))
    cases.append(("lake", "users", TOO_FEW, too_few(groups.left(lake, "users", trace, True))))
    is_known = True
    print("\nanswers where all other row groups are destroyed:")
    for dataset, question, how, kept in cases:
        copy = groups.destroyed(folder / dataset, kept, folder / "destroyed", "trace_id" if how == BLOOM else None)
        found = list(asked(names, copy, [question], wanted, trace))
        marks = []
        for name, _, problem in found:
            is_due = how != TOO_FEW and (name, dataset, question, how) not in READ_MORE
            marks.append(f"{name} {'right' if problem is None else 'fails'}")
            if is_due != (problem is None):
                is_known = False
                print(f"{name} {dataset} {question}: {problem or 'right, which was not expected'}")
        print(f"{dataset:6} {question:8} {how or 'min and max':14} {number(kept):4} left: {', '.join(marks)}", flush=True)
    return is_known


def too_few(kept):
    """All but one, which everybody has to read: no reader may get by without it."""
    path = min(kept)
    return kept | {path: kept[path] - {min(kept[path])}}


def main():
    command, folder, rows_per_hour, *names = sys.argv[1:]
    command, folder = (pathlib.Path(path).resolve() for path in (command, folder))
    rows = write(command, folder, int(rows_per_hour))
    trace = plain.wanted_trace(rows)
    wanted = plain.answers(rows, trace)
    # All of these, even if one has found something.
    is_right = [
        compare(names, folder / "lake", wanted, trace),
        count(folder, wanted, trace),
        read_what_is_left(names, folder, wanted, trace),
    ]
    return 0 if all(is_right) else 1


if __name__ == "__main__":
    exit_with(main)
