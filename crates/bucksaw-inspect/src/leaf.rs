//! A column's levels and values, pulled one after another through its pages and row groups.

use std::sync::Arc;

use bytes::Bytes;
use parquet::file::metadata::ParquetMetaData;

use super::budget::{Budget, Fault, Limits, Step, damaged};
use super::hybrid::{HighFirst, Hybrid};
use super::page::{self, Chunk, Page, PageKind};
use super::source::Source;
use super::values::{Dictionary, Kind, Value, Values};
use bucksaw::{Error, ErrorKind};

/// The work of decoding a level.
const LEVEL_WORK: u64 = 8;

/// How deep a value is nested: in which list it starts a new element, and how much of its path is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) repetition: u16,
    pub(super) definition: u16,
}

/// Where a reader stands, to come back to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Position {
    row_group: usize,
    /// Where the page starts.
    page: u64,
    /// The levels of the chunk before that page, and those of the page that were taken.
    before: u64,
    taken: u64,
}

/// A column that is being read.
#[derive(Debug)]
pub(super) struct Leaf {
    source: Source,
    metadata: Arc<ParquetMetaData>,
    index: usize,
    kind: Kind,
    max: Level,
    position: Position,
    chunk: Option<Chunk>,
    dictionary: Option<Dictionary>,
    open: Option<Open>,
}

/// A page whose levels and values are being taken.
#[derive(Debug)]
struct Open {
    repetitions: Levels,
    definitions: Levels,
    values: Values,
    count: u64,
    end: u64,
    bytes: u64,
    peeked: Option<Level>,
}

/// The repetition levels of a page, or its definition levels.
#[derive(Debug)]
pub(super) enum Levels {
    /// All are the largest, which is 0.
    None,
    Hybrid(Hybrid),
    HighFirst(HighFirst),
}

impl Levels {
    pub(super) fn next(&mut self, max: u16) -> Step<u16> {
        let level = match self {
            Self::None => 0,
            Self::Hybrid(levels) => levels.next()?,
            Self::HighFirst(levels) => levels.next()?,
        };
        match u16::try_from(level) {
            Ok(level) if level <= max => Ok(level),
            _ => damaged(format!("a level of {level} where {max} is the largest")),
        }
    }

    /// Whether nothing is left but what pads the last of them.
    pub(super) fn is_at_end(&self) -> bool {
        match self {
            Self::Hybrid(levels) => levels.is_at_end(),
            // As many bytes were cut off as the levels take.
            Self::None | Self::HighFirst(_) => true,
        }
    }
}

impl Leaf {
    pub(super) fn new(source: &Source, metadata: &Arc<ParquetMetaData>, index: usize) -> Self {
        let column = metadata.file_metadata().schema_descr().column(index);
        let level = |level: i16| u16::try_from(level).unwrap_or(0);
        Self {
            source: source.clone(),
            metadata: Arc::clone(metadata),
            index,
            kind: Kind::new(column.physical_type(), column.type_length()),
            max: Level {
                repetition: level(column.max_rep_level()),
                definition: level(column.max_def_level()),
            },
            position: Position::default(),
            chunk: None,
            dictionary: None,
            open: None,
        }
    }

    /// Goes to the start of a row group.
    pub(super) fn start(&mut self, row_group: usize) {
        self.park();
        self.position = Position { row_group, ..Position::default() };
    }

    /// Frees all pages; the position stays.
    pub(super) fn park(&mut self) {
        (self.chunk, self.dictionary, self.open) = (None, None, None);
    }

    /// The bytes of memory that its pages take.
    pub(super) fn bytes(&self) -> u64 {
        let page = self.open.as_ref().map_or(0, |open| open.bytes + open.values.bytes());
        page + self.dictionary.as_ref().map_or(0, Dictionary::bytes)
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// Goes back to a position.
    pub(super) fn go_back(&mut self, position: Position) {
        self.park();
        self.position = position;
    }

    /// The largest levels: those of a value.
    pub(super) fn max(&self) -> Level {
        self.max
    }

    /// The next level of the row group, none at its end.
    pub(super) fn peek(&mut self, budget: &mut Budget) -> Step<Option<Level>> {
        loop {
            if let Some(open) = &mut self.open {
                if let Some(level) = open.peeked {
                    return Ok(Some(level));
                }
                if self.position.taken < open.count {
                    budget.work(LEVEL_WORK)?;
                    let level = Level {
                        repetition: open.repetitions.next(self.max.repetition)?,
                        definition: open.definitions.next(self.max.definition)?,
                    };
                    open.peeked = Some(level);
                    return Ok(Some(level));
                }
                let position = &mut self.position;
                position.page = open.end;
                position.before += open.count;
                position.taken = 0;
                self.open = None;
            }
            if !self.open_next(budget)? {
                return Ok(None);
            }
        }
    }

    /// Takes the level that was peeked at, and the value that comes with it, if there is one.
    pub(super) fn take(&mut self) -> Step<Option<Value<'_>>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        let Some(level) = open.peeked.take() else { return Ok(None) };
        self.position.taken += 1;
        if level.definition < self.max.definition {
            return Ok(None);
        }
        open.values.next(self.kind, self.dictionary.as_ref()).map(Some)
    }

