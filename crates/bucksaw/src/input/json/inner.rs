//! Records that are further inside of an element, with the members around them.

use std::rc::Rc;

use bumpalo::Bump;
use serde_json::value::RawValue;

use super::elements::no_records;
use crate::types::habits::Plain;
use crate::types::item::Item;
use crate::types::json::{Members, unescaped};
use crate::types::members::{Flattening, flatten};
use crate::types::path;
use crate::types::value::Value;

const NO_OBJECT: &str = "expected an object with a member that leads to records";

/// Members on their way to columns: their paths, and what they are.
pub(super) type Items<'a> = Vec<(&'a str, Item<'a>)>;

/// Members of the objects around records: there once, however many records there are.
#[derive(Default)]
pub(super) struct Around<'a> {
    /// Those of the objects around the innermost.
    outer: Option<Rc<Self>>,
    items: Items<'a>,
    /// How many values all of them are in a row.
    pub(super) values: usize,
}

/// How many values these are in a row: those in a list are each one.
fn values_in(items: &Items<'_>) -> usize {
    let of = |(_, item): &(&str, Item<'_>)| match item {
        Item::Value(Value::Null) => 0,
        Item::Value(Value::List(elements)) => 1 + elements.len(),
        Item::Value(Value::Map(entries)) => 1 + entries.len(),
        _ => 1,
    };
    items.iter().map(of).sum()
}

impl<'a> Around<'a> {
    pub(super) fn of(items: Items<'a>) -> Rc<Self> {
        Rc::new(Self { outer: None, values: values_in(&items), items })
    }

    /// The same with members of the next object inside.
    fn with(self: &Rc<Self>, items: Items<'a>) -> Rc<Self> {
        match items.is_empty() {
            true => Rc::clone(self),
            false => {
                let values = self.values + values_in(&items);
                Rc::new(Self { outer: Some(Rc::clone(self)), items, values })
            }
        }
    }

    /// Passes on each member, from the outermost object's in.
    ///
    /// # Errors
    /// Those of `take`.
    pub(super) fn each<E>(
        &self,
        take: &mut impl FnMut(&'a str, Item<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(outer) = &self.outer {
            outer.each(take)?;
        }
        self.items.iter().try_for_each(|(path, item)| take(path, *item))
    }
}

/// A record, or what is wrong with the object in which there should be some.
pub(super) struct Record<'a> {
    pub(super) json: &'a str,
    pub(super) around: Rc<Around<'a>>,
    pub(super) fault: Option<String>,
}

/// The records of an element.
pub(super) struct Records<'r, 'a> {
    flattening: Flattening,
    keeps_json: &'r dyn Fn(&str, u8) -> bool,
    arena: &'a Bump,
    around: Rc<Around<'a>>,
    pub(super) found: Vec<Record<'a>>,
}

impl<'r, 'a> Records<'r, 'a> {
    pub(super) fn new(
        flattening: Flattening,
        keeps_json: &'r dyn Fn(&str, u8) -> bool,
        arena: &'a Bump,
        around: &Rc<Around<'a>>,
    ) -> Self {
        let around = Rc::clone(around);
        Self { flattening, keeps_json, arena, around, found: Vec::new() }
    }

    /// Finds the records that this path leads to.
    ///
    /// # Errors
    /// Those of JSON.
    pub(super) fn find(&mut self, json: &Plain<'a>, path: &[String]) -> serde_json::Result<()> {
        self.find_in(json.json, path, json)
    }

    fn find_in(
        &mut self,
        json: &'a str,
        path: &[String],
        plain: &Plain<'a>,
    ) -> serde_json::Result<()> {
        if json.starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(json)?;
            if path.is_empty() {
                elements.into_iter().for_each(|element| self.push(element.get(), None));
                return Ok(());
            }
            return elements
                .into_iter()
                .try_for_each(|element| self.find_in(element.get(), path, plain));
        }
        let Some((name, further)) = path.split_first() else {
            self.push(json, None);
            return Ok(());
        };
        if !json.starts_with('{') {
            serde_json::from_str::<&RawValue>(json)?;
            self.push(json, Some(NO_OBJECT.to_owned()));
            return Ok(());
        }
        let Members::<&'a RawValue, &'a RawValue>(members) = serde_json::from_str(json)?;
        let (mut items, mut leads_on, mut near) = (Items::new(), Vec::new(), None);
        for (json_name, value) in members {
            let member = unescaped(json_name.get(), self.arena)?;
            if member == name {
                leads_on.push(value.get());
                continue;
            }
            if member.eq_ignore_ascii_case(name) {
                near = Some(member);
            }
            let mut path = String::new();
            path::push_name(&mut path, member);
            let (flattening, arena) = (self.flattening, self.arena);
            flatten(&path, value.get(), flattening, self.keeps_json, arena, &mut items)?;
        }
        items.iter_mut().for_each(|(_, item)| *item = plain.item(*item));
        let inside = self.around.with(items);
        let outer = std::mem::replace(&mut self.around, inside);
        if leads_on.is_empty() {
            self.push(json, Some(no_records("the object", near)));
        }
        for value in leads_on.into_iter().filter(|value| *value != "null") {
            self.find_in(value, further, plain)?;
        }
        self.around = outer;
        Ok(())
    }

    fn push(&mut self, json: &'a str, fault: Option<String>) {
        self.found.push(Record { json, around: Rc::clone(&self.around), fault });
    }
}

/// The elements of an array, named by their position.
///
/// # Errors
/// Those of JSON.
pub(super) fn named<'a>(
    json: &'a str,
    names: &[String],
    flattening: Flattening,
    keeps_json: &dyn Fn(&str, u8) -> bool,
    arena: &'a Bump,
) -> serde_json::Result<Items<'a>> {
    let elements: Vec<&RawValue> = serde_json::from_str(json)?;
    let mut items = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let mut path = String::new();
        match names.get(index) {
            Some(name) => path::push_name(&mut path, name),
            None => path.push_str(&index.to_string()),
        }
        flatten(&path, element.get(), flattening, keeps_json, arena, &mut items)?;
    }
    Ok(items)
}
