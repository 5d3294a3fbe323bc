"""What a file has to hold: the model that lies beside it."""

import base64
import datetime
import functools
import json
import math
import operator
import pathlib
import re
import struct
import uuid

# The decimals that there are, by their digits and how many are behind the point.
DECIMALS = {f"Decimal128({digits}, {scale})": (digits, scale) for digits, scale in [(9, 2), (18, 4), (25, 3), (38, 10)]}
MICROS = 'Timestamp(µs, "UTC")'
NANOS = "Timestamp(ns)"
NANOS_UTC = 'Timestamp(ns, "UTC")'
UUID = "Uuid"
FIXED = "FixedSizeBinary(5)"
MAP = "Map"
STRUCT = 'Struct("a": Int64, "b": Utf8)'

# The moments that Python has a type for, by which filters ask: years 1 to 9999.
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
PYTHON_MOMENTS = range(-62_135_596_800_000_000, 253_402_300_800_000_000)


def element_type(model_type):
    """The type of a list's elements; none for other types."""
    found = re.fullmatch(r"List\((.*), field: 'element'\)", model_type)
    return found and found[1]


def known_type(types, model_type, list_of):
    """What a reader calls one of the model's types; `list_of` makes a list's type of its elements'."""
    element = element_type(model_type)
    return types[model_type] if element is None else list_of(types[element])


# How floats and the integers of their bits are packed: NaN equals NaN by its bits, and -0.0 is not 0.0.
BITS = {"Float64": ("d", "Q"), "Float32": ("f", "I")}


def bits_of(values, packed, unpacked):
    """Floats as the integers of their bits, all at once."""
    count = len(values)
    present = [0.0 if value is None else value for value in values]
    numbers = struct.unpack(f"<{count}{unpacked}", struct.pack(f"<{count}{packed}", *present))
    return [None if value is None else number for value, number in zip(values, numbers)]


def double(number):
    """The double that a compared value stands for."""
    return struct.unpack("<d", struct.pack("<Q", number))[0]


def single(number):
    return struct.unpack("<f", struct.pack("<I", number))[0]


# Types whose compared values stand for numbers that have an order of their own.
FLOATS = {"Float64": double, "Float32": single}
# How a reader orders floats: as IEEE 754's numbers, where NaN compares with nothing; with NaN above them;
# or with NaN above or below them by its sign; or by that standard's total order, where -0.0 is below 0.0 too.
NUMBERS, NAN_ABOVE, NAN_BY_SIGN, TOTAL_ORDER = "numbers", "NaN above", "NaN by its sign", "total order"
# What asks for NaN, in the place of a comparison.
IS_NAN = "is nan"
COMPARISONS = {"=": operator.eq, "<": operator.lt, ">": operator.gt, ">=": operator.ge}


def of_model(cells, model_type):
    """A model's cells as the values that are compared; those of most types are already."""
    decode = functools.partial(base64.b64decode, validate=True)
    conversions = dict.fromkeys(("Binary", UUID, FIXED), decode) | dict.fromkeys(DECIMALS, int)
    return converted(cells, model_type, conversions)


def from_python(values, model_type):
    """What a reader gave as Python's values, as the values that are compared."""
    if model_type in BITS:
        return bits_of(values, *BITS[model_type])
    element = element_type(model_type)
    if element in BITS:
        return [None if value is None else bits_of(value, *BITS[element]) for value in values]
    return converted(values, model_type, FROM_PYTHON)


def converted(values, model_type, conversions):
    """Values, or the elements of lists, put through their type's conversion; null stays null."""
    element = element_type(model_type)
    if element is not None:
        return [None if value is None else converted(value, element, conversions) for value in values]
    convert = conversions.get(model_type)
    if convert is None:
        return list(values)
    return [None if value is None else convert(value) for value in values]


def unscaled(scale, value):
    digits = value.as_tuple()
    assert digits.exponent == -scale, value
    number = int("".join(map(str, digits.digits)))
    return -number if digits.sign else number


