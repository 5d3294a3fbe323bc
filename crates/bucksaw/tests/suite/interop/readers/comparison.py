"""Compares what a reader finds in a file with the file's model."""

import dataclasses
import itertools
import os
import zlib

from gaps import FILTER_GAPS, GAPS, NOT_SKIPPED
from model import FLOATS, IS_NAN, MICROS

# Types with an order, by which filters can look values up.
ORDERED = {"Int32", "Int64", "UInt64", "Float32", "Float64", "Utf8", "Binary", MICROS}
# Columns of one file that are looked up by, and that are compared in the rows found.
FILTERED_COLUMNS = 13
COMPARED_COLUMNS = 6
# Each writer's file of a case is looked up by other columns than those of the others, unless ./test --long has
# all of them tried: the same columns are in many cases.
WRITERS = ["arrow", "direct", "modern"]
TRIES_ALL_COLUMNS = "BUCKSAW_ALL_FILTERS" in os.environ
# Values that a column is looked up by, and how it is by the first of them.
PROBES = 5
OPERATORS = ["=", ">=", "<"]

READ, GAP, FAILS = "read", "gap", "FAILS"


@dataclasses.dataclass
class Result:
    problems: list = dataclasses.field(default_factory=list)
    cells: int = 0
    filters: int = 0
    # Gaps that are about a column of the file, and those of them that were found in it.
    gaps: set = dataclasses.field(default_factory=set)
    found_gaps: set = dataclasses.field(default_factory=set)
    # What came of each thing that was tried, and the reason where that is a gap.
    outcomes: dict = dataclasses.field(default_factory=dict)

    def add(self, other):
        self.problems += other.problems
        self.cells += other.cells
        self.filters += other.filters
        self.gaps |= other.gaps
        self.found_gaps |= other.found_gaps
        self.outcomes |= other.outcomes


def gaps_of(reader, file, columns):
    """The columns of a file that a reader need not read right, and why."""
    found = {}
    for gap in (gap for gap in GAPS if gap.is_of(reader)):
        found.update({name: gap for name, model_type in columns if gap.is_about(file, name, model_type)})
    return found


def compare(reader, path, model):
    """Compares all that the reader is able to read, and tries the rest."""
    if model.kept_rows:
        return compare_skipping(reader, path, model)
    result = Result()
    gaps = gaps_of(reader, path.stem, model.columns)
    sound = [column for column in model.columns if column[0] not in gaps]
    place = f"{reader.name} {reader.version} {path.stem}"
    if sound:
        compared, error = attempt(lambda: compare_columns(reader(str(path)), place, sound, model, result))
        if error:
            result.problems.append(f"{place}: {error}")
    result.gaps |= set(gaps.values())
    for gap in set(gaps.values()):
        columns = [column for column in model.columns if gaps.get(column[0]) == gap]
        found, _ = attempt(lambda: reader(str(path)).cells(columns))
        if found is None or not is_equal(found, columns, model, range(model.rows)):
            result.found_gaps.add(gap)
    if result.problems:
        result.outcomes[path.stem] = FAILS, None
    elif result.found_gaps:
        result.outcomes[path.stem] = GAP, "; ".join(sorted(gap.reason for gap in result.found_gaps))
    else:
        result.outcomes[path.stem] = READ, None
    return result


def attempt(action):
    """What an action gives, or the error in words: whatever a reader makes of a file is its result."""
    try:
        return action(), None
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic is no Exception
        return None, f"{type(error).__name__}: {shortened(str(error), 400)}"


def is_equal(found, columns, model, rows):
    wanted = [model.cells_of(name, rows) for name, _ in columns]
    return len(found) == len(wanted) and all(list(one) == two for one, two in zip(found, wanted))


def compare_columns(file, place, columns, model, result):
    names = [name for name, _ in columns]
    wanted = [(name, file.type_of(model_type)) for name, model_type in columns]
    left_out = model.types.keys() - set(names)
    found = [column for column in file.columns() if column[0] not in left_out]
    if found != wanted:
        pairs = itertools.zip_longest(found, wanted)
        shown = next(f"{one}, not {two}" for one, two in pairs if one != two)
        result.problems.append(f"{place}: its columns differ, first: {shown}")
        return
    for name, cells in zip(names, file.cells(columns), strict=True):
        result.cells += len(cells)
        compare_cells(f"{place} {name!r}", cells, model.cells[name], result)
    if hasattr(file, "look_up"):
        compare_filters(file, place, columns, model, result)


def compare_cells(place, found, wanted, result):
    if len(found) != len(wanted):
        result.problems.append(f"{place}: {len(found)} rows, not {len(wanted)}")
    elif found != wanted:
        row = next(row for row in range(len(found)) if found[row] != wanted[row])
        shown = f"{shortened(repr(found[row]))}, not {shortened(repr(wanted[row]))}"
        result.problems.append(f"{place} row {row}: {shown}")


