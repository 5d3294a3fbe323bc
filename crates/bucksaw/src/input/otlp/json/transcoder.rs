//! OTLP/JSON to the same messages in protobuf, field by field.
//!
//! So there is one decoder of OTLP, whatever it was written in: a member given twice is what a field given twice is, members come in
//! any order, and text is copied once.

use std::ops::Range;

use bumpalo::Bump;

use super::output::Output;
use super::plain;
use super::reader::{ARRAY_END, COLON, Fault, NAME, OBJECT_END, Reader, Result};
use super::structure::behind_value;
use crate::format::thrift::varint_len;
use crate::input::otlp::messages::{Field, Kind, Message};

/// Messages within each other, at the most: more than those in which the decoder takes lists and maps to nest too deep.
const MAX_DEPTH: usize = 256;

/// Where messages have what they hold.
const LISTS_OF_SIGNALS: [&[u8]; 4] =
    [b"resourceLogs", b"resourceSpans", b"resourceMetrics", b"resourceProfiles"];

const TOO_DEEP: &str = "lists and maps nest too deep";
const OBJECT: &str = "expected an object";
pub(super) const ARRAY: &str = "expected an array";
const BOOL: &str = "expected true or false";

/// Where a message that can be rejected alone came from.
#[derive(Debug)]
pub(super) struct Place {
    /// Where its field begins in protobuf, and its content.
    pub(super) field: usize,
    pub(super) content: usize,
    pub(super) json: Range<usize>,
}

/// What was left out because it could not be read.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) json: Range<usize>,
    pub(super) fault: Fault,
}

/// What was altered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Altered {
    pub(super) unknown_members: u64,
    pub(super) enum_names: u64,
}

/// See the module.
pub(super) struct Transcoder<'c, 'a> {
    pub(super) reader: Reader<'c>,
    /// The messages in protobuf.
    pub(super) out: Output<'a>,
    /// In the order in which they begin in `out`.
    pub(super) places: Vec<Place>,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) altered: Altered,
    /// Messages around.
    pub(super) depth: usize,
    /// Where the resource starts that is read, or what else is outermost.
    pub(super) unit: usize,
    /// Whether the text may end behind a resource, and whether it did.
    pub(super) may_be_cut: bool,
    pub(super) is_cut: bool,
    /// Whether the message is broken, and what is left of it was passed over.
    pub(super) is_broken: bool,
    /// The name of a message's list of resources.
    pub(super) key: &'static [u8],
    /// Whether the message had that.
    pub(super) has_list: bool,
    /// The name of another outermost member, the last.
    pub(super) other: &'c [u8],
    /// Members of the message, and their names, in which other signals have theirs.
    pub(super) others: Vec<(Range<usize>, &'c [u8])>,
}

