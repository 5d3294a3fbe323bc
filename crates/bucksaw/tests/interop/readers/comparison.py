"""Compares what a reader finds in a file with the file's model."""

import dataclasses
import itertools

from gaps import GAPS
from model import MICROS

# Types with an order, by which filters can look values up.
ORDERED = {"Int32", "Int64", "UInt64", "Float64", "Utf8", "Binary", MICROS}
# Columns of one file that are looked up by, and that are compared in the rows found.
FILTERED_COLUMNS = 12
COMPARED_COLUMNS = 6
# Values that a column is looked up by, and how it is by the first of them.
PROBES = 5
OPERATORS = ["=", ">=", "<"]


@dataclasses.dataclass
class Result:
    problems: list = dataclasses.field(default_factory=list)
    cells: int = 0
    filters: int = 0
    # Gaps that are about a column of the file, and those of them that were found in it.
    gaps: set = dataclasses.field(default_factory=set)
    found_gaps: set = dataclasses.field(default_factory=set)


def gaps_of(reader, file, columns):
    """The columns of a file that a reader need not read right, and why."""
    found = {}
    for gap in (gap for gap in GAPS if gap.reader == reader.name):
        found.update({name: gap for name, model_type in columns if gap.is_about(file, name, model_type)})
    return found


def compare(reader, path, model):
    """Compares all that the reader is able to read, and tries the rest."""
    result = Result()
    gaps = gaps_of(reader, path.stem, model.columns)
    sound = [column for column in model.columns if column[0] not in gaps]
    place = f"{reader.name} {path.stem}"
    try:
        if sound:
            compare_columns(reader(str(path)), place, sound, model, result)
    except Exception as error:  # whatever a reader makes of a file is its result
        result.problems.append(f"{place}: {type(error).__name__}: {shortened(str(error), 400)}")
    result.gaps = set(gaps.values())
    for gap in result.gaps:
        columns = [column for column in model.columns if gaps.get(column[0]) == gap]
        if not reads(reader, path, columns, model):
            result.found_gaps.add(gap)
    return result


def reads(reader, path, columns, model):
    """Whether these columns come out right."""
    try:
        cells = reader(str(path)).cells(columns)
    except Exception:  # that is one way of not reading them
        return False
    return all(found == model.cells[name] for found, (name, _) in zip(cells, columns, strict=True))


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
    ordered = [name for name, model_type in columns if model_type in ORDERED]
    for name in ordered[: getattr(file, "FILTERED_COLUMNS", FILTERED_COLUMNS)]:
        others = [column for column in columns if column[0] != name]
        compared = [(name, model.types[name]), *others[: COMPARED_COLUMNS - 1]]
        probes = model.probes(name)[: getattr(file, "PROBES", PROBES)]
        for number, probe in enumerate(probes):
            for operator in getattr(file, "OPERATORS", OPERATORS) if number == 0 else ["="]:
                rows = model.found(name, operator, probe)
                found = file.look_up(name, operator, probe, compared, model.types)
                result.filters += 1
                for (column, _), cells in zip(compared, found, strict=True):
                    wanted = [model.cells[column][row] for row in rows]
                    where = f"where {name!r} {operator} {shortened(repr(probe))}"
                    compare_cells(f"{place} {where}: {column!r}", cells, wanted, result)


def shortened(text, length=120):
    return text if len(text) <= length else text[:length] + "…"
