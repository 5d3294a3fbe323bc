"""The columns that rows become: their names, their types by evidence, and their cells.

The rules are those of the library's documentation (crates/bucksaw/src/lib.rs), for what OTLP can have.
"""

import json
import re
from collections import Counter
from datetime import datetime, timedelta, timezone

from model.rows import BOOL, CORE, DOUBLE, INTEGER, INTEGERS, NUMBER, TEXT, TIME
from model.values import Json, json_of, text_of

BYTES = "bytes"
WINDOW_ROWS = 10_000
MAJORITY_PERCENT = 90
MAX_EXACT_INTEGER = 1 << 53
MAX_INTEGER = (1 << 63) - 1
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})0*)?(?:[Zz]|([+-])(\d\d):?(\d\d))", re.ASCII
)


def expected(rows, signal):
    """Names of columns, with the type and the cells of each; and how many values could not be stored as they came, by the
    report's words."""
    rows = list(rows)
    table = Table(CORE[signal], len(rows))
    for index, row in enumerate(rows):
        for name, value in row.core.items():
            table.put_core(index, name, value)
        table.put_found(index, row.found)
    table.settle()
    return table.columns, table.counts


class Table:
    def __init__(self, core, rows):
        self.rows = rows
        self.columns = {name: (kind, [None] * rows) for name, kind in core.items()}
        self.taken = {name.lower() for name in core} | {"_rest"}
        # Values by row, of each path.
        self.found = {}
        self.names = {}
        self.counts = Counter()

    def put_core(self, row, name, value):
        kind = self.columns[name][0]
        if kind == TIME:
            value, nanos = divmod(value, 1_000)
            if nanos:
                self.cells(f"{name}__ns", NUMBER)[row] = nanos
        elif kind == INTEGER and value > MAX_INTEGER:
            self.counts["oversized_numbers"] += 1
            name, kind, value = f"{name}__text", TEXT, str(value)
        elif kind == INTEGERS and any(element is not None and element > MAX_INTEGER for element in value):
            # A list stays whole.
            self.counts.update(("conflicts", "json_texts"))
            elements = ",".join(json_of(element) for element in value)
            name, kind, value = f"{name}__text", TEXT, f"[{elements}]"
        elif isinstance(value, Json):
            self.counts["json_texts"] += 1
        self.cells(name, kind)[row] = value

    def put_found(self, row, values):
        given, again = set(), []
        for path, value in values:
            if value is None:
                continue
            if path in given:
                again.append((path, value))
                continue
            given.add(path)
            if path not in self.names:
                self.names[path] = self.unused_name(path)
            self.found.setdefault(path, {})[row] = value
        if again:
            self.counts["duplicates"] += len(again)
            # Compared as the pairs that it has, in any order.
            pairs = ((path, json.loads(json_of(value), object_pairs_hook=Members)) for path, value in again)
            self.cells("_rest", "rest")[row] = Counter((path, json.dumps(value)) for path, value in pairs)

    def unused_name(self, path):
        plain = "_".join(re.sub(r"[^A-Za-z0-9]", "_", name) for name in path)
        name, number = plain, 2
        while name.lower() in self.taken:
            name, number = f"{plain}__{number}", number + 1
        self.taken.add(name.lower())
        return name

    def cells(self, name, kind):
        """A column's cells, which it gets with its first value."""
        return self.columns.setdefault(name, (kind, [None] * self.rows))[1]

    def settle(self):
        for path, values in self.found.items():
            first = min(values)
            window = [value for row, value in values.items() if row < first + WINDOW_ROWS]
            kind = type_by_evidence(window)
            for row, value in values.items():
                self.store(self.names[path], kind, row, value)

    def store(self, name, kind, row, value):
        self.counts["json_texts"] += isinstance(value, Json)
        if kind == TEXT:
            if isinstance(value, bytes):
                self.counts["base64_texts"] += 1
            else:
                self.counts["stored_as_text"] += not isinstance(value, str)
            value = text_of(value)
        elif kind == TIME and is_time(value):
            self.counts["parsed_texts"] += 1
            self.counts["other_offsets"] += not re.search("([Zz]|[+-]00:?00)$", value)
            value, nanos = micros_of(value)
            if nanos:
                self.cells(f"{name}__ns", NUMBER)[row] = nanos
        elif kind == DOUBLE and kind_of(value) == INTEGER and int(float(value)) == value:
            self.counts["widened"] += 1
            value = float(value)
        elif kind_of(value) != kind:
            self.counts["conflicts"] += 1
            name, kind, value = f"{name}__text", TEXT, text_of(value)
        self.cells(name, kind)[row] = value


def kind_of(value):
    for of, kind in ((bool, BOOL), (int, INTEGER), (float, DOUBLE), (bytes, BYTES)):
        if isinstance(value, of):
            return kind
    return TEXT


def is_time(value):
    return isinstance(value, str) and not isinstance(value, Json) and micros_of(value) is not None


def micros_of(text):
    """A moment in microseconds since 1970, and the nanoseconds behind them; None if it is no moment."""
    match = RFC_3339.fullmatch(text)
    if not match:
        return None
    day, time, digits, sign, hours, minutes = match.groups()
    if sign and (int(hours) > 23 or int(minutes) > 59):
        return None
    try:
        moment = datetime.fromisoformat(f"{day}T{time}+00:00")
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            moment += -offset if sign == "+" else offset
    except (ValueError, OverflowError):
        return None
    nanos = int((digits or "").ljust(9, "0"))
    return (moment - EPOCH) // timedelta(microseconds=1) + nanos // 1_000, nanos % 1_000


def type_by_evidence(values):
    """The type that holds most values, if these are enough; else text."""
    counts = Counter(kind_of(value) for value in values)
    are_exact = all(abs(value) <= MAX_EXACT_INTEGER for value in values if kind_of(value) == INTEGER)
    times = len(values) if all(is_time(value) for value in values) else 0
    candidates = [
        (counts[INTEGER], INTEGER),
        (counts[DOUBLE], DOUBLE),
        (counts[INTEGER] + counts[DOUBLE] if are_exact else 0, DOUBLE),
        (counts[BOOL], BOOL),
        (times, TIME),
        (counts[BYTES], BYTES),
    ]
    # Of several that hold as many, the first.
    held, kind = max(candidates, key=lambda candidate: candidate[0])
    return kind if 100 * held >= MAJORITY_PERCENT * len(values) else TEXT


def rest_pairs(text):
    """The values of a cell of `_rest` with their paths, as `put_found` counts them."""
    groups = json.loads(text, object_pairs_hook=Members)
    return Counter(((below, key), json.dumps(value)) for below, members in groups for key, value in members)


class Members(list):
    """A JSON object, whose names may come twice."""
