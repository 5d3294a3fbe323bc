//! From columns back to rows: each value has its level, and the levels say which lists and groups it
//! is in. What Dremel's paper calls assembly, one row after another.

use std::collections::VecDeque;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::data_type::Int96;
use parquet::schema::types::Type;

use super::budget::{Budget, Step, damaged};
use super::json::Json;
use super::leaf::{Leaf, Level};
use super::statistics::{self, Meaning, Raw};
use super::values::Value;

/// The memory that a level takes with its value, besides the value's text.
const LEVEL_BYTES: u64 = (size_of::<Level>() + size_of::<Json>()) as u64;

/// The memory that a member of an object takes, besides its name and its value's text.
const MEMBER_BYTES: u64 = size_of::<(String, Json)>() as u64;

/// A column, group or list of the schema.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// The definition level from which on it is there.
    present: u16,
    /// The columns that it is made of.
    columns: Range<usize>,
    node: Node,
}

#[derive(Debug)]
enum Node {
    Value,
    Object(Vec<Field>),
    /// A list of elements, whose levels of repetition these are.
    List(Box<Field>, u16),
    /// A list of pairs, likewise.
    Map(Box<[Field; 2]>, u16),
}

/// Those of the schema's top-level columns that are read, and the columns of the schema that they are made of.
pub(super) fn fields(root: &Type, is_read: impl Fn(&str) -> bool) -> (Vec<Field>, Vec<usize>) {
    let (mut fields, mut chosen) = (Vec::new(), Vec::new());
    let (mut columns, mut all) = (0, 0);
    for child in root.get_fields() {
        let (start, before) = (all, columns);
        if is_read(child.name()) {
            fields.push(field(child, (0, 0), &mut columns));
            all += columns - before;
            chosen.extend(start..all);
        } else {
            field(child, (0, 0), &mut all);
        }
    }
    (fields, chosen)
}

/// The field of a type below levels of definition and repetition. The schema's depth was checked.
fn field(kind: &Type, (definition, repetition): (u16, u16), columns: &mut usize) -> Field {
    let start = *columns;
    let info = kind.get_basic_info();
    let (present, node) = match info.has_repetition().then(|| info.repetition()) {
        Some(Repetition::OPTIONAL) => {
            (definition + 1, node(kind, (definition + 1, repetition), columns))
        }
        Some(Repetition::REPEATED) => {
            let element = element(kind, (definition, repetition), columns);
            (definition, Node::List(Box::new(element), repetition + 1))
        }
        _ => (definition, node(kind, (definition, repetition), columns)),
    };
    Field { name: info.name().to_owned(), present, columns: start..*columns, node }
}

/// The elements of a repeated type, in a list at these levels.
fn element(repeated: &Type, (definition, repetition): (u16, u16), columns: &mut usize) -> Field {
    let start = *columns;
    let node = node(repeated, (definition + 1, repetition + 1), columns);
    let name = repeated.name().to_owned();
    Field { name, present: definition + 1, columns: start..*columns, node }
}

fn node(kind: &Type, levels: (u16, u16), columns: &mut usize) -> Node {
    if kind.is_primitive() {
        *columns += 1;
        return Node::Value;
    }
    let (definition, repetition) = levels;
    let repeated = match kind.get_fields() {
        [child] if is_repeated(child) => Some(child),
        _ => None,
    };
    match (annotation(kind), repeated) {
        (Annotation::List, Some(child)) => {
            let element = match inner(kind, child) {
                Some(inner) => field(inner, (definition + 1, repetition + 1), columns),
                None => element(child, levels, columns),
            };
            Node::List(Box::new(element), repetition + 1)
        }
        (Annotation::Map, Some(pair)) if !pair.is_primitive() => match pair.get_fields() {
            [key, value] => {
                let levels = (definition + 1, repetition + 1);
                let pair = [field(key, levels, columns), field(value, levels, columns)];
                Node::Map(Box::new(pair), repetition + 1)
            }
            [key] => {
                let key = field(key, (definition + 1, repetition + 1), columns);
                Node::List(Box::new(key), repetition + 1)
            }
            _ => Node::List(Box::new(element(pair, levels, columns)), repetition + 1),
        },
        _ => Node::Object(
            kind.get_fields().iter().map(|child| field(child, levels, columns)).collect(),
        ),
    }
}

fn is_repeated(kind: &Type) -> bool {
    let info = kind.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REPEATED
}

