"""What a file has to hold: for each column how many values, of which kind, and a checksum of them.

The checksum is the sum, modulo 2^64, of a hash of each value's canonical text, so it does not depend on
the order of rows; a value that is missing, changed or doubled changes it.
"""

import hashlib

# Where only the number of values is compared.
ANY = "any"
KINDS = ("bool", "integer", "double", "text")
# Kinds that text may honestly become, and what the table then says.
STAND_INS = {"uuid": "UUID columns", "bytes": "bytes for text", "id": "ids as bytes"}


def canonical(value):
    """A value as text: the same for the same value, whoever read it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, bytes):
        return value.decode()
    return str(value)


def kind(value):
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "integer"
    return "double" if isinstance(value, float) else "text"


def summary(kind, counts):
    """A column's summary, from canonical texts and how often each occurs."""
    checksum = 0
    for text, count in counts:
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        checksum += int.from_bytes(digest, "little") * count
    values = sum(count for _, count in counts)
    return {"kind": kind, "values": values, "checksum": f"{checksum % 2**64:016x}"}


def compare(expected, found):
    """What is wrong with a file, and what is worth a note: two lists of text."""
    problems, stand_ins = [], set()
    if found["rows"] != expected["rows"]:
        problems.append(f"{found['rows']} rows instead of {expected['rows']}")
    columns = found["column"]
    for name, wanted in expected["column"].items():
        got = columns.get(name)
        if got is None:
            problems.append(f"{name}: missing")
            continue
        if got["kind"] in STAND_INS and wanted["kind"] == "text":
            stand_ins.add(STAND_INS[got["kind"]])
        elif wanted["kind"] not in (ANY, got["kind"]):
            problems.append(f"{name}: {got['kind']} instead of {wanted['kind']}")
        if got["values"] != wanted["values"]:
            problems.append(f"{name}: {got['values']} values instead of {wanted['values']}")
        elif wanted["checksum"] not in (ANY, got["checksum"]):
            problems.append(f"{name}: other values")
    # A writer that was told of a column may write it though no row has it. Times may have their last digits beside them.
    beside = {f"{name}__ns" for name, wanted in expected["column"].items() if wanted["kind"] == ANY}
    known = beside | set(expected["column"])
    unknown = (name for name in columns if name not in known and columns[name]["values"])
    problems.extend(f"{name}: not expected" for name in unknown)
    return problems, sorted(stand_ins) + found.get("notes", [])
