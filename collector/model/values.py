"""Values as Bucksaw spells them where a column holds text."""

import base64
import json
import math
import re
from decimal import Decimal


class Json(str):
    """A list or a map, as JSON text."""


def double_text(value):
    """The shortest digits that read back, with as few signs as Rust writes them."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr_of_ties(value, repr(value))
    return re.sub(r"[eE]([+-])0*", lambda match: "e" + match[1].replace("+", ""), text)


def repr_of_ties(value, text):
    """Of two texts that are as short and as near, Python takes the one with an even digit, Rust the one farther from 0."""
    exact, short = Decimal(value), Decimal(text)
    digit = Decimal((0, (1,), short.as_tuple().exponent)).copy_sign(exact)
    if exact - short == short + digit - exact and float(short + digit) == value:
        return text.replace(text.split("e")[0], str((short + digit).scaleb(-exponent_of(text))))
    return text


def exponent_of(text):
    return int(text.partition("e")[2] or 0)


def text_of(value):
    """A value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


def json_of(value):
    """A value inside a list or a map."""
    if value is None:
        return "null"
    if isinstance(value, Json):
        return value
    if isinstance(value, (str, bytes)) or isinstance(value, float) and not math.isfinite(value):
        return json.dumps(text_of(value), ensure_ascii=False)
    return text_of(value)


def any_value(message):
    """What an `AnyValue` is: None, a single value, or `Json`."""
    kind = message.WhichOneof("value")
    if kind is None:
        return None
    value = getattr(message, kind)
    if kind == "array_value":
        return Json("[" + ",".join(json_of(any_value(element)) for element in value.values) + "]")
    if kind == "kvlist_value":
        return json_of_attributes(value.values)
    return value


def json_of_attributes(attributes):
    members = (json_of(attribute.key) + ":" + json_of(any_value(attribute.value)) for attribute in attributes)
    return Json("{" + ",".join(members) + "}")