/// The element inside of a list's repeated group, unless that group is the element, as old writers
/// had it: <https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists>.
fn inner<'t>(list: &Type, repeated: &'t Type) -> Option<&'t Type> {
    if repeated.is_primitive() {
        return None;
    }
    let [child] = repeated.get_fields() else { return None };
    let is_named = repeated.name() == "array"
        || repeated.name().strip_suffix("_tuple").is_some_and(|name| name == list.name());
    let is_element = is_named && annotation(repeated) == Annotation::None && !is_repeated(child);
    (!is_element).then_some(child)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Annotation {
    None,
    List,
    Map,
}

fn annotation(kind: &Type) -> Annotation {
    let info = kind.get_basic_info();
    match (info.logical_type_ref(), info.converted_type()) {
        (Some(LogicalType::List), _) | (_, ConvertedType::LIST) => Annotation::List,
        (Some(LogicalType::Map), _) | (_, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => {
            Annotation::Map
        }
        _ => Annotation::None,
    }
}

/// Some rows of one column: levels, and the values of those that have one.
#[derive(Debug, Default)]
pub(super) struct Column {
    levels: VecDeque<Level>,
    values: VecDeque<Json>,
    max_definition: u16,
}

impl Column {
    /// Reads so many rows of a column.
    pub(super) fn read(
        leaf: &mut Leaf,
        meaning: Meaning,
        rows: u64,
        budget: &mut Budget,
    ) -> Step<Self> {
        let max_definition = leaf.max().definition;
        let mut column = Self { max_definition, ..Self::default() };
        let mut begun = 0;
        loop {
            let Some(level) = leaf.peek(budget)? else {
                return match begun == rows {
                    true => Ok(column),
                    false => damaged("the column chunk has fewer rows than its row group"),
                };
            };
            if level.repetition == 0 {
                if begun == rows {
                    return Ok(column);
                }
                begun += 1;
            } else if begun == 0 {
                return damaged("a row that starts in the middle of a list");
            }
            budget.memory(LEVEL_BYTES)?;
            if let Some(value) = leaf.take()? {
                if let Value::Bytes(bytes) = value {
                    budget.memory(text_bytes(bytes.len(), meaning))?;
                    budget.work(bytes.len() as u64)?;
                }
                column.values.push_back(json(value, meaning)?);
            }
            column.levels.push_back(level);
        }
    }

    /// Takes the next level, which must continue at this repetition, with its value or null.
    fn take(&mut self, repetition: u16) -> Step<Json> {
        match self.levels.pop_front() {
            Some(level) if level.repetition == repetition => {
                if level.definition < self.max_definition {
                    return Ok(Json::Null);
                }
                Ok(self.values.pop_front().unwrap_or(Json::Null))
            }
            _ => torn(),
        }
    }
}

fn torn<T>() -> Step<T> {
    damaged("its lists or groups are not as long or deep as those of the columns beside it")
}

/// The memory that bytes take as text, at most.
fn text_bytes(length: usize, meaning: Meaning) -> u64 {
    let length = length as u64;
    match meaning {
        Meaning::Text => length,
        _ => length.saturating_mul(2),
    }
}

fn json(value: Value<'_>, meaning: Meaning) -> Step<Json> {
    Ok(match value {
        Value::Bool(value) => Json::Bool(value),
        Value::Float(value) => Json::Float(value),
        Value::Double(value) => Json::Double(value),
        Value::Int32(value) if meaning == Meaning::Unsigned => {
            Json::Uint(value.cast_unsigned().into())
        }
        Value::Int64(value) if meaning == Meaning::Unsigned => Json::Uint(value.cast_unsigned()),
        Value::Int32(value) => statistics::readable(&Raw::Int(value.into()), meaning),
        Value::Int64(value) => statistics::readable(&Raw::Int(value), meaning),
        Value::Bytes(bytes) => match meaning {
            Meaning::Text => match std::str::from_utf8(bytes) {
                Ok(text) => Json::Text(text.to_owned()),
                Err(_) => return damaged("text that isn't UTF-8"),
            },
            Meaning::Nanos => {
                let mut words = [0; 3];
                for (word, part) in words.iter_mut().zip(bytes.as_chunks().0) {
                    *word = u32::from_le_bytes(*part);
                }
                let mut moment = Int96::new();
                moment.set_data(words[0], words[1], words[2]);
                statistics::readable(&Raw::Nanos(moment.to_nanos()), meaning)
            }
            Meaning::Decimal(_) | Meaning::Uuid | Meaning::Float16 => {
                statistics::readable(&Raw::Bytes(bytes.to_vec()), meaning)
            }
            _ => Json::Text(STANDARD.encode(bytes)),
        },
    })
}

/// Some rows, column by column.
pub(super) struct Columns<'b> {
    pub(super) columns: Vec<Column>,
    pub(super) budget: &'b mut Budget,
    /// The column that was looked at last, to say where something is wrong.
    pub(super) last: usize,
}

