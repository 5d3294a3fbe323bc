//! Between protobuf and OTLP/JSON by OTLP's own definition, naively: what ours is held against.

use std::collections::HashMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use serde_json::value::RawValue;

/// OTLP's definition.
pub(crate) struct Definition {
    messages: HashMap<String, DescriptorProto>,
    enums: HashMap<String, HashMap<String, i32>>,
}

/// How JSON is spelled, where it may be spelled in several ways.
pub(crate) trait Spelling {
    /// A number below this.
    fn choose(&mut self, below: usize) -> usize;
}

/// Always the first way.
pub(crate) struct Plain;

impl Spelling for Plain {
    fn choose(&mut self, _: usize) -> usize {
        0
    }
}

/// A JSON value with all members that its objects have.
#[derive(Debug)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> serde::Deserialize<'de> for Members<'t> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Visitor).map(Members)
    }
}

impl Node {
    fn read(raw: &RawValue) -> serde_json::Result<Self> {
        let text = raw.get();
        Ok(match text.as_bytes()[0] {
            b'n' => Self::Null,
            b't' | b'f' => Self::Bool(text == "true"),
            b'"' => Self::Text(serde_json::from_str(text)?),
            b'[' => {
                let elements: Vec<&RawValue> = serde_json::from_str(text)?;
                Self::Array(elements.into_iter().map(Self::read).collect::<Result<_, _>>()?)
            }
            b'{' => {
                let Members(members) = serde_json::from_str(text)?;
                let read = |(name, value)| Ok((name, Self::read(value)?));
                Self::Object(members.into_iter().map(read).collect::<serde_json::Result<_>>()?)
            }
            _ => Self::Number(text.to_owned()),
        })
    }

    /// The values of a text, between which stands what may stand between messages.
    pub(crate) fn all(mut text: &str) -> serde_json::Result<Vec<Self>> {
        let mut all = Vec::new();
        loop {
            let between = [' ', '\n', '\t', '\r', '[', ',', ']', '\u{1e}', '\0'];
            text = text.trim_start_matches(between);
            if text.is_empty() {
                return Ok(all);
            }
            let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
            if let Some(value) = values.next() {
                all.push(Self::read(value?)?);
            }
            text = &text[values.byte_offset()..];
        }
    }
}

/// Bytes that are no such message, or JSON that is none.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) String);

type Result<T, E = Refused> = std::result::Result<T, E>;

fn refused<T>(reason: impl Into<String>) -> Result<T> {
    Err(Refused(reason.into()))
}