    /// Opens the page at the position; false at the chunk's end.
    fn open_next(&mut self, budget: &mut Budget) -> Step<bool> {
        let chunk = match self.chunk {
            Some(chunk) => chunk,
            None => match self.metadata.row_groups().get(self.position.row_group) {
                Some(group) => Chunk::of(group.column(self.index)),
                None => return Ok(false),
            },
        };
        if self.chunk.is_none() && self.position.page > chunk.start {
            // Back in the middle of a chunk: its dictionary stands at its start.
            let page = page::read(&self.source, &chunk, chunk.start, budget)?;
            if page.header.kind() == PageKind::Dictionary {
                self.dictionary = Some(self.dictionary(page)?);
            }
        }
        self.chunk = Some(chunk);
        self.position.page = self.position.page.max(chunk.start);
        while self.position.before < chunk.values {
            if self.position.page >= chunk.end {
                let (before, values) = (self.position.before, chunk.values);
                return damaged(format!("the column chunk has {before} values and says {values}"));
            }
            let page = page::read(&self.source, &chunk, self.position.page, budget)?;
            match page.header.kind() {
                PageKind::Data | PageKind::DataV2 if page.header.values > 0 => {
                    return self.open_page(page, chunk.values, budget).map(|()| true);
                }
                PageKind::Dictionary if self.position.page == chunk.start => {
                    self.position.page = page.end;
                    self.dictionary = Some(self.dictionary(page)?);
                }
                PageKind::Dictionary => return damaged("a dictionary page behind other pages"),
                _ => self.position.page = page.end,
            }
        }
        Ok(false)
    }

    fn dictionary(&self, page: Page) -> Step<Dictionary> {
        Dictionary::new(self.kind, page.header.values, page.header.encoding, page.data)
    }

    fn open_page(&mut self, page: Page, values: u64, budget: &mut Budget) -> Step<()> {
        let count = page.header.values;
        let left = values - self.position.before;
        if count > left {
            return damaged(format!("a page of {count} values where {left} are left"));
        }
        let ([repetitions, definitions], data) = parts(&page, self.max)?;
        self.open = Some(Open {
            repetitions,
            definitions,
            values: Values::new(self.kind, page.header.encoding, data)?,
            count,
            end: page.end,
            bytes: page.data.len() as u64,
            peeked: None,
        });
        // Coming back to the middle of a page, what was taken before is taken again.
        let taken = std::mem::take(&mut self.position.taken);
        while self.position.taken < taken {
            self.peek(budget)?;
            self.take()?;
        }
        Ok(())
    }

    /// The error for a fault, with the offset where it happened.
    pub(super) fn error(&self, fault: Fault, limits: &Limits) -> Error {
        let column = self.metadata.file_metadata().schema_descr().column(self.index);
        let group = self.position.row_group;
        let page = self.position.page.max(self.chunk.map_or(0, |chunk| chunk.start));
        let (kind, what) = match fault {
            Fault::Damaged(what) => (ErrorKind::InvalidParquet, what.into_owned()),
            Fault::Io(what) => (ErrorKind::Io, what),
            Fault::Memory => (
                ErrorKind::InvalidParquet,
                format!(
                    "a row takes more than {} bytes of memory, the limit for a file of this size",
                    limits.row_bytes
                ),
            ),
            Fault::Work => (
                ErrorKind::InvalidParquet,
                format!(
                    "the first rows take more than {} bytes of pages and values to decode, the \
                     limit for a file of this size",
                    limits.work_bytes
                ),
            ),
        };
        let message = format!("row group {group}, page at byte {page}: {what}");
        Error::new(kind, message).in_column(&column.path().string())
    }
}

/// A data page's levels, of repetitions and of definitions, and the values behind them.
pub(super) fn parts(page: &Page, max: Level) -> Step<([Levels; 2], Bytes)> {
    let (header, mut data) = (&page.header, page.data.clone());
    let levels = match header.kind() {
        PageKind::DataV2 => {
            let repetitions = cut(&mut data, header.repetitions)?;
            let definitions = cut(&mut data, header.definitions)?;
            let levels = |data, max| match max {
                0 => Levels::None,
                max => Levels::Hybrid(Hybrid::new(data, width(max))),
            };
            [levels(repetitions, max.repetition), levels(definitions, max.definition)]
        }
        _ => [
            levels(&mut data, header.repetitions, max.repetition, header.values)?,
            levels(&mut data, header.definitions, max.definition, header.values)?,
        ],
    };
    Ok((levels, data))
}

/// The bits of levels up to `max`.
fn width(max: u16) -> u32 {
    u16::BITS - max.leading_zeros()
}

/// Cuts the first bytes off.
fn cut(data: &mut Bytes, length: u64) -> Step<Bytes> {
    match usize::try_from(length).ok().filter(|&length| length <= data.len()) {
        Some(length) => Ok(data.split_to(length)),
        None => damaged(format!("levels of {length} bytes where {} are left", data.len())),
    }
}

/// The levels at the start of a page of version 1, in the encoding that its header names.
fn levels(data: &mut Bytes, encoding: u64, max: u16, count: u64) -> Step<Levels> {
    const RLE: u64 = 3;
    const BIT_PACKED: u64 = 4;
    match (max, encoding) {
        (0, _) => Ok(Levels::None),
        (_, RLE) => {
            let mut length = [0; 4];
            let prefix = cut(data, 4)?;
            length.iter_mut().zip(&prefix).for_each(|(to, from)| *to = *from);
            let levels = cut(data, u32::from_le_bytes(length).into())?;
            Ok(Levels::Hybrid(Hybrid::new(levels, width(max))))
        }
        (_, BIT_PACKED) => {
            let bits = count.saturating_mul(width(max).into());
            let levels = cut(data, bits.div_ceil(8))?;
            Ok(Levels::HighFirst(HighFirst::new(levels, width(max))))
        }
        _ => damaged(format!("levels of encoding {encoding}")),
    }
}
