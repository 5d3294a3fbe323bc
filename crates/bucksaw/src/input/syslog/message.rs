//! One message.

use bumpalo::Bump;

use super::header::priority;
use super::names::{FACILITIES, SEVERITIES};
use super::time::{LocalTimes, local_time};
use crate::coerce::builder::BorrowingBuilder;
use crate::input::lines::Fault;
use crate::schema::Key;
use crate::types::item::Item;
use crate::types::moment::Moment;
use crate::types::path;
use crate::types::value::Value;

/// What stands for nothing.
const NOTHING: &str = "-";
/// The object that structured data is in.
const STRUCTURED_DATA: &str = "sd";
/// What text in a message may begin with.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Pushes the parts of a message.
pub(super) fn read<'a>(
    line: &'a str,
    local_times: &LocalTimes,
    row: &mut BorrowingBuilder<'_, 'a>,
) -> Result<(), Fault> {
    let known = priority(line);
    let at = known.map_or(0, |(_, at)| at);
    if let Some((priority, _)) = known {
        let (facility, severity) = (priority / 8, priority % 8);
        push_number(row, "facility", facility)?;
        push_text(row, "facility_name", FACILITIES[usize::from(facility)])?;
        push_number(row, "severity", severity)?;
        push_text(row, "severity_name", SEVERITIES[usize::from(severity)])?;
        if line[at..].starts_with("1 ") {
            return Message { line, at: at + 2 }.read_5424(row);
        }
    }
    Message { line, at }.read_3164(known.is_some(), local_times, row)
}