/// What JSON calls the list of resources of a signal's message.
pub(super) fn key_of(message: &'static Message) -> &'static [u8] {
    message.fields.first().map_or(b"", |field| field.1.as_bytes())
}

/// Bytes that a message's length has room in before the message is there: as many as most of its kind need.
fn room(kind: Kind) -> usize {
    match kind {
        Kind::Groups(_) => 4,
        Kind::Records(..) | Kind::Points(_) => 2,
        _ => 1,
    }
}

impl<'c, 'a> Transcoder<'c, 'a> {
    pub(super) fn new(bytes: &'c [u8], message: &'static Message, arena: &'a Bump) -> Self {
        let key = key_of(message);
        Self {
            key,
            reader: Reader::new(bytes),
            out: Output::with_capacity_in(bytes.len() / 2, arena),
            places: Vec::new(),
            unreadable: Vec::new(),
            altered: Altered::default(),
            depth: 0,
            unit: 0,
            may_be_cut: false,
            is_cut: false,
            is_broken: false,
            has_list: false,
            other: b"",
            others: Vec::new(),
        }
    }

    /// The members of an object, its brace being behind.
    pub(super) fn members(&mut self, message: &'static Message) -> Result<()> {
        self.reader.skip_spaces();
        if self.reader.take(b'}') { Ok(()) } else { self.more_members(message) }
    }

    /// The same from a name on.
    pub(super) fn more_members(&mut self, message: &'static Message) -> Result<()> {
        let mut expected = 0;
        loop {
            let start = self.reader.at;
            self.reader.expect(b'"', NAME)?;
            let field = self.name(message, &mut expected)?;
            self.reader.skip_spaces();
            self.reader.expect(b':', COLON)?;
            self.reader.skip_spaces();
            if !self.reader.null()? {
                match field {
                    Some((number, _, kind)) => self.value(*number, *kind)?,
                    None => {
                        self.reader.skip_value()?;
                        self.altered.unknown_members += 1;
                        if self.depth == 1 && LISTS_OF_SIGNALS.contains(&self.other) {
                            self.others.push((start..self.reader.at, self.other));
                        }
                    }
                }
            }
            if self.is_over() || self.ends_object()? {
                return Ok(());
            }
        }
    }

    /// Whether no more of a message is to be read.
    pub(super) fn is_over(&self) -> bool {
        self.is_cut || self.is_broken
    }

    /// Whether an object ends, or goes on with a name.
    pub(super) fn ends_object(&mut self) -> Result<bool> {
        self.reader.skip_spaces();
        if self.reader.take(b',') {
            self.reader.skip_spaces();
            return Ok(false);
        }
        self.reader.expect(b'}', OBJECT_END).map(|()| true)
    }

    /// The field that a name stands for, its quote being behind. It is the next, most often.
    #[inline]
    fn name(
        &mut self,
        message: &'static Message,
        expected: &mut usize,
    ) -> Result<Option<&'static Field>> {
        let left = &self.reader.bytes[self.reader.at..];
        let fields = message.fields;
        for index in (*expected..fields.len()).chain(0..*expected) {
            let name = fields[index].1.as_bytes();
            if left.get(name.len()) == Some(&b'"') && left.starts_with(name) {
                self.reader.at += name.len() + 1;
                *expected = index + 1;
                return Ok(Some(&fields[index]));
            }
        }
        self.other_name(message)
    }

    #[inline(never)]
    fn other_name(&mut self, message: &'static Message) -> Result<Option<&'static Field>> {
        let raw = self.reader.string()?;
        if !raw.is_escaped {
            self.reader.check_text(raw.at)?;
            if self.depth == 1 {
                self.other = raw.bytes;
            }
            return Ok(None);
        }
        self.reader.check_text(raw.at)?;
        let name = raw.unescaped()?;
        Ok(message.fields.iter().find(|field| *field.1.as_bytes() == *name))
    }

    /// A member's value, which is not null.
    fn value(&mut self, number: u32, kind: Kind) -> Result<()> {
        match kind {
            Kind::Text => self.text(number),
            Kind::Message(message) => self.message(number, kind, message),
            Kind::Bool => {
                let Some(value) = self.reader.bool()? else { return self.reader.fault(BOOL) };
                self.put_varint_field(number, value.into());
                Ok(())
            }
            Kind::Id(_) => self.id(number),
            Kind::Bytes => self.base64(number),
            Kind::Texts
            | Kind::Messages(_)
            | Kind::Attributes(_)
            | Kind::Values(_)
            | Kind::Groups(_)
            | Kind::Records(..)
            | Kind::Points(_) => {
                if self.depth == 1 {
                    self.has_list = true;
                }
                self.reader.expect(b'[', ARRAY)?;
                self.reader.skip_spaces();
                if self.reader.take(b']') { Ok(()) } else { self.elements(number, kind) }
            }
            Kind::Uint64s | Kind::Fixed64s | Kind::Doubles => self.numbers(number, kind),
            _ => {
                let (wire_type, value) = self.scalar(kind)?;
                self.put_key(number, wire_type);
                self.put_scalar(wire_type, value);
                Ok(())
            }
        }
    }

    /// The elements of an array from one on.
    pub(super) fn elements(&mut self, number: u32, kind: Kind) -> Result<()> {
        let first = self.reader.at;
        loop {
            let start = self.reader.at;
            match kind {
                Kind::Attributes(message) => self.attribute(number, message)?,
                Kind::Groups(_) | Kind::Records(..) => {
                    match self.element(number, kind) {
                        // Nothing in it is sound.
                        Err(fault) if start == first => return Err(fault),
                        Err(fault) => self.break_off(start, fault),
                        Ok(()) => {}
                    }
                    if self.is_broken {
                        return Ok(());
                    }
                }
                _ => self.element(number, kind)?,
            }
            let mut behind = self.reader.at;
            self.reader.skip_spaces();
            while matches!(kind, Kind::Groups(_) | Kind::Records(..)) && self.rejects_element() {
                behind = self.reader.at;
                self.reader.skip_spaces();
            }
            if self.depth == 1 && self.may_be_cut && self.reader.peek().is_none() {
                self.is_cut = true;
                return Ok(());
            }
            if self.reader.take(b',') {
                self.reader.skip_spaces();
                continue;
            }
            return match (self.reader.expect(b']', ARRAY_END), kind) {
                (Err(fault), Kind::Groups(_) | Kind::Records(..)) => {
                    self.pass_over(behind, fault);
                    Ok(())
                }
                (ends, _) => ends,
            };
        }
    }

    fn element(&mut self, number: u32, kind: Kind) -> Result<()> {
        match kind {
            Kind::Texts => self.text(number),
            Kind::Values(message) => {
                if self.reader.null()? {
                    self.put_key(number, 2);
                    self.out.push(0);
                    return Ok(());
                }
                self.message(number, kind, message)
            }
            Kind::Groups(message) | Kind::Records(message, _) | Kind::Points(message) => {
                self.separable(number, kind, message)
            }
            Kind::Message(message) | Kind::Messages(message) | Kind::Attributes(message) => {
                self.message(number, kind, message)
            }
            _ => self.value(number, kind),
        }
    }

    #[inline]
    fn attribute(&mut self, number: u32, message: &'static Message) -> Result<()> {
        let start = self.out.len();
        let tag = (number << 3 | 2) as u8;
        match plain::attribute(&self.reader.bytes[self.reader.at..], tag, &mut self.out) {
            Some(len) if number < 16 => {
                self.reader.at += len;
                Ok(())
            }
            _ => {
                self.out.truncate(start);
                self.message(number, Kind::Attributes(message), message)
            }
        }
    }

    /// A message that is rejected alone if it is broken, and its end can be found.
    fn separable(&mut self, number: u32, kind: Kind, message: &'static Message) -> Result<()> {
        let (start, depth, mark) = (self.reader.at, self.depth, self.mark());
        if depth == 1 && self.reader.peek() == Some(b'{') {
            self.unit = start;
        }
        let field = self.out.len();
        self.places.push(Place { field, content: field + 1 + room(kind), json: start..start });
        let read = self.message(number, kind, message);
        self.depth = depth;
        match read {
            Ok(()) => self.places[mark.places].json.end = self.reader.at,
            Err(fault) => {
                self.roll_back(&mark);
                let end = behind_value(self.reader.bytes, start, self.key).ok_or(fault)?;
                self.reject(start..end, fault);
                self.reader.at = end;
            }
        }
        if depth == 1 {
            self.unit = self.reader.at;
        }
        Ok(())
    }

    fn message(&mut self, number: u32, kind: Kind, message: &'static Message) -> Result<()> {
        self.reader.expect(b'{', OBJECT)?;
        if self.depth == MAX_DEPTH {
            return self.reader.fault(TOO_DEEP);
        }
        self.depth += 1;
        let start = self.begin(number, room(kind));
        self.members(message)?;
        self.end(start, room(kind));
        self.depth -= 1;
        Ok(())
    }

    #[inline]
    pub(super) fn put_key(&mut self, number: u32, wire_type: u8) {
        self.out.put_varint(u64::from(number) << 3 | u64::from(wire_type));
    }

    fn put_varint_field(&mut self, number: u32, value: u64) {
        self.put_key(number, 0);
        self.out.put_varint(value);
    }

    pub(super) fn put_scalar(&mut self, wire_type: u8, value: u64) {
        match wire_type {
            0 => self.out.put_varint(value),
            1 => self.out.put(value.to_le_bytes()),
            _ => self.out.put((value as u32).to_le_bytes()),
        }
    }

    /// Begins a field whose length is not known yet, with this room for it.
    #[inline]
    pub(super) fn begin(&mut self, number: u32, room: usize) -> usize {
        self.put_key(number, 2);
        self.make_room(room)
    }

    #[inline]
    pub(super) fn make_room(&mut self, room: usize) -> usize {
        let start = self.out.len();
        self.out.put_slice(&[0; 10][..room]);
        start
    }

    /// Ends what has its length at `start`, which takes all of its room.
    #[inline]
    pub(super) fn end(&mut self, start: usize, room: usize) {
        let len = (self.out.len() - start - room) as u64;
        let needed = varint_len(len).max(room);
        if needed > room {
            self.move_on(start + room, needed - room);
        }
        for (index, byte) in self.out.written(start, needed).iter_mut().enumerate() {
            let more = if index + 1 < needed { 0x80 } else { 0 };
            *byte = (len >> (7 * index)) as u8 & 0x7f | more;
        }
    }

    /// Makes room before what has been written from a byte on.
    #[cold]
    fn move_on(&mut self, from: usize, by: usize) {
        self.out.shift(from, by);
        for place in self.places.iter_mut().rev().take_while(|place| place.content >= from) {
            place.content += by;
            place.field += if place.field >= from { by } else { 0 };
        }
    }
}
