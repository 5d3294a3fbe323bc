"""Messages as protobuf's wire format, with all that it allows and no library writes.

Fields in any order, messages and lists in several parts, values given twice, unknown fields, integers longer than they need to
be. protobuf's own classes read the same message of it.
"""

import struct

from google.protobuf.descriptor import FieldDescriptor as Kind

FIXED64 = {Kind.TYPE_DOUBLE: "<d", Kind.TYPE_FIXED64: "<Q", Kind.TYPE_SFIXED64: "<q"}
FIXED32 = {Kind.TYPE_FIXED32: "<I"}
TEXTS = {Kind.TYPE_STRING, Kind.TYPE_BYTES}
# Numbers that no message has, the last of those that a field may have among them.
UNKNOWN = (90, 1_000, (1 << 29) - 1)


class Writer:
    def __init__(self, random):
        self.random = random

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def message(self, message):
        return b"".join(self.shuffled(self.fields(message)))

    def fields(self, message):
        """Of each field, or oneof, what has to stay in its order."""
        groups = {}
        for field, value in message.ListFields():
            group = groups.setdefault(field.containing_oneof or field, self.replaced(field))
            if field.is_repeated and field.message_type:
                group.extend(self.delimited(field.number, self.message(element)) for element in value)
            elif field.is_repeated and field.type not in TEXTS:
                group.extend(self.run(field, list(value)))
            elif field.is_repeated:
                group.extend(self.scalar(field, element) for element in value)
            elif field.message_type:
                group.extend(self.parts(field, value))
            else:
                if self.chance(10):
                    group.append(self.scalar(field, other(field)))
                group.append(self.scalar(field, value))
        if self.chance(10):
            groups["unknown"] = [self.unknown()]
        return list(groups.values())

    def replaced(self, field):
        """Another member of a field's oneof, which the field takes the place of."""
        members = field.containing_oneof.fields if field.containing_oneof else []
        others = [member for member in members if member is not field]
        if not others or not self.chance(10):
            return []
        member = self.random.choice(others)
        return [self.delimited(member.number, b"") if member.message_type else self.scalar(member, other(member))]

    def shuffled(self, groups):
        """Takes from the groups in any order, but from each in its own."""
        groups = [group for group in groups if group]
        while groups:
            group = self.random.choice(groups)
            yield group.pop(0)
            if not group:
                groups.remove(group)

    def parts(self, field, value):
        """A message in one or two parts."""
        first, second = self.fields(value), []
        if self.chance(15) and len(first) > 1:
            cut = self.random.randrange(len(first))
            first, second = first[:cut], first[cut:]
            yield self.delimited(field.number, b"".join(self.shuffled(second)))
        yield self.delimited(field.number, b"".join(self.shuffled(first)))

    def run(self, field, values):
        """Numbers one by one, or as runs of bytes."""
        if self.chance(25):
            return [self.scalar(field, value) for value in values]
        cut = self.random.randrange(len(values) + 1)
        halves = [values[:cut], values[cut:]]
        return [self.delimited(field.number, b"".join(self.content(field, value) for value in half)) for half in halves]

    def scalar(self, field, value):
        if field.type in TEXTS:
            return self.delimited(field.number, value.encode() if isinstance(value, str) else value)
        wire_type = 1 if field.type in FIXED64 else 5 if field.type in FIXED32 else 0
        return self.varint(field.number << 3 | wire_type) + self.content(field, value)

    def content(self, field, value):
        layout = FIXED64.get(field.type) or FIXED32.get(field.type)
        if layout:
            return struct.pack(layout, value)
        if field.type == Kind.TYPE_SINT32:
            value = value << 1 ^ value >> 31
        return self.varint(int(value) & (1 << 64) - 1)

    def unknown(self):
        number = self.random.choice(UNKNOWN)
        contents = {0: self.varint(self.random.getrandbits(64)), 1: bytes(8), 5: bytes(4)}
        wire_type = self.random.choice([0, 1, 2, 5])
        if wire_type == 2:
            return self.delimited(number, self.random.randbytes(5))
        return self.varint(number << 3 | wire_type) + contents[wire_type]

    def delimited(self, number, content):
        return self.varint(number << 3 | 2) + self.varint(len(content)) + content

    def varint(self, value):
        digits = []
        while value > 0x7F:
            digits.append(value & 0x7F | 0x80)
            value >>= 7
        digits.append(value)
        # A byte more than needed, where five are enough for all lengths and fields.
        if self.chance(3) and len(digits) < 5:
            digits[-1] |= 0x80
            digits.append(0)
        return bytes(digits)


def other(field):
    """A value that another takes the place of."""
    if field.type == Kind.TYPE_STRING:
        return "replaced"
    if field.type == Kind.TYPE_BYTES:
        return b"replaced"
    return 1
