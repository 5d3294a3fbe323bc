"""JSON files, written whole or not at all."""

import json
import os


def read_json(path):
    with open(path) as file:
        return json.load(file)


def write_json(path, document):
    """One line for each entry of a list at the top, so that raw figures can be read and compared."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            lines = ",\n    ".join(json.dumps(entry, ensure_ascii=False) for entry in value)
            text = f"[\n    {lines}\n  ]"
        else:
            text = json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n  ")
        parts.append(f"  {json.dumps(key)}: {text}")
    staged = path.with_name(path.name + ".new")
    staged.write_text("{\n" + ",\n".join(parts) + "\n}\n")
    os.replace(staged, path)
