"""The columns of an NDJSON input, so that peers read it once, with the types that they are told."""

import json


def columns(path, types):
    """The columns of a schema file, by name, with what `types` calls their kinds."""
    with open(path, encoding="utf-8") as file:
        declared = json.load(file)["columns"]
    return {column["name"]: types[column["type"]] for column in declared}