/// A message of which some was read.
struct Message<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Message<'a> {
    fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    fn expected(&self, what: &str) -> Fault {
        Fault::Malformed(self.at, format!("expected {what}").into())
    }

    /// The text up to the next space, which is skipped.
    fn word(&mut self, what: &str) -> Result<&'a str, Fault> {
        let (word, _) = self.rest().split_once(' ').ok_or_else(|| self.expected(what))?;
        if word.is_empty() {
            return Err(self.expected(what));
        }
        self.at += word.len() + 1;
        Ok(word)
    }

    /// A message of RFC 5424, from its time on.
    fn read_5424(mut self, row: &mut BorrowingBuilder<'_, 'a>) -> Result<(), Fault> {
        let time = self.word("a timestamp and a space")?;
        if time != NOTHING {
            row.push_untyped("time", time)?;
        }
        for (name, what) in [
            ("hostname", "a host's name and a space"),
            ("app_name", "an application's name and a space"),
            ("proc_id", "a process id and a space"),
            ("msg_id", "a message id and a space"),
        ] {
            let word = self.word(what)?;
            match name {
                _ if word == NOTHING => {}
                "proc_id" => row.push_untyped(name, word)?,
                _ => push_text(row, name, word)?,
            }
        }
        match self.rest().strip_prefix(NOTHING) {
            Some(_) => self.at += 1,
            None => self.structured_data(row)?,
        }
        let message = match self.rest() {
            "" => return Ok(()),
            rest => {
                rest.strip_prefix(' ').ok_or_else(|| self.expected("a space and the message"))?
            }
        };
        push_message(row, message)
    }

    /// Elements of structured data, one at least.
    fn structured_data(&mut self, row: &mut BorrowingBuilder<'_, 'a>) -> Result<(), Fault> {
        if !self.rest().starts_with('[') {
            return Err(self.expected("- or structured data"));
        }
        let mut path = String::new();
        while self.rest().starts_with('[') {
            self.at += 1;
            let id = self.name("an element's name")?;
            path.clear();
            path.push_str(STRUCTURED_DATA);
            path.push(path::SEPARATOR);
            path::push_name(&mut path, id);
            if self.rest().starts_with(']') {
                row.push_item(Key::Name(&path), Item::Value(Value::Bool(true)))?;
            }
            let of_element = path.len();
            while self.rest().starts_with(' ') {
                self.at += 1;
                if self.rest().starts_with(']') {
                    // Some writers leave a space there.
                    break;
                }
                let name = self.name("a parameter's name")?;
                let value = self.value(row.arena())?;
                path.push(path::SEPARATOR);
                path::push_name(&mut path, name);
                row.push_untyped(&path, value)?;
                path.truncate(of_element);
            }
            if !self.rest().starts_with(']') {
                return Err(self.expected("a space and a parameter, or the element's end (])"));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// A name of structured data.
    fn name(&mut self, what: &str) -> Result<&'a str, Fault> {
        let rest = self.rest();
        let name = &rest[..rest.find([' ', '=', ']', '"']).unwrap_or(rest.len())];
        if name.is_empty() {
            return Err(self.expected(what));
        }
        self.at += name.len();
        Ok(name)
    }

    /// The value of a parameter, in quotes, in which a backslash is before quotes, backslashes and closing brackets.
    fn value(&mut self, arena: &'a Bump) -> Result<&'a str, Fault> {
        let text = self.rest().strip_prefix("=\"").ok_or_else(|| self.expected("=\""))?;
        let mut from = 0;
        let mut is_escaped = false;
        let bytes = text.as_bytes();
        while let Some(found) =
            bytes.get(from..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
        {
            let at = from + found;
            if bytes[at] == b'"' {
                self.at += 2 + at + 1;
                let text = &text[..at];
                return Ok(if is_escaped { unescaped(text, arena) } else { text });
            }
            let is_escape = matches!(bytes.get(at + 1), Some(b'"' | b'\\' | b']'));
            is_escaped |= is_escape;
            from = at + 1 + usize::from(is_escape);
        }
        Err(self.expected("a value that ends with a quote"))
    }

    /// A message of RFC 3164, from its time on. It may have no priority, as in files, and then has a time.
    fn read_3164(
        mut self,
        has_priority: bool,
        local_times: &LocalTimes,
        row: &mut BorrowingBuilder<'_, 'a>,
    ) -> Result<(), Fault> {
        let rest = self.rest();
        if let Some((time, len)) = local_time(rest).filter(|(_, len)| is_end(&rest[*len..])) {
            match local_times.moment(&time, row.arena()) {
                Some(moment) => row.push_untyped("time", moment)?,
                None => push_text(row, "local_time", &rest[..len])?,
            }
            self.at += len;
        } else if let Some(time) =
            rest.split(' ').next().filter(|time| Moment::from_text(time).is_some())
        {
            row.push_untyped("time", time)?;
            self.at += time.len();
        } else if has_priority {
            return push_message(row, rest);
        } else {
            return Err(self.expected("a priority in brackets (<34>), or a time"));
        }
        self.at += usize::from(self.rest().starts_with(' '));
        let (word, behind) = self.rest().split_once(' ').unwrap_or((self.rest(), ""));
        // A message of the same machine may name none.
        let is_host = !word.is_empty() && tag(self.rest()).is_none() && !behind.is_empty();
        if is_host {
            push_text(row, "hostname", word)?;
            self.at += word.len() + 1;
        }
        if let Some(Tag { app_name, proc_id, len }) = tag(self.rest()) {
            push_text(row, "app_name", app_name)?;
            if let Some(proc_id) = proc_id {
                row.push_untyped("proc_id", proc_id)?;
            }
            self.at += len;
            self.at += usize::from(self.rest().starts_with(' '));
        }
        push_message(row, self.rest())
    }
}

/// Who sent a message of RFC 3164.
struct Tag<'a> {
    app_name: &'a str,
    proc_id: Option<&'a str>,
    /// Bytes up to its end.
    len: usize,
}

/// The tag at the start of a text, `su:` or `sshd[42]:`. What has neither a colon nor brackets may be the message's first word.
fn tag(text: &str) -> Option<Tag<'_>> {
    let app_name = &text[..text.find([' ', ':', '['])?];
    if app_name.is_empty() {
        return None;
    }
    let rest = &text[app_name.len()..];
    let (proc_id, rest) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (proc_id, rest) = rest.split_once(']')?;
            (Some(proc_id).filter(|id| !id.is_empty() && !id.contains(' ')), rest)
        }
        None => (None, rest),
    };
    let behind = rest.strip_prefix(':').unwrap_or(rest);
    let is_tag = (behind.len() < rest.len() || proc_id.is_some()) && is_end(behind);
    is_tag.then(|| Tag { app_name, proc_id, len: text.len() - behind.len() })
}

/// Whether a word ends before this text.
fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(' ')
}

/// The text without backslashes that are before quotes, backslashes and closing brackets.
fn unescaped<'a>(text: &str, arena: &'a Bump) -> &'a str {
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match (sign, signs.peek()) {
            ('\\', Some(next @ ('"' | '\\' | ']'))) => {
                plain.push(*next);
                signs.next();
            }
            _ => plain.push(sign),
        }
    }
    arena.alloc_str(&plain)
}

fn push_number(row: &mut BorrowingBuilder<'_, '_>, name: &str, number: u8) -> Result<(), Fault> {
    Ok(row.push_item(Key::Name(name), Item::Value(Value::I64(number.into())))?)
}

fn push_text<'a>(
    row: &mut BorrowingBuilder<'_, 'a>,
    name: &str,
    text: &'a str,
) -> Result<(), Fault> {
    Ok(row.push_item(Key::Name(name), Item::Value(Value::Text(text)))?)
}

fn push_message<'a>(row: &mut BorrowingBuilder<'_, 'a>, message: &'a str) -> Result<(), Fault> {
    match message.strip_prefix(BYTE_ORDER_MARK).unwrap_or(message) {
        "" => Ok(()),
        message => push_text(row, "message", message),
    }
}
