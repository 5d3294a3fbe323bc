//! The way through documents to their elements, a token at a time, in bytes of which there need not be all.

use std::ops::Range;
use std::sync::Arc;

use serde::de::IgnoredAny;

use super::elements::{Fault, Member};
use super::scan::{RECORD_SEPARATOR, Scanned, ValueScan};
use crate::types::path;

/// Bytes of members around elements that are kept, at the most.
const MAX_ENVELOPE_BYTES: usize = 64 << 10;

/// What a step found.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing that is a record.
    Passed,
    Element(Range<usize>, Option<Fault>),
    /// More bytes are needed.
    Needs,
}

/// What comes next where no value has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// The first element or name, or the end.
    First,
    /// Another one, a comma being behind.
    Another,
    /// A comma, or the end.
    Comma,
    Colon,
    /// The value of the member that leads on to elements.
    Value,
    /// That of another member.
    OtherValue,
}

/// Whether an object on the path had the member that leads on.
#[derive(Debug)]
enum Leads {
    On,
    /// Not yet: but perhaps one that is called so but for its case.
    Not {
        near: Option<Box<str>>,
    },
}

/// What has begun.
#[derive(Clone, Debug)]
enum Begun {
    /// An element, or what stands where none should.
    Element(Option<Fault>),
    Name,
    /// The value of a member that does not lead on.
    Other {
        is_kept: bool,
    },
}

/// See the module.
#[derive(Debug)]
pub(super) struct Walk {
    path: Vec<String>,
    keeps_envelope: bool,
    /// Objects on the path that are open.
    objects: Vec<Leads>,
    /// Whether the outermost array is open.
    is_in_array: bool,
    expected: Expected,
    begun: Option<Begun>,
    /// How far what has begun was looked at.
    scan: ValueScan,
    looked_at: usize,
    /// The name of a member that is kept, as JSON.
    name: Vec<u8>,
    /// The members of the objects that are open, each with how many were: those of inner ones are last.
    around: Vec<(usize, Member)>,
    /// Bytes of these.
    around_bytes: usize,
    /// How many values they are in a row.
    around_values: usize,
    envelope: Option<Arc<[Member]>>,
    /// Members that are in no row.
    pub(super) outside: u64,
}

impl Walk {
    pub(super) fn new(path: Vec<String>, keeps_envelope: bool) -> Self {
        Self {
            path,
            keeps_envelope,
            objects: Vec::new(),
            is_in_array: false,
            expected: Expected::First,
            begun: None,
            scan: ValueScan::Start,
            looked_at: 0,
            name: Vec::new(),
            around: Vec::new(),
            around_bytes: 0,
            around_values: 0,
            envelope: None,
            outside: 0,
        }
    }

    /// Whether no document is open.
    pub(super) fn is_between_documents(&self) -> bool {
        self.objects.is_empty() && !self.is_in_array
    }

    /// Names of the path that are behind.
    pub(super) fn level(&self) -> usize {
        self.objects.len()
    }

    /// How many values the next element's rows have of the members around it.
    pub(super) fn values_around(&self) -> usize {
        self.around_values
    }

    /// The members around the next element.
    pub(super) fn envelope(&mut self) -> Option<Arc<[Member]>> {
        if self.envelope.is_none() && !self.around.is_empty() {
            self.envelope = Some(self.around.iter().map(|(_, member)| member.clone()).collect());
        }
        self.envelope.clone()
    }

    /// Goes on at `at`, which it moves behind what it found. `is_at_end` is whether there are no more bytes.
    pub(super) fn step(&mut self, bytes: &[u8], at: &mut usize, is_at_end: bool) -> Step {
        let begun = match self.begun.take() {
            Some(begun) => begun,
            None => {
                let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
                let spaces = bytes[*at..].iter().position(|byte| !is_space(byte));
                *at = spaces.map_or(bytes.len(), |spaces| *at + spaces);
                let Some(byte) = bytes.get(*at).copied() else { return Step::Needs };
                match self.begin(byte, at) {
                    Ok(begun) => begun,
                    Err(step) => return step,
                }
            }
        };
        self.begun = Some(begun.clone());
        let start = *at;
        let end = match self.scan.scan(bytes, start + self.looked_at) {
            Scanned::Ends(end) => end,
            // A number that is a document has no other end.
            Scanned::Goes if is_at_end && matches!(self.scan, ValueScan::Scalar) => bytes.len(),
            Scanned::Goes => {
                self.looked_at = bytes.len() - start;
                self.pass_other(at);
                return Step::Needs;
            }
            Scanned::Cut(end) => {
                *at = end;
                self.forget();
                return Step::Element(start..end, Some(Fault::Cut));
            }
        };
        *at = end;
        self.end(begun, &bytes[start..end], start)
    }

