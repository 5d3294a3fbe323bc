//! A column of the open row group: values in, pages out.

use std::collections::VecDeque;
use std::sync::Arc;

use parquet::basic::Encoding;

use super::bloom_filter::BloomFilter;
use super::columns::LeafColumn;
use super::compress::Effort;
use super::encoder::Encoder;
use super::levels::{self, Levels};
use super::page::{PAGE_ROWS, PageSize, STEP_ROWS, append_page};
use super::page_queue::{CompressedPage, PendingPage};
use super::statistics::Bounds;
use super::values::{ColumnValues, ValuesSettings, values_of};
use crate::block::{ColumnSlice, ValuesSlice, most_elements};
use crate::encode::backend::Pieces;
use crate::encode::footer::failed;
use crate::error::{Error, ErrorKind, Result};
use crate::format::page_header::PageKind;
use crate::options::{Profile, Statistics};
use crate::runtime::hash::Seed;
use crate::types::nesting::Nesting;
use crate::types::physical::Storage;

/// What the chunks of a file have in common.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) statistics: Statistics,
    pub(super) profile: Profile,
    pub(super) seed: Seed,
}

/// A finished data page.
#[derive(Debug)]
pub(super) struct DataPage {
    /// From the chunk's start, in bytes.
    pub(super) offset: usize,
    /// Header included.
    pub(super) len: usize,
    pub(super) rows: usize,
    /// Values as Parquet counts them: with nulls, and with a null for a list that has no element.
    pub(super) values: usize,
    pub(super) nulls: usize,
    pub(super) bounds: Bounds,
    pub(super) encoding: Encoding,
}

/// A finished column chunk, for wherever in the file it goes.
#[derive(Debug)]
pub(super) struct EncodedChunk {
    /// Its dictionary page, if it has one, and its data pages.
    pub(super) dictionary: Pieces,
    pub(super) data: Pieces,
    pub(super) pages: Vec<DataPage>,
    /// Bytes before compression, headers included.
    pub(super) encoded: usize,
    pub(super) bounds: Bounds,
    /// How many different values it has, where the dictionary knows all of them.
    pub(super) distinct: Option<usize>,
    /// Empty where it has none.
    pub(super) bloom_filter: Vec<u8>,
}

impl EncodedChunk {
    /// A chunk of nulls.
    pub(super) fn of_nulls(nesting: Nesting, rows: usize, encoder: &mut Encoder) -> Result<Self> {
        encoder.page.clear();
        levels::append_nulls(nesting, rows, &mut encoder.page);
        let mut data = Pieces::default();
        let size = append_page(
            &encoder.page,
            data_page(rows, Encoding::PLAIN),
            &mut encoder.compressor,
            &mut Effort::Level,
            &mut data,
        )?;
        let page = DataPage {
            offset: 0,
            len: size.compressed,
            rows,
            values: rows,
            nulls: rows,
            bounds: Bounds::default(),
            encoding: Encoding::PLAIN,
        };
        Ok(Self {
            dictionary: Pieces::default(),
            data,
            pages: vec![page],
            encoded: size.encoded,
            bounds: Bounds::default(),
            distinct: Some(0),
            bloom_filter: Vec::new(),
        })
    }

    pub(super) fn nulls(&self) -> usize {
        self.pages.iter().map(|page| page.nulls).sum()
    }
}

/// A data page of so many values, nulls included.
fn data_page(values: usize, encoding: Encoding) -> PageKind {
    PageKind::Data { num_values: values as i32, encoding }
}

/// A finished page that is not behind the others yet.
#[derive(Debug)]
enum UnplacedPage {
    Compressed(CompressedPage),
    Pending(PendingPage),
}