impl Columns<'_> {
    /// Takes the next row.
    pub(super) fn row(&mut self, fields: &[Field]) -> Step<Json> {
        self.object(fields, 0)
    }

    /// Whether all rows were taken.
    pub(super) fn finish(&mut self) -> Step<()> {
        match self.columns.iter().position(|column| !column.levels.is_empty()) {
            None => Ok(()),
            Some(column) => {
                self.last = column;
                torn()
            }
        }
    }

    fn object(&mut self, fields: &[Field], repetition: u16) -> Step<Json> {
        let mut members = Vec::with_capacity(fields.len());
        for field in fields {
            self.budget.memory(MEMBER_BYTES + field.name.len() as u64)?;
            members.push((field.name.clone(), self.value(field, repetition)?));
        }
        Ok(Json::Object(members))
    }

    /// Takes a field's value, whose first level has this repetition. As deep as the schema.
    fn value(&mut self, field: &Field, repetition: u16) -> Step<Json> {
        let Some(definition) = self.next(field).map(|level| level.definition) else {
            return if field.columns.is_empty() { Ok(Json::Null) } else { torn() };
        };
        match &field.node {
            Node::Value => self.take(field.columns.start, repetition),
            _ if definition < field.present => {
                self.skip(field, Level { repetition, definition })?;
                Ok(Json::Null)
            }
            Node::Object(fields) => self.object(fields, repetition),
            Node::List(element, level) => {
                let mut elements = Vec::new();
                self.list(field, repetition, *level, |columns, repetition| {
                    elements.push(columns.value(element, repetition)?);
                    Ok(())
                })?;
                Ok(Json::List(elements))
            }
            Node::Map(pair, level) => {
                let [key, value] = &**pair;
                let mut pairs = Vec::new();
                self.list(field, repetition, *level, |columns, repetition| {
                    columns.budget.memory(2 * MEMBER_BYTES)?;
                    let key = columns.value(key, repetition)?;
                    pairs.push((key, columns.value(value, repetition)?));
                    Ok(())
                })?;
                Ok(map(pairs))
            }
        }
    }

    /// Takes each element of a list that is there.
    fn list(
        &mut self,
        field: &Field,
        mut repetition: u16,
        level: u16,
        mut element: impl FnMut(&mut Self, u16) -> Step<()>,
    ) -> Step<()> {
        match self.next(field) {
            Some(next) if next.definition == field.present => {
                return self.skip(field, Level { repetition, definition: next.definition });
            }
            _ => {}
        }
        loop {
            self.budget.memory(LEVEL_BYTES)?;
            element(self, repetition)?;
            if self.next(field).is_none_or(|next| next.repetition != level) {
                return Ok(());
            }
            repetition = level;
        }
    }

    /// The next level of a field's first column.
    fn next(&mut self, field: &Field) -> Option<Level> {
        let column = self.columns.get(field.columns.clone())?.first()?;
        self.last = field.columns.start;
        column.levels.front().copied()
    }

    /// Takes the level of a field that isn't there, which all of its columns have.
    fn skip(&mut self, field: &Field, level: Level) -> Step<()> {
        for column in field.columns.clone() {
            if self.columns.get(column).is_none_or(|found| found.levels.front() != Some(&level)) {
                self.last = column;
                return torn();
            }
            self.take(column, level.repetition)?;
        }
        Ok(())
    }

    fn take(&mut self, column: usize, repetition: u16) -> Step<Json> {
        self.last = column;
        self.columns.get_mut(column).map_or_else(torn, |column| column.take(repetition))
    }
}

/// A map with text keys becomes an object, every other one a list of objects with key and value.
fn map(pairs: Vec<(Json, Json)>) -> Json {
    if pairs.iter().all(|(key, _)| matches!(key, Json::Text(_))) {
        let members = pairs.into_iter().map(|(key, value)| match key {
            Json::Text(key) => (key, value),
            other => (other.to_string(), value),
        });
        return Json::Object(members.collect());
    }
    let pairs = pairs.into_iter().map(|(key, value)| {
        Json::Object(vec![("key".to_owned(), key), ("value".to_owned(), value)])
    });
    Json::List(pairs.collect())
}