    /// What begins with this byte, at `at`; or what it is by itself, and `at` is moved behind it.
    fn begin(&mut self, byte: u8, at: &mut usize) -> Result<Begun, Step> {
        use Expected::{Another, Colon, Comma, First, OtherValue, Value};
        let stray = Err(Step::Element(*at..*at + 1, Some(Fault::Stray)));
        let extra = Err(Step::Element(*at..*at + 1, Some(Fault::ExtraComma)));
        let passed = if self.is_between_documents() {
            match byte {
                RECORD_SEPARATOR => Err(Step::Passed),
                b'[' => self.open_array(),
                b'{' if !self.path.is_empty() => self.open_object(),
                b',' | b':' | b']' | b'}' => stray,
                _ => Ok(Begun::Element(None)),
            }
        } else if self.is_in_array {
            match (byte, self.expected) {
                (RECORD_SEPARATOR, _) => self.cut(*at),
                (b',', Comma) => self.expect(Another),
                (b',', _) => extra,
                (b']', expected) => {
                    self.is_in_array = false;
                    self.end_value();
                    if expected == Another { extra } else { Err(Step::Passed) }
                }
                (b'}' | b':', _) => stray,
                (_, Comma) => Ok(Begun::Element(Some(Fault::NoComma))),
                _ => Ok(Begun::Element(None)),
            }
        } else {
            match (byte, self.expected) {
                (RECORD_SEPARATOR, _) => self.cut(*at),
                (b',', Comma) => self.expect(Another),
                (b'}', _) => self.end_object(*at),
                (b']', _) => stray,
                (b':', Colon) => self.expect(if self.name.is_empty() { Value } else { OtherValue }),
                (b',' | b':', _) => {
                    self.end_value();
                    stray
                }
                (b'"', First | Another) => Ok(Begun::Name),
                (_, OtherValue) => {
                    let is_kept = self.keeps_envelope
                        && matches!(self.objects.last(), Some(Leads::Not { .. }));
                    Ok(Begun::Other { is_kept })
                }
                (_, Value) => {
                    self.lead_on();
                    match byte {
                        b'[' => self.open_array(),
                        b'{' if self.objects.len() < self.path.len() => self.open_object(),
                        _ => Ok(Begun::Element(None)),
                    }
                }
                (_, First | Another) => Ok(Begun::Element(Some(Fault::NoName))),
                (_, Colon) => Ok(Begun::Element(Some(Fault::NoColon))),
                (_, Comma) => Ok(Begun::Element(Some(Fault::NoComma))),
            }
        };
        if passed.is_err() {
            *at += 1;
        }
        passed
    }

    fn expect(&mut self, expected: Expected) -> Result<Begun, Step> {
        self.expected = expected;
        Err(Step::Passed)
    }

    fn open_array(&mut self) -> Result<Begun, Step> {
        self.is_in_array = true;
        self.expect(Expected::First)
    }

    fn open_object(&mut self) -> Result<Begun, Step> {
        self.objects.push(Leads::Not { near: None });
        self.expect(Expected::First)
    }

    fn lead_on(&mut self) {
        if let Some(leads) = self.objects.last_mut() {
            *leads = Leads::On;
        }
    }

    fn end_object(&mut self, at: usize) -> Result<Begun, Step> {
        let fault = match (self.objects.pop(), self.expected) {
            (Some(Leads::Not { near }), _) => Some(Fault::NoRecords { near }),
            (_, Expected::First | Expected::Comma) => None,
            (_, Expected::Another) => Some(Fault::ExtraComma),
            (_, Expected::Colon) => Some(Fault::NoColon),
            (_, Expected::Value | Expected::OtherValue) => Some(Fault::Stray),
        };
        self.forget_around();
        self.end_value();
        Err(fault.map_or(Step::Passed, |fault| Step::Element(at..at + 1, Some(fault))))
    }

    /// The next document of a sequence starts here, though this one has not ended.
    fn cut(&mut self, at: usize) -> Result<Begun, Step> {
        self.forget();
        Err(Step::Element(at..at + 1, Some(Fault::Cut)))
    }

    /// Leaves whatever is open.
    pub(super) fn forget(&mut self) {
        self.objects.clear();
        self.is_in_array = false;
        self.forget_around();
        self.end_value();
    }

    fn forget_around(&mut self) {
        let level = self.objects.len();
        while let Some((_, member)) = self.around.pop_if(|(of, _)| *of > level) {
            self.around_bytes -= member.bytes();
            self.around_values -= member.values();
            self.envelope = None;
        }
    }

    /// A value is behind.
    fn end_value(&mut self) {
        (self.begun, self.scan, self.looked_at) = (None, ValueScan::Start, 0);
        let is_between = self.is_between_documents();
        self.expected = if is_between { Expected::First } else { Expected::Comma };
    }