def uuid_bytes(value):
    """UUIDs come as Python's, as their text, or as bytes."""
    if isinstance(value, uuid.UUID):
        return value.bytes
    return uuid.UUID(value).bytes if isinstance(value, str) else value


def entries(value):
    """Maps come as Python's, as pairs, or as structs."""
    if isinstance(value, dict):
        return [[key, value[key]] for key in value]
    return [[each["key"], each["value"]] if isinstance(each, dict) else list(each) for each in value]


FROM_PYTHON = {name: functools.partial(unscaled, scale) for name, (_, scale) in DECIMALS.items()}
FROM_PYTHON |= {UUID: uuid_bytes, MAP: entries}


def probe_value(probe, model_type):
    """A compared value as the one that a filter is given."""
    if model_type in FLOATS:
        return FLOATS[model_type](probe)
    if model_type == MICROS:
        return EPOCH + datetime.timedelta(microseconds=probe)
    return probe


class Model:
    """Columns, their types, and their cells by row: of a model, or of what a reader wrote in its form."""

    def __init__(self, path):
        self.stem = pathlib.Path(path).stem
        with open(path, encoding="utf-8") as lines:
            head = json.loads(next(lines))
            if "error" in head:
                raise ValueError(head["error"])
            self.columns = [(column["name"], column["type"]) for column in head["columns"]]
            self.types = dict(self.columns)
            self.cells = {name: of_model(json.loads(next(lines)), ty) for name, ty in self.columns}
        self.rows = head["rows"]
        # By column and order, since many filters ask for them.
        self.known_keys = {}
        # Whether every reader tries all filters, however slow.
        self.tries_all_filters = head.get("tries_all_filters", False)
        # The only rows whose pages can be read; none where all of them can.
        self.kept_rows = head.get("kept_rows") and slice(*head["kept_rows"])
        assert len(self.types) == len(self.columns), "a name stands twice"
        assert all(len(cells) == self.rows for cells in self.cells.values())

    def probes(self, name):
        """Values to look a column's rows up by: middle, first, last, min and max."""
        number = FLOATS.get(self.types[name])
        present = [cell for cell in self.cells[name] if cell is not None]
        if number:
            present = [cell for cell in present if not math.isnan(number(cell))]
        if self.types[name] == MICROS:
            # Other moments are compared as cells, and as rows that these find or leave out.
            present = [cell for cell in present if cell in PYTHON_MOMENTS]
        if not present:
            return []
        picked = [present[len(present) // 2], present[0], present[-1]]
        picked += [min(present, key=number), max(present, key=number)]
        return list(dict.fromkeys(picked))

    def found(self, name, operator, probe, order):
        """The rows where `name operator probe` holds, or that are NaN where the operator is that."""
        if operator == IS_NAN:
            keys = enumerate(self.keys(name, NUMBERS))
            return [row for row, key in keys if key is not None and math.isnan(key)]
        holds, sought = COMPARISONS[operator], sort_key(self.types[name], order)(probe)
        keys = enumerate(self.keys(name, order))
        return [row for row, key in keys if key is not None and holds(key, sought)]

    def keys(self, name, order):
        """What a column's cells are compared by."""
        if self.types[name] not in FLOATS:
            return self.cells[name]
        if (name, order) not in self.known_keys:
            key = sort_key(self.types[name], order)
            keys = [None if cell is None else key(cell) for cell in self.cells[name]]
            self.known_keys[name, order] = keys
        return self.known_keys[name, order]

    def cells_of(self, name, rows):
        cells = self.cells[name]
        return [cells[row] for row in rows]


def sort_key(model_type, order):
    """What compared values are compared by."""
    if model_type not in FLOATS:
        return lambda cell: cell
    number = FLOATS[model_type]
    if order == NUMBERS:
        return number
    if order == NAN_ABOVE:
        return lambda cell: (math.isnan(number(cell)), 0 if math.isnan(number(cell)) else number(cell))
    sign = 1 << (63 if model_type == "Float64" else 31)

    def total(cell):
        return -(cell - sign) - 1 if cell & sign else cell

    return total if order == TOTAL_ORDER else lambda cell: total(0 if cell == sign else cell)