impl Definition {
    pub(crate) fn new() -> Self {
        let files = FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS).expect("sound");
        let mut definition = Self { messages: HashMap::new(), enums: HashMap::new() };
        for file in files.file {
            let package = format!(".{}", file.package());
            for message in &file.message_type {
                definition.add(&package, message);
            }
            for names in &file.enum_type {
                definition.add_enum(&package, names);
            }
        }
        definition
    }

    fn add(&mut self, outer: &str, message: &DescriptorProto) {
        let name = format!("{outer}.{}", message.name());
        message.nested_type.iter().for_each(|inner| self.add(&name, inner));
        message.enum_type.iter().for_each(|names| self.add_enum(&name, names));
        self.messages.insert(name, message.clone());
    }

    fn add_enum(&mut self, outer: &str, names: &prost_types::EnumDescriptorProto) {
        let values = names.value.iter().map(|value| (value.name().to_owned(), value.number()));
        self.enums.insert(format!("{outer}.{}", names.name()), values.collect());
    }

    fn message(&self, name: &str) -> &DescriptorProto {
        &self.messages[name]
    }

    /// A sound message as JSON.
    pub(crate) fn json(&self, name: &str, message: &[u8], how: &mut impl Spelling) -> String {
        let mut members: Vec<(&FieldDescriptorProto, Vec<String>)> = Vec::new();
        let mut left = message;
        while !left.is_empty() {
            let key = prost::encoding::decode_varint(&mut left).expect("sound");
            let fields = &self.message(name).field;
            let field = fields.iter().find(|field| field.number() as u64 == key >> 3);
            let field = field.expect("OTLP has it");
            let mut value = match key & 7 {
                0 => {
                    let before = left;
                    prost::encoding::decode_varint(&mut left).expect("sound");
                    &before[..before.len() - left.len()]
                }
                1 => left.split_off(..8).expect("sound"),
                5 => left.split_off(..4).expect("sound"),
                _ => {
                    let len = prost::encoding::decode_varint(&mut left).expect("sound");
                    left.split_off(..len as usize).expect("sound")
                }
            };
            let mut spelled = Vec::new();
            let is_number = !matches!(field.r#type(), Type::String | Type::Bytes | Type::Message);
            loop {
                let one = self.spell(field, &mut value, how);
                spelled.push(one);
                if !is_number || value.is_empty() {
                    break;
                }
            }
            let is_last = members.last().is_some_and(|(last, _)| last.number() == field.number());
            match members.last_mut().filter(|_| is_last && field.label() == Label::Repeated) {
                Some((_, all)) => all.extend(spelled),
                None => members.push((field, spelled)),
            }
        }
        if how.choose(4) == 1 {
            members.reverse();
        }
        let space = ["", "", " ", "\n  "][how.choose(4)];
        let mut members: Vec<String> = members
            .into_iter()
            .map(|(field, values)| {
                let value = match field.label() {
                    Label::Repeated => format!("[{space}{}]", values.join(&format!(",{space}"))),
                    _ => values.last().cloned().unwrap_or_default(),
                };
                format!("\"{}\":{space}{value}", field.json_name())
            })
            .collect();
        match how.choose(12) {
            1 => members.push(format!("\"newer\":{space}[{{\"a\":[\"]\\\"\"]}}]")),
            2 => members.insert(0, "\"schema_url\":\"snake\"".to_owned()),
            3 => members.push("\"droppedAttributesCount\":null".to_owned()),
            _ => {}
        }
        format!("{{{space}{}{space}}}", members.join(&format!("{space},{space}")))
    }

    /// The value that bytes start with.
    fn spell(
        &self,
        field: &FieldDescriptorProto,
        value: &mut &[u8],
        how: &mut impl Spelling,
    ) -> String {
        let quoted = |text: String, is_quoted: bool| match is_quoted {
            true => format!("\"{text}\""),
            false => text,
        };
        fn fixed<const N: usize>(value: &mut &[u8]) -> [u8; N] {
            let (bytes, left) = value.split_first_chunk().expect("sound");
            *value = left;
            *bytes
        }
        let varint = |value: &mut &[u8]| prost::encoding::decode_varint(value).expect("sound");
        match field.r#type() {
            Type::Message => self.json(field.type_name(), value, how),
            Type::String => {
                let text = std::str::from_utf8(value).expect("sound");
                let text = serde_json::to_string(text).expect("text");
                if how.choose(3) == 1 {
                    text.replace('e', "\\u0065").replace("ü", "\\u00fc")
                } else {
                    text
                }
            }
            Type::Bytes if field.name().ends_with("_id") => {
                let mut digits = String::new();
                value.iter().for_each(|byte| _ = write!(digits, "{byte:02x}"));
                quoted(if how.choose(3) == 1 { digits.to_uppercase() } else { digits }, true)
            }
            Type::Bytes => match how.choose(3) {
                1 => quoted(URL_SAFE_NO_PAD.encode(value), true),
                _ => quoted(STANDARD.encode(value), true),
            },
            Type::Bool => (varint(value) != 0).to_string(),
            Type::Enum | Type::Int32 => quoted((varint(value) as i32).to_string(), false),
            Type::Uint32 => quoted((varint(value) as u32).to_string(), how.choose(5) == 1),
            Type::Sint32 => {
                let value = varint(value) as u32;
                ((value >> 1) as i32 ^ -((value & 1) as i32)).to_string()
            }
            Type::Int64 => quoted((varint(value) as i64).to_string(), how.choose(2) == 0),
            Type::Uint64 => quoted(varint(value).to_string(), how.choose(2) == 0),
            Type::Fixed32 => u32::from_le_bytes(fixed(value)).to_string(),
            Type::Fixed64 => {
                quoted(u64::from_le_bytes(fixed(value)).to_string(), how.choose(2) == 0)
            }
            Type::Sfixed64 => {
                quoted(i64::from_le_bytes(fixed(value)).to_string(), how.choose(2) == 0)
            }
            Type::Double => match f64::from_le_bytes(fixed(value)) {
                value if value.is_nan() => "\"NaN\"".to_owned(),
                f64::INFINITY => "\"Infinity\"".to_owned(),
                f64::NEG_INFINITY => "\"-Infinity\"".to_owned(),
                value => quoted(format!("{value:?}"), how.choose(5) == 1),
            },
            other => unreachable!("OTLP has no {other:?}"),
        }
    }

    /// A source of JSON as one message.
    pub(crate) fn data_of(&self, name: &str, source: &[u8]) -> Result<Vec<u8>> {
        let text = std::str::from_utf8(source).map_err(|error| Refused(error.to_string()))?;
        let nodes = Node::all(text).map_err(|error| Refused(error.to_string()))?;
        let key = self.message(name).field[0].json_name();
        let mut data = Vec::new();
        for node in &nodes {
            let Node::Object(members) = node else { return refused("no object") };
            let mut others = members.iter().filter(|(_, value)| !matches!(value, Node::Null));
            let has_list = others.clone().any(|(name, _)| name == key);
            if !has_list && others.next().is_some() {
                return refused("an object of something else");
            }
            data.extend(self.message_of(name, node)?);
        }
        Ok(data)
    }

    /// A message of fields and values that are chosen: a number below what is given.
    #[allow(dead_code, reason = "what makes seeds")]
    pub(crate) fn made(&self, name: &str, choose: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
        let mut out = Vec::new();
        for field in &self.message(name).field {
            let is_repeated = field.label() == Label::Repeated;
            let is_message = field.r#type() == Type::Message;
            let is_deep = field.type_name().ends_with("ArrayValue")
                || field.type_name().ends_with("KeyValueList");
            if is_deep && choose(4) > 0 || !is_message && choose(3) == 0 {
                continue;
            }
            for _ in 0..if is_repeated { choose(3) } else { 1 } {
                let node = match field.r#type() {
                    Type::Message => None,
                    Type::String => {
                        Some(Node::Text(["", "a", "é\n\"", "service.name"][choose(4)].into()))
                    }
                    Type::Bytes => Some(Node::Text(
                        ["", "0aff", "000102030405060708090a0b0c0d0e0f"][choose(3)].into(),
                    )),
                    Type::Bool => Some(Node::Bool(choose(2) == 1)),
                    Type::Double => Some(Node::Number(["0", "-0.5", "1e300"][choose(3)].into())),
                    _ => Some(Node::Number(["0", "1", "17", "2147483647"][choose(4)].into())),
                };
                match node {
                    // It is sound.
                    Some(node) => _ = self.put(field, &node, true, &mut out),
                    None => {
                        let inner = self.made(field.type_name(), choose);
                        encode_key(field.number() as u32, WireType::LengthDelimited, &mut out);
                        encode_varint(inner.len() as u64, &mut out);
                        out.extend_from_slice(&inner);
                    }
                }
            }
        }
        out
    }

    /// JSON as a message: members one after the other as fields.
    pub(crate) fn message_of(&self, name: &str, json: &Node) -> Result<Vec<u8>> {
        let Node::Object(members) = json else { return refused("no object") };
        let mut out = Vec::new();
        for (key, value) in members {
            let field = self.message(name).field.iter().find(|field| field.json_name() == key);
            let (Some(field), false) = (field, matches!(value, Node::Null)) else { continue };
            if field.label() != Label::Repeated {
                self.put(field, value, true, &mut out)?;
                continue;
            }
            let Node::Array(elements) = value else { return refused("no array") };
            for element in elements {
                let empty = Node::Object(Vec::new());
                let is_value = field.type_name().ends_with(".AnyValue");
                let element = match element {
                    Node::Null if is_value => &empty,
                    element => element,
                };
                self.put(field, element, true, &mut out)?;
            }
        }
        Ok(out)
    }

    fn put(
        &self,
        field: &FieldDescriptorProto,
        value: &Node,
        has_key: bool,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let number = field.number() as u32;
        let key = |wire, out: &mut Vec<u8>| {
            if has_key {
                encode_key(number, wire, out);
            }
        };
        let bytes = |bytes: &[u8], out: &mut Vec<u8>| {
            key(WireType::LengthDelimited, out);
            encode_varint(bytes.len() as u64, out);
            out.extend_from_slice(bytes);
        };
        let range = |value: i128, from: i128, to: i128| match (from..=to).contains(&value) {
            true => Ok(value),
            false => refused("out of range"),
        };
        match (field.r#type(), value) {
            (Type::Message, value) => bytes(&self.message_of(field.type_name(), value)?, out),
            (Type::String, Node::Text(text)) => bytes(text.as_bytes(), out),
            (Type::Bytes, Node::Text(text)) if field.name().ends_with("_id") => {
                if !text.len().is_multiple_of(2)
                    || !text.bytes().all(|byte| byte.is_ascii_hexdigit())
                {
                    return refused("no hexadecimal digits");
                }
                let digits = (0..text.len()).step_by(2).map(|at| &text[at..at + 2]);
                let id: Vec<u8> =
                    digits.map(|pair| u8::from_str_radix(pair, 16).expect("digits")).collect();
                bytes(&id, out);
            }
            (Type::Bytes, Node::Text(text)) => bytes(&base64(text)?, out),
            (Type::Bool, Node::Bool(value)) => {
                key(WireType::Varint, out);
                encode_varint((*value).into(), out);
            }
            (Type::Double, value) => {
                let value = match value {
                    Node::Text(text) if text == "NaN" => f64::NAN,
                    Node::Text(text) if text == "Infinity" => f64::INFINITY,
                    Node::Text(text) if text == "-Infinity" => f64::NEG_INFINITY,
                    Node::Text(text) | Node::Number(text) => finite(text)?,
                    _ => return refused("no number"),
                };
                key(WireType::SixtyFourBit, out);
                out.extend_from_slice(&value.to_le_bytes());
            }
            (Type::Enum, Node::Text(text)) => {
                let Some(number) = self.enums[field.type_name()].get(text) else {
                    return refused("no such name");
                };
                key(WireType::Varint, out);
                encode_varint(*number as i64 as u64, out);
            }
            (ty, Node::Text(text) | Node::Number(text)) => {
                let value = integer(text)?;
                match ty {
                    Type::Enum | Type::Int32 => {
                        let value = range(value, i32::MIN.into(), i32::MAX.into())?;
                        key(WireType::Varint, out);
                        encode_varint(value as i64 as u64, out);
                    }
                    Type::Sint32 => {
                        let value = range(value, i32::MIN.into(), i32::MAX.into())? as i32;
                        key(WireType::Varint, out);
                        encode_varint(((value << 1) ^ (value >> 31)) as u32 as u64, out);
                    }
                    Type::Uint32 => {
                        key(WireType::Varint, out);
                        encode_varint(range(value, 0, u32::MAX.into())? as u64, out);
                    }
                    Type::Int64 => {
                        key(WireType::Varint, out);
                        encode_varint(range(value, i64::MIN.into(), i64::MAX.into())? as u64, out);
                    }
                    Type::Uint64 => {
                        key(WireType::Varint, out);
                        encode_varint(range(value, 0, u64::MAX.into())? as u64, out);
                    }
                    Type::Fixed32 => {
                        key(WireType::ThirtyTwoBit, out);
                        let value = range(value, 0, u32::MAX.into())? as u32;
                        out.extend_from_slice(&value.to_le_bytes());
                    }
                    Type::Fixed64 => {
                        key(WireType::SixtyFourBit, out);
                        let value = range(value, 0, u64::MAX.into())? as u64;
                        out.extend_from_slice(&value.to_le_bytes());
                    }
                    Type::Sfixed64 => {
                        key(WireType::SixtyFourBit, out);
                        let value = range(value, i64::MIN.into(), i64::MAX.into())? as i64;
                        out.extend_from_slice(&value.to_le_bytes());
                    }
                    _ => return refused("another type"),
                }
            }
            _ => return refused("another type"),
        }
        Ok(())
    }
}