    /// Ends what has begun, which these bytes are.
    fn end(&mut self, begun: Begun, json: &[u8], start: usize) -> Step {
        self.end_value();
        match begun {
            // Nothing is there to be a record.
            Begun::Element(None) if json == b"null" && !self.is_in_array && self.level() > 0 => {
                Step::Passed
            }
            Begun::Element(fault) => Step::Element(start..start + json.len(), fault),
            Begun::Name => {
                self.expected = Expected::Colon;
                self.name.clear();
                if !self.is_next_name(json) {
                    self.note_if_near(json);
                    // Only such names are kept as may be needed.
                    let kept = if json.len() <= MAX_ENVELOPE_BYTES { json } else { b"\"\"" };
                    self.name.extend_from_slice(kept);
                }
                Step::Passed
            }
            Begun::Other { is_kept } => {
                let is_kept = is_kept && self.keep(json);
                self.outside += u64::from(!is_kept);
                Step::Passed
            }
        }
    }

    /// Whether this name is the next of the path.
    fn is_next_name(&self, json: &[u8]) -> bool {
        let Some(next) = self.path.get(self.objects.len() - 1) else { return false };
        let inner = &json[1..json.len() - 1];
        let unescaped = || serde_json::from_slice::<String>(json);
        inner == next.as_bytes()
            || memchr::memchr(b'\\', inner).is_some() && unescaped().is_ok_and(|name| name == *next)
    }

    /// Keeps a name that would be the next of the path but for its case, for who looks for it.
    fn note_if_near(&mut self, json: &[u8]) {
        let Some(next) = self.path.get(self.objects.len() - 1) else { return };
        let inner = &json[1..json.len() - 1];
        if let Some(Leads::Not { near }) = self.objects.last_mut()
            && inner.eq_ignore_ascii_case(next.as_bytes())
        {
            *near = std::str::from_utf8(inner).ok().map(Into::into);
        }
    }

    /// Passes what is there of a member that is not kept, or that is too long to be: of such there may be more than memory holds.
    fn pass_other(&mut self, at: &mut usize) {
        let Some(Begun::Other { is_kept }) = &mut self.begun else { return };
        *is_kept &= self.looked_at <= MAX_ENVELOPE_BYTES;
        if !*is_kept {
            *at += std::mem::take(&mut self.looked_at);
        }
    }

    /// Passes what has begun on as far as it was looked at, and returns how many bytes that are.
    pub(super) fn pass_begun(&mut self) -> usize {
        std::mem::take(&mut self.looked_at)
    }

    /// Keeps a member for the elements behind it, if it can be.
    fn keep(&mut self, json: &[u8]) -> bool {
        let name = serde_json::from_slice::<String>(&self.name);
        let (Ok(name), Ok(json)) = (name, std::str::from_utf8(json)) else { return false };
        let level = self.objects.len();
        let names = self.path[..level - 1].iter().chain([&name]);
        let member =
            Member { path: path::of_names(names.map(String::as_str)), json: json.to_owned() };
        let bytes = self.around_bytes + member.bytes();
        if bytes > MAX_ENVELOPE_BYTES || serde_json::from_str::<IgnoredAny>(json).is_err() {
            return false;
        }
        self.around_bytes = bytes;
        self.around_values += member.values();
        self.around.push((level, member));
        self.envelope = None;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements of a document below `a`, each with what is around it.
    fn elements(document: &str, path: &[&str]) -> (Vec<Option<Arc<[Member]>>>, Walk) {
        let path = path.iter().map(|name| (*name).to_owned()).collect();
        let (mut walk, mut at, mut found) = (Walk::new(path, true), 0, Vec::new());
        loop {
            match walk.step(document.as_bytes(), &mut at, true) {
                Step::Passed => {}
                Step::Element(_, fault) => {
                    assert!(fault.is_none(), "{fault:?}");
                    found.push(walk.envelope());
                }
                Step::Needs => return (found, walk),
            }
        }
    }

    /// What is around many elements is put together once, and whatever ends beside it looks at none of its members.
    #[test]
    fn members_around_elements_are_gone_through_once() {
        let members: String = (0..3_000).map(|n| format!("\"m{n}\":{n},")).collect();
        let inner = r#""a":{"b":1},"#.repeat(3_000);
        let document = format!("{{{members}{inner}\"last\":0}}");
        let (found, walk) = elements(&document, &["a", "b"]);
        assert_eq!(found.len(), 3_000);
        let first = found[0].as_ref().expect("members");
        assert_eq!(first.len(), 3_000);
        assert!(found.iter().all(|around| Arc::ptr_eq(around.as_ref().expect("members"), first)));
        assert!(walk.around.is_empty());
        assert_eq!((walk.around_bytes, walk.outside), (0, 1));
    }

    #[test]
    fn members_of_inner_objects_are_around_theirs_only() {
        let document = r#"{"x":1,"a":{"y":2,"b":[1,2]},"a":{"z":3,"b":[3]}}"#;
        let (found, walk) = elements(document, &["a", "b"]);
        let of = |around: &Option<Arc<[Member]>>| -> Vec<String> {
            around
                .iter()
                .flat_map(|members| members.iter())
                .map(|member| member.json.clone())
                .collect()
        };
        assert_eq!(found.iter().map(of).collect::<Vec<_>>(), [["1", "2"], ["1", "2"], ["1", "3"]]);
        assert_eq!((walk.around_bytes, walk.around_values), (0, 0));
    }
}
