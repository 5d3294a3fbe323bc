//! A message's template: the message with `<str>`, `<uuid>`, `<hex>` and `<num>` in place of what differs from one to the next.
//!
//! Each of these but quoted text has a numeral, so that only numerals and quotes are looked for; at a word's first numeral
//! the word is looked at as a whole, from its start. Every byte is seen a few times at the most, whatever the message.

/// Bytes that a table tells apart.
const WORD: u8 = 1;
const HEX: u8 = 2;
const NUMERAL: u8 = 4;
/// Where something may begin: a numeral or a quote.
const STOP: u8 = 8;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let is = byte as u8;
        let mut class = 0;
        if is.is_ascii_alphanumeric() {
            class |= WORD;
        }
        if is.is_ascii_hexdigit() {
            class |= HEX;
        }
        if is.is_ascii_digit() {
            class |= NUMERAL | STOP;
        }
        if is == b'"' || is == b'\'' {
            class |= STOP;
        }
        classes[byte] = class;
        byte += 1;
    }
    classes
};

/// Numerals that a word of hexadecimal digits has at the least.
const MIN_HEX: usize = 8;
/// Where a UUID has its hyphens, and its length.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const UUID_BYTES: usize = 36;
/// How far before one of its groups but the first a UUID begins, the last group first.
const GROUPS: [usize; 4] = [24, 19, 14, 9];

/// Gives the parts of a message's template, one after the other.
#[inline]
pub(super) fn mask<'m>(message: &'m [u8], mut put: impl FnMut(&'m [u8])) {
    let mut kept = 0;
    let mut at = 0;
    let mut quotes = Quotes::default();
    while let Some(stop) = next_stop(message, at) {
        let found = match has(message, stop, NUMERAL) {
            true => Some(number_or_id(message, stop, kept)),
            false => quotes.quoted(message, stop),
        };
        let Some(Masked { start, end, mask }) = found else {
            at = stop + 1;
            continue;
        };
        if start > kept {
            put(&message[kept..start]);
        }
        put(mask.as_bytes());
        (kept, at) = (end, end);
    }
    put(&message[kept..]);
}

/// What a mask stands for.
struct Masked {
    start: usize,
    end: usize,
    mask: &'static str,
}

#[inline]
fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// Whether there is a byte of this class.
#[inline]
fn has(message: &[u8], at: usize, wanted: u8) -> bool {
    message.get(at).is_some_and(|byte| class(*byte) & wanted != 0)
}

#[inline]
fn next_stop(message: &[u8], from: usize) -> Option<usize> {
    let found = message.get(from..)?.iter().position(|byte| class(*byte) & STOP != 0)?;
    Some(from + found)
}

/// Whether a word may begin here.
#[inline]
fn is_behind_word(message: &[u8], at: usize) -> bool {
    at > 0 && has(message, at - 1, WORD)
}

/// Where the bytes of this class end that begin here.
#[inline]
fn end_of(message: &[u8], at: usize, wanted: u8) -> usize {
    let others = message[at..].iter().position(|byte| class(*byte) & wanted == 0);
    others.map_or(message.len(), |len| at + len)
}

/// What is masked at a numeral; nothing before `kept` is.
fn number_or_id(message: &[u8], numeral: usize, kept: usize) -> Masked {
    let before = message[kept..numeral].iter().rev().take_while(|byte| class(**byte) & WORD != 0);
    let start = numeral - before.count();
    let is_word_start = !is_behind_word(message, start);
    if is_word_start {
        let id = uuid_around(message, start, kept).or_else(|| id_at(message, start));
        if let Some(id) = id {
            return id;
        }
    }
    let mut end = end_of(message, numeral, NUMERAL);
    while matches!(message.get(end), Some(b'.' | b':'))
        && has(message, end + 1, NUMERAL)
        && id_at(message, end + 1).is_none()
    {
        end = end_of(message, end + 1, NUMERAL);
    }
    let has_sign = is_word_start
        && start == numeral
        && start > kept
        && matches!(message[start - 1], b'+' | b'-')
        && !is_behind_word(message, start - 1);
    Masked { start: numeral - usize::from(has_sign), end, mask: "<num>" }
}

/// The UUID that a word is in, but not the first group of: those before have no numeral.
fn uuid_around(message: &[u8], start: usize, kept: usize) -> Option<Masked> {
    if start == kept || message[start - 1] != b'-' {
        return None;
    }
    let starts = GROUPS.iter().filter_map(|before| start.checked_sub(*before));
    starts
        .filter(|first| *first >= kept && !is_behind_word(message, *first))
        .find_map(|first| uuid_at(message, first))
}

/// The id that a word is, or begins.
fn id_at(message: &[u8], start: usize) -> Option<Masked> {
    let first = message.get(start..start + MIN_HEX);
    let is_hex = first.is_some_and(|first| first.iter().all(|byte| class(*byte) & HEX != 0));
    if !is_hex {
        return prefixed_hex_at(message, start);
    }
    if let Some(uuid) = uuid_at(message, start) {
        return Some(uuid);
    }
    let end = end_of(message, start, HEX);
    let word = &message[start..end];
    let is_alone = !has(message, end, WORD);
    let is_mixed = is_alone
        && word.iter().any(|byte| class(*byte) & NUMERAL != 0)
        && word.iter().any(|byte| class(*byte) & NUMERAL == 0);
    is_mixed.then_some(Masked { start, end, mask: "<hex>" })
}

fn prefixed_hex_at(message: &[u8], start: usize) -> Option<Masked> {
    if message[start] != b'0' || !matches!(message.get(start + 1), Some(b'x' | b'X')) {
        return None;
    }
    let end = end_of(message, start + 2, HEX);
    let is_alone = end > start + 2 && !has(message, end, WORD);
    is_alone.then_some(Masked { start, end, mask: "<hex>" })
}

fn uuid_at(message: &[u8], start: usize) -> Option<Masked> {
    let end = start + UUID_BYTES;
    let bytes = message.get(start..end)?;
    let is_right = |(at, byte): (usize, &u8)| match HYPHENS.contains(&at) {
        true => *byte == b'-',
        false => class(*byte) & HEX != 0,
    };
    let is_uuid = bytes.iter().enumerate().all(is_right)
        && bytes.iter().any(|byte| class(*byte) & NUMERAL != 0)
        && !has(message, end, WORD);
    is_uuid.then_some(Masked { start, end, mask: "<uuid>" })
}

/// Finds quoted text.
#[derive(Default)]
struct Quotes {
    /// Up to where nothing ends what is behind such a quote: of `"`, and of `'`.
    unclosed: [usize; 2],
}

impl Quotes {
    /// The text that is quoted from here on, if it ends in its line.
    fn quoted(&mut self, message: &[u8], start: usize) -> Option<Masked> {
        let quote = message[start];
        let unclosed = &mut self.unclosed[usize::from(quote == b'\'')];
        if is_behind_word(message, start) || start < *unclosed {
            return None;
        }
        let mut at = start + 1;
        while let Some(byte) = message.get(at) {
            match byte {
                b'\r' | b'\n' => break,
                b'\\' if matches!(message.get(at + 1), Some(next) if !b"\r\n".contains(next)) => {
                    at += 2;
                }
                byte if *byte == quote && !has(message, at + 1, WORD) => {
                    return Some(Masked { start, end: at + 1, mask: "<str>" });
                }
                _ => at += 1,
            }
        }
        *unclosed = at;
        None
    }
}
