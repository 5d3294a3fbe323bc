"""Tables of OTLP logs that rivals make in a layout of their own, and how they are compared with what is expected."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layout:
    """Where what is expected stands: `read_back` takes it from there."""

    # Columns that have another name, and what is expected under it.
    columns: dict = field(default_factory=dict)
    # Columns that hold all attributes of a record, and the prefix of the columns that are expected instead.
    attributes: dict = field(default_factory=dict)
    # What stands in the file a second time.
    copies: tuple = ()
    # 0 and "" stand for values that are missing.
    zero_is_missing: bool = False
    # What the tables say.
    note: str = ""


AS_JSON = {"resource_attributes": "resource_", "scope_attributes": "scope_", "log_attributes": "attr_"}
COPIES = ("service_namespace", "service_instance_id")

LAYOUTS = {
    "": Layout(),
    "otlp2parquet": Layout(
        columns={"timestamp": "time", "observed_timestamp": "observed_time"},
        attributes=AS_JSON,
        copies=COPIES,
        zero_is_missing=True,
        note="attributes as JSON, times in µs",
    ),
    "otlp2records": Layout(
        columns={"time_unix_nano": "time", "observed_time_unix_nano": "observed_time"},
        attributes=AS_JSON,
        copies=COPIES,
        zero_is_missing=True,
        note="attributes as JSON",
    ),
    "maps": Layout(
        attributes={"resource_attributes": "resource_", "attributes": "attr_"},
        note="attributes in maps of text",
    ),
}


def column_of(prefix, key):
    """The column that is expected for an attribute: the workloads' keys have dots for underscores."""
    return prefix + key.replace(".", "_")


def typed(text, kind):
    """A value that is text in a map, as the kind that is expected, if it can be one."""
    readers = {"integer": int, "double": float, "bool": {"true": True, "false": False}.__getitem__}
    try:
        return readers[kind](text) if kind in readers else text
    except (KeyError, ValueError):
        return text
