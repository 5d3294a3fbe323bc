//! Changes to sound files that keep most of them readable, so that decoders get to see them.

use std::io::Write as _;

use arbitrary::Arbitrary;

use super::files;
use super::thrift::Node;

const MAGIC: &[u8] = b"PAR1";
/// Changes of one kind, at the most.
const MOST: usize = 8;

/// Bytes or nodes that one change makes of others, at the most.
const MOST_AGAIN: usize = 64 << 10;
/// Zeros in one page, at the most: more take long to make.
const MOST_MEBIBYTES: u8 = 80;

/// A sound file and what is changed in it.
#[derive(Arbitrary, Debug)]
pub struct Case {
    file: u8,
    pages: Vec<PageChange>,
    footer: Vec<Change>,
    /// Bytes of the whole file.
    flips: Vec<(u16, u8)>,
}

#[derive(Arbitrary, Debug)]
struct PageChange {
    chunk: u8,
    page: u8,
    body: Option<Body>,
    header: Option<Change>,
    keeps_checksum: bool,
}

/// What becomes of a page's bytes.
#[derive(Arbitrary, Debug)]
enum Body {
    Flip(u16, u8),
    Cut(u16),
    Insert(u16, Vec<u8>),
    /// An RLE run of a length and a value, at the page's start or after its first bytes.
    Run(u8, u32, u8),
    /// So many MiB of zeros, well compressed: some more than `inspect` may take.
    Zeros(u8),
}

/// What becomes of a struct, or of one of the values in it.
#[derive(Arbitrary, Debug)]
struct Change {
    node: u16,
    what: What,
}

#[derive(Arbitrary, Debug)]
enum What {
    /// An integer, and also bytes, become this; a list has its last element so often.
    Number(Number),
    Near(i8),
    Drop,
    Again(u8),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Number {
    Zero,
    MinusOne,
    MaxI32,
    MinI32,
    MaxU32,
    MaxI64,
    MinI64,
    Power(u8),
    Any(i32),
}

impl Number {
    fn value(self) -> i64 {
        match self {
            Self::Zero => 0,
            Self::MinusOne => -1,
            Self::MaxI32 => i32::MAX.into(),
            Self::MinI32 => i32::MIN.into(),
            Self::MaxU32 => u32::MAX.into(),
            Self::MaxI64 => i64::MAX,
            Self::MinI64 => i64::MIN,
            Self::Power(power) => 1 << (power % 63),
            Self::Any(value) => value.into(),
        }
    }
}

impl Change {
    fn apply(&self, tree: &mut Node) {
        let number = usize::from(self.node) % tree.count();
        let Some(node) = tree.nth_mut(number) else { return };
        match (node, &self.what) {
            (Node::Int(_, value), What::Number(number)) => *value = number.value(),
            (Node::Int(_, value), What::Near(by)) => *value = value.wrapping_add((*by).into()),
            (Node::Bool(value), _) => *value = !*value,
            (Node::Byte(value), What::Number(number)) => *value = number.value() as u8,
            (Node::Double(bytes), What::Number(number)) => {
                *bytes = number.value().to_le_bytes();
            }
            (Node::Bytes(bytes), What::Number(number)) => {
                *bytes = number.value().to_le_bytes().to_vec();
            }
            (Node::Bytes(bytes), What::Again(times)) => {
                if bytes.len() * usize::from(*times) <= MOST_AGAIN {
                    *bytes = bytes.repeat((*times).into());
                }
            }
            (Node::Bytes(bytes), What::Drop) => bytes.clear(),
            (Node::List(_, elements), What::Again(times)) => {
                if let Some(last) = elements.last().cloned()
                    && last.count() * usize::from(*times) <= MOST_AGAIN
                {
                    elements.extend(std::iter::repeat_n(last, (*times).into()));
                }
            }
            (Node::List(_, elements), What::Drop) => drop(elements.pop()),
            (Node::Struct(fields), What::Near(at)) if !fields.is_empty() => {
                fields.remove(usize::from(at.unsigned_abs()) % fields.len());
            }
            _ => {}
        }
    }
}

impl Body {
    fn apply(&self, codec: i64, header: &mut Node, body: &mut Vec<u8>) {
        let at = |at: u16, body: &Vec<u8>| usize::from(at) % body.len().max(1);
        match self {
            Self::Flip(place, bits) => {
                let place = at(*place, body);
                if let Some(byte) = body.get_mut(place) {
                    *byte ^= bits;
                }
            }
            Self::Cut(place) => body.truncate(at(*place, body)),
            Self::Insert(place, bytes) => {
                let place = at(*place, body);
                body.splice(place..place, bytes.iter().copied());
            }
            Self::Run(place, length, value) => {
                let place = usize::from(*place).min(body.len());
                let mut run = Vec::new();
                let mut length = u64::from(*length) << 1;
                while length >= 0x80 {
                    run.push(length as u8 | 0x80);
                    length >>= 7;
                }
                run.extend([length as u8, *value]);
                let end = (place + run.len()).min(body.len());
                body.splice(place..end, run);
            }
            Self::Zeros(mebibytes) => {
                let zeros = vec![0; usize::from(*mebibytes % MOST_MEBIBYTES) << 20];
                let Some(packed) = packed(codec, &zeros) else { return };
                *body = packed;
                header.set_int(2, zeros.len() as i64);
            }
        }
    }
}

/// Compressed by the codecs of Parquet that take many zeros together.
fn packed(codec: i64, bytes: &[u8]) -> Option<Vec<u8>> {
    match codec {
        2 => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).ok()?;
            encoder.finish().ok()
        }
        6 => zstd::bulk::compress(bytes, 1).ok(),
        _ => None,
    }
}