/// A number as JSON writes it; in a text, too.
fn check_number(text: &str) -> Result<()> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(_)
            if text.trim() == text
                && text.starts_with(|sign: char| sign == '-' || sign.is_ascii_digit()) =>
        {
            Ok(())
        }
        _ => refused("no number"),
    }
}

fn finite(text: &str) -> Result<f64> {
    check_number(text)?;
    let value: f64 = text.parse().map_err(|_| Refused("no number".to_owned()))?;
    if value.is_finite() { Ok(value) } else { refused("beyond all doubles") }
}

/// An integer however it is written, by moving its point.
fn integer(text: &str) -> Result<i128> {
    check_number(text)?;
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_negative = whole.starts_with('-');
    let mut all = format!("{}{fraction}", whole.trim_start_matches('-'));
    if all.bytes().all(|digit| digit == b'0') {
        return Ok(0);
    }
    let Ok(exponent) = exponent.parse::<i64>() else { return refused("beyond 64 bits") };
    let mut zeros = exponent.saturating_sub(fraction.len() as i64);
    if zeros.abs() > 100_000 {
        return refused("beyond 64 bits");
    }
    while zeros > 0 {
        all.push('0');
        zeros -= 1;
    }
    while zeros < 0 {
        if all.pop().is_some_and(|digit| digit != '0') {
            return refused("no integer");
        }
        zeros += 1;
    }
    let all = all.trim_start_matches('0');
    let Ok(value) = all.parse::<i128>() else { return refused("beyond 64 bits") };
    Ok(if is_negative { -value } else { value })
}

/// Either alphabet, padded or not.
fn base64(text: &str) -> Result<Vec<u8>> {
    use base64::alphabet;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let read = |letters| GeneralPurpose::new(letters, config).decode(text);
    let bytes = read(&alphabet::STANDARD).or_else(|_| read(&alphabet::URL_SAFE));
    bytes.map_err(|_| Refused("no base64".to_owned()))
}