/// The values of a finished chunk, for their memory: the column's next chunk uses it again.
#[derive(Debug)]
pub(super) struct SpareValues {
    storage: Storage,
    values: Box<dyn ColumnValues>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct ColumnChunk {
    /// The column's name, for errors.
    name: Box<str>,
    storage: Storage,
    nesting: Nesting,
    settings: Arc<Settings>,
    /// Bytes of a page, about, at the most.
    page_bytes: usize,
    levels: Box<dyn Levels>,
    values: Box<dyn ColumnValues>,
    /// Rows of finished pages.
    finished_rows: usize,
    /// Finished pages; those that are not placed yet have no length and no offset.
    pages: Vec<DataPage>,
    /// Bytes of each page that is not placed yet, before compression, and what it will become.
    unplaced: VecDeque<(usize, UnplacedPage)>,
    /// How many of them were finished before the current batch.
    unplaced_before: usize,
    data: Pieces,
    /// Bytes of `data`.
    data_len: usize,
    encoded: usize,
    effort: Effort,
    bounds: Bounds,
}

impl ColumnChunk {
    pub(super) fn new(
        LeafColumn { name, ty, nesting }: LeafColumn<'_>,
        has_dictionary: bool,
        filter: Option<BloomFilter>,
        page_bytes: usize,
        settings: &Arc<Settings>,
        before: Option<SpareValues>,
    ) -> Result<Self> {
        let storage = ty.storage().ok_or_else(|| {
            let message =
                format!("the direct backend can't store {ty}: use the arrow backend for it");
            Error::new(ErrorKind::Unsupported, message)
        })?;
        let of_values = ValuesSettings {
            has_dictionary,
            max_bytes: page_bytes,
            profile: settings.profile,
            seed: settings.seed,
        };
        let values = match before.filter(|known| known.storage == storage) {
            Some(SpareValues { mut values, .. }) => {
                values.restart(&of_values, filter);
                values
            }
            None => values_of(storage, &of_values, filter),
        };
        Ok(Self {
            name: name.into(),
            storage,
            nesting,
            settings: Arc::clone(settings),
            page_bytes,
            levels: levels::levels(nesting),
            values,
            finished_rows: 0,
            pages: Vec::new(),
            unplaced: VecDeque::new(),
            unplaced_before: 0,
            data: Pieces::default(),
            data_len: 0,
            encoded: 0,
            effort: Effort::default(),
            bounds: Bounds::default(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn rows(&self) -> usize {
        self.finished_rows + self.levels.rows()
    }

    pub(super) fn append_nulls(&mut self, mut rows: usize, encoder: &mut Encoder) -> Result<()> {
        while rows > 0 {
            let some = rows.min(PAGE_ROWS - self.levels.rows());
            self.levels.append_nulls(some);
            rows -= some;
            self.end_full_page(encoder)?;
        }
        Ok(())
    }

    /// Appends rows, few enough for one page.
    pub(super) fn append(
        &mut self,
        slice: &ColumnSlice<'_, '_>,
        encoder: &mut Encoder,
    ) -> Result<()> {
        if self.levels.rows() + slice.rows() > PAGE_ROWS {
            self.end_page(encoder)?;
        }
        match slice.values() {
            lists @ ValuesSlice::List(_) => {
                self.make_room(most_elements(&lists), encoder)?;
                self.levels.append(slice);
                if let Some(elements) = slice.leaf(self.nesting) {
                    self.values.append(&elements.values())?;
                }
            }
            values => {
                if let Some(value) = self.long_value(&values) {
                    self.end_page(encoder)?;
                    if !self.has_deltas() {
                        return self.append_long(slice, value, encoder);
                    }
                }
                self.levels.append(slice);
                self.values.append(&values)?;
            }
        }
        self.end_full_page(encoder)
    }

    /// The only value, if it is longer than a page.
    fn long_value<'v>(&self, values: &ValuesSlice<'v, '_>) -> Option<&'v [u8]> {
        let value = match *values {
            ValuesSlice::Text(&[text]) => text.as_bytes(),
            ValuesSlice::Bytes(&[bytes]) => bytes,
            _ => return None,
        };
        (value.len() > self.page_bytes).then_some(value)
    }

    /// Whether a page has deltas of text or bytes: no PLAIN page with values may follow, since DuckDB 1.0
    /// goes on with deltas there.
    fn has_deltas(&self) -> bool {
        let is_delta = |encoding| {
            matches!(encoding, Encoding::DELTA_BYTE_ARRAY | Encoding::DELTA_LENGTH_BYTE_ARRAY)
        };
        self.pages.iter().any(|page| is_delta(page.encoding))
    }

    /// Appends a row that makes a page by itself, after the open page has ended: its value is compressed from
    /// where it is, since there may not be memory for it twice.
    fn append_long(
        &mut self,
        slice: &ColumnSlice<'_, '_>,
        value: &[u8],
        encoder: &mut Encoder,
    ) -> Result<()> {
        self.values.close_dictionary();
        self.levels.append(slice);
        let head = &mut encoder.page;
        head.clear();
        self.levels.append_to(head);
        let bounds = self.values.append_alone(value, head)?;
        let bounds = self.told(|| bounds);
        let kind = data_page(self.levels.count(), Encoding::PLAIN);
        self.effort_for(Encoding::PLAIN);
        let parts = [&encoder.page, value];
        let compressed = encoder.with_long(|compressor| {
            CompressedPage::of_parts(parts, kind, &mut self.effort, compressor)
        })?;
        let bytes = encoder.page.len() + value.len();
        self.add_page((bytes, UnplacedPage::Compressed(compressed)), bounds, Encoding::PLAIN);
        Ok(())
    }

    /// A row may have more elements than a dictionary has room for: they don't go through it.
    fn make_room(&mut self, values: usize, encoder: &mut Encoder) -> Result<()> {
        if values > STEP_ROWS {
            self.end_page(encoder)?;
            self.values.close_dictionary();
        }
        Ok(())
    }

    fn end_full_page(&mut self, encoder: &mut Encoder) -> Result<()> {
        let is_full = self.levels.rows() >= PAGE_ROWS || self.open_bytes() >= self.page_bytes;
        if is_full || self.values.must_end_page() { self.end_page(encoder) } else { Ok(()) }
    }

    /// Bytes of the open page, about.
    fn open_bytes(&self) -> usize {
        self.values.page_bytes() + self.levels.page_bytes()
    }

    fn end_page(&mut self, encoder: &mut Encoder) -> Result<()> {
        if self.levels.rows() == 0 {
            return Ok(());
        }
        let page = &mut encoder.page;
        page.clear();
        self.levels.append_to(page);
        let bounds = self.told(|| self.values.bounds());
        let encoding = self.values.append_to(page);
        self.effort_for(encoding);
        let kind = data_page(self.levels.count(), encoding);
        let unplaced = self.compress(kind, encoder)?;
        self.add_page(unplaced, bounds, encoding);
        Ok(())
    }

    /// The bounds of a page, unless the file tells none.
    fn told(&self, bounds: impl FnOnce() -> Bounds) -> Bounds {
        match self.settings.statistics {
            Statistics::None => Bounds::default(),
            _ => bounds(),
        }
    }

    /// Indices and values outside the dictionary compress differently.
    fn effort_for(&mut self, encoding: Encoding) {
        if self.pages.last().is_some_and(|last| last.encoding != encoding) {
            self.effort = Effort::Unknown;
        }
    }

    /// Adds the page that has the open rows, and starts the next.
    fn add_page(&mut self, unplaced: (usize, UnplacedPage), bounds: Bounds, encoding: Encoding) {
        let rows = self.levels.rows();
        self.bounds.add(self.storage, &bounds);
        self.pages.push(DataPage {
            offset: 0,
            len: 0,
            rows,
            values: self.levels.count(),
            nulls: self.levels.nulls(),
            bounds,
            encoding,
        });
        self.unplaced.push_back(unplaced);
        self.finished_rows += rows;
        self.levels.clear();
    }

    /// Compresses the encoder's page, or has that done later.
    fn compress(&mut self, kind: PageKind, encoder: &mut Encoder) -> Result<(usize, UnplacedPage)> {
        let bytes = encoder.page.len();
        if !encoder.compressor.is_telling(bytes, self.effort)
            && let Some(page) = encoder.queue.push(&mut encoder.page, kind, self.effort)
        {
            return Ok((bytes, UnplacedPage::Pending(page)));
        }
        let page = std::mem::take(&mut encoder.page);
        let compressed =
            CompressedPage::new(&page, kind, &mut self.effort, &mut encoder.compressor)?;
        encoder.page = page;
        Ok((bytes, UnplacedPage::Compressed(compressed)))
    }

    /// Places the pages that were finished before the current batch, which ends.
    ///
    /// So what the chunk is said to hold depends on its values alone, and not on which pages happen to
    /// be compressed by now.
    pub(super) fn end_batch(&mut self, encoder: &mut Encoder) -> Result<()> {
        self.place(self.unplaced_before, encoder)?;
        self.unplaced_before = self.unplaced.len();
        Ok(())
    }

    /// Places the first `count` pages that are not placed yet.
    fn place(&mut self, count: usize, encoder: &mut Encoder) -> Result<()> {
        let queue = Arc::clone(&encoder.queue);
        let first = self.pages.len() - self.unplaced.len();
        for ((_, unplaced), page) in
            self.unplaced.drain(..count).zip(self.pages.iter_mut().skip(first))
        {
            let CompressedPage { bytes, size } = match unplaced {
                UnplacedPage::Compressed(page) => page,
                UnplacedPage::Pending(page) => queue.wait(&page, &mut encoder.compressor)?,
            };
            (page.offset, page.len) = (self.data_len, size.compressed);
            self.data_len += size.compressed;
            self.encoded += size.encoded;
            self.data.append(bytes);
        }
        Ok(())
    }

    /// What the pages that are not placed yet will take in the file, about, by what those before took.
    fn unplaced_bytes(&self) -> usize {
        let bytes: usize = self.unplaced.iter().map(|(bytes, _)| bytes).sum();
        match self.encoded {
            0 => bytes,
            encoded => (bytes as u64 * self.data_len as u64 / encoded as u64) as usize,
        }
    }

    /// The finished chunk: its dictionary page, then its data pages; and its values' memory.
    pub(super) fn finish(mut self, encoder: &mut Encoder) -> Result<(EncodedChunk, SpareValues)> {
        self.end_page(encoder)?;
        self.place(self.unplaced.len(), encoder)?;
        let filter = self.values.take_filter();
        let bloom_filter = filter.map(BloomFilter::finish).transpose().map_err(failed)?;
        let dictionary = self.values.dictionary_page();
        let mut dictionary_page = Pieces::default();
        let mut size = PageSize { encoded: 0, compressed: 0 };
        if let Some((page, entries)) = &dictionary {
            let kind = PageKind::Dictionary { num_values: *entries as i32 };
            let compressor = &mut encoder.compressor;
            size = append_page(page, kind, compressor, &mut Effort::Level, &mut dictionary_page)?;
        }
        for page in &mut self.pages {
            page.offset += size.compressed;
        }
        let has_values = |page: &DataPage| page.nulls < page.values;
        let is_complete = self
            .pages
            .iter()
            .filter(|page| has_values(page))
            .all(|page| page.encoding == Encoding::RLE_DICTIONARY);
        let entries = dictionary.as_ref().map(|(_, entries)| *entries);
        drop(dictionary);
        let chunk = EncodedChunk {
            dictionary: dictionary_page,
            data: self.data,
            distinct: entries.filter(|_| is_complete),
            pages: self.pages,
            encoded: self.encoded + size.encoded,
            bounds: self.bounds,
            bloom_filter: bloom_filter.unwrap_or_default(),
        };
        self.values.end_chunk();
        Ok((chunk, SpareValues { storage: self.storage, values: self.values }))
    }

    pub(super) fn bytes_held(&self) -> usize {
        self.values.bytes_held() + self.levels.bytes_held() + self.data_len + self.unplaced_bytes()
    }

    /// Bytes of finished pages, and of the open page and the dictionary before compression.
    pub(super) fn bytes_expected(&self) -> usize {
        self.data_len + self.unplaced_bytes() + self.open_bytes()
    }
}