def compare_filters(file, place, columns, model, result):
    """Compares the rows that filters find, which readers look up by statistics."""
    for name in filtered_columns(file, columns, model):
        others = [column for column in columns if column[0] != name]
        compared = [(name, model.types[name]), *others[: COMPARED_COLUMNS - 1]]
        for operator, probe in filters(file, model, name):
            compare_filter(file, place, (name, operator, probe), compared, model, result)


def filtered_columns(file, columns, model):
    """The columns that the file's rows are looked up by."""
    ordered = [name for name, model_type in columns if model_type in ORDERED]
    limit = getattr(file, "FILTERED_COLUMNS", FILTERED_COLUMNS)
    if limit and model.tries_all_filters:
        return ordered
    picked = ordered[:limit]
    if TRIES_ALL_COLUMNS or len(picked) <= len(WRITERS):
        return picked
    writer, _, case = model.stem.partition("-")
    return picked[(zlib.crc32(case.encode()) + WRITERS.index(writer)) % len(WRITERS) :: len(WRITERS)]


def compare_filter(file, place, filter, compared, model, result):
    name, operator, probe = filter
    rows = model.found(name, operator, probe, file.order)
    place = f"{place} where {name!r} {operator} {shortened(repr(probe))}"
    of_file = (gap for gap in FILTER_GAPS if gap.is_of(file))
    known = {gap for gap in of_file if gap.is_about(model.stem, model.types[name], probe)}
    result.filters += 1
    result.gaps |= known
    found, error = attempt(lambda: file.look_up(name, operator, probe, compared, model.types))
    if any(gap.is_found(error) for gap in known) and not (found and is_equal(found, compared, model, rows)):
        result.found_gaps |= known
    elif error:
        result.problems.append(f"{place}: {error}")
    else:
        for (column, _), cells in zip(compared, found, strict=True):
            compare_cells(f"{place}: {column!r}", cells, model.cells_of(column, rows), result)


def filters(file, model, name):
    """Operators, and the values to look a column's rows up by."""
    probes, operators = getattr(file, "PROBES", PROBES), getattr(file, "OPERATORS", OPERATORS)
    if model.tries_all_filters:
        probes, operators = PROBES, OPERATORS
    picked = model.probes(name)[:probes]
    found = [(operator, picked[0]) for operator in operators if picked]
    found += [("=", probe) for probe in picked[1:]]
    if model.types[name] in FLOATS and (model.tries_all_filters or probes == PROBES):
        # The bits of 0.0, for which -0.0 stands as well.
        found += [(operator, 0) for operator in ("=", "<", ">", ">=")] + [(IS_NAN, None)]
    return found


def compare_skipping(reader, path, model):
    """Looks rows up in a file whose other row groups can't be read: whoever finds them has skipped those."""
    result = Result()
    place = f"{reader.name} {reader.version} {path.stem}"
    file, error = attempt(lambda: reader(str(path)))
    if error or not hasattr(file, "look_up") or getattr(file, "FILTERED_COLUMNS", True) == 0:
        return result
    gaps = gaps_of(reader, path.stem, model.columns)
    columns = [column for column in model.columns if column[0] not in gaps]
    found, _ = attempt(lambda: file.cells(columns))
    if found is not None and is_equal(found, columns, model, range(model.rows)):
        result.problems.append(f"{place}: pages that are overwritten are read")
    for name, model_type in columns:
        for operator, probe in skipping_filters(model, name):
            what = f"{path.stem} {model_type} {operator}"
            compared = [(name, model_type), *(column for column in columns if column[0] != name)]
            found, error = attempt(lambda: file.look_up(name, operator, probe, compared, model.types))
            result.filters += 1
            rows = model.found(name, operator, probe, reader.order)
            is_found = found is not None and is_equal(found, compared, model, rows)
            of_reader = (gap for gap in NOT_SKIPPED if gap.is_of(reader))
            known = [gap for gap in of_reader if gap.is_about(path.stem, model_type, operator)]
            result.gaps |= set(known)
            if is_found and not known:
                result.outcomes[what] = READ, None
            elif known and not is_found:
                result.found_gaps |= set(known)
                result.outcomes[what] = GAP, known[0].reason
            else:
                result.outcomes[what] = FAILS, None
                why = f"no longer {known[0].reason}" if known else f"does not skip: {error or 'other rows'}"
                result.problems.append(f"{place} where {model_type} {operator}: {why}")
    return result


def skipping_filters(model, name):
    """Filters that hold for kept rows alone; the column's values ascend."""
    cells, first, end = model.cells[name], model.kept_rows.start, model.kept_rows.stop
    if first == 0:
        return [("<", cells[end])]
    if end == len(cells):
        return [(">=", cells[first]), (">", cells[first - 1])]
    return [("=", cells[(first + end) // 2])]


def shortened(text, length=120):
    return text if len(text) <= length else text[:length] + "…"