impl Case {
    /// The changed file.
    pub fn file(&self) -> Vec<u8> {
        let files = files::all();
        let sound = &files[usize::from(self.file) % files.len()];
        let tail = sound.len() - 8;
        let footer_len =
            u32::from_le_bytes(sound[tail..tail + 4].try_into().expect("four bytes")) as usize;
        let (data, footer) = sound[..tail].split_at(tail - footer_len);
        let mut data = data.to_vec();
        let mut footer = Node::read(&mut &*footer).expect("a footer of our own");
        for change in self.pages.iter().take(MOST) {
            // A chunk that can no more be found stays as it is.
            let _ = change.apply(&mut data, &mut footer);
        }
        for change in self.footer.iter().take(MOST) {
            change.apply(&mut footer);
        }
        let footer = footer.written();
        let mut file = [&data, &footer, &(footer.len() as u32).to_le_bytes()[..], MAGIC].concat();
        for (place, bits) in self.flips.iter().take(MOST) {
            let place = usize::from(*place) % file.len();
            file[place] ^= bits;
        }
        file
    }
}

impl PageChange {
    /// Writes the chunk anew behind the others, with this page changed.
    fn apply(&self, data: &mut Vec<u8>, footer: &mut Node) -> Option<()> {
        let groups = footer.field_mut(4)?.elements_mut();
        let chunks = groups.iter_mut().filter_map(|group| group.field_mut(1));
        let mut chunks: Vec<&mut Node> =
            chunks.flat_map(|chunks| chunks.elements_mut().iter_mut()).collect();
        let number = usize::from(self.chunk) % chunks.len().max(1);
        let meta = chunks.get_mut(number)?.field_mut(3)?;
        let codec = meta.int(4)?;
        let start = meta.int(11).unwrap_or(meta.int(9)?);
        let start = usize::try_from(start).ok()?;
        let end = start.checked_add(usize::try_from(meta.int(7)?).ok()?)?;
        let mut pages = pages(data.get(start..end)?)?;
        let changed = usize::from(self.page) % pages.len().max(1);
        let (header, body) = pages.get_mut(changed)?;
        if let Some(change) = &self.body {
            change.apply(codec, header, body);
            header.set_int(3, body.len() as i64);
        }
        if let Some(change) = &self.header {
            change.apply(header);
        }
        if !self.keeps_checksum {
            header.remove(4);
        }
        let new_start = data.len();
        let mut first_data = None;
        for (header, body) in pages {
            if header.int(1) != Some(2) && first_data.is_none() {
                first_data = Some(data.len());
            }
            data.extend(header.written());
            data.extend(body);
        }
        meta.set_int(9, first_data.unwrap_or(new_start) as i64);
        meta.set_int(11, new_start as i64);
        meta.set_int(7, (data.len() - new_start) as i64);
        Some(())
    }
}

/// The headers and bodies of a chunk's pages.
fn pages(mut chunk: &[u8]) -> Option<Vec<(Node, Vec<u8>)>> {
    let mut pages = Vec::new();
    while !chunk.is_empty() {
        let header = Node::read(&mut chunk)?;
        let len = usize::try_from(header.int(3)?).ok()?;
        let (body, rest) = chunk.split_at_checked(len)?;
        pages.push((header, body.to_vec()));
        chunk = rest;
    }
    Some(pages)
}
