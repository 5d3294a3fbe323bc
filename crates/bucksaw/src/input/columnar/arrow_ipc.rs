//! Arrow's [IPC format](https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc):
//! the stream, and the file, which is a stream between magic bytes, with an index behind it that nobody needs who reads
//! all of it.
//!
//! ```text
//! stream  = { message } [ end ]
//! file    = "ARROW1" { 0x00 } stream footer length "ARROW1"
//! message = [ 0xFFFFFFFF ] length metadata body         length of the metadata, 32 bits, little endian; not 0
//! end     = [ 0xFFFFFFFF ] 0x00000000
//! ```
//!
//! Arrow's own reader takes messages that are whole, and whose claims were held against the limits.

use std::collections::HashMap;

use arrow_array::{Array, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_ipc::{Message, MessageHeader, root_as_message};

use super::slices::Slices;
use super::{Columns, chunk_rows};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Format;
use crate::input::buffered::Buffered;
use crate::input::framing::{Frame, Framer, Limits};
use crate::runtime::guard::guarded;

/// What a file starts and ends with.
pub(in crate::input) const MAGIC: &[u8] = b"ARROW1";
/// The magic with what is behind it.
const START_BYTES: usize = 8;
/// What a message starts with, but for those of old versions.
pub(in crate::input) const CONTINUATION: [u8; 4] = [0xff; 4];
/// What a compressed buffer starts with: how long it was.
const LENGTH_BYTES: usize = 8;
/// Rows in a record batch, at the most: batches may have some without a byte for them.
const MAX_BATCH_ROWS: i64 = i32::MAX as i64;

/// Cuts a stream or a file into slices of its record batches.
pub(in crate::input) struct ArrowFramer<'r> {
    source: Buffered<'r>,
    is_file: Option<bool>,
    decoder: StreamDecoder,
    /// Bytes of each dictionary, by its id.
    dictionaries: HashMap<i64, usize>,
    batch: Option<OpenBatch>,
    /// Messages so far.
    messages: u64,
    /// The source's byte up to which chunks have taken it.
    counted: u64,
    /// Whether there was a chunk of this stream.
    has_columns: bool,
    is_over: bool,
}

/// A record batch on its way out.
struct OpenBatch {
    slices: Slices,
    /// Bytes of its message, which stay in memory until the last slice has gone.
    bytes: usize,
}

impl<'r> ArrowFramer<'r> {
    pub(in crate::input) fn new(source: Buffered<'r>) -> Self {
        Self {
            source,
            is_file: None,
            decoder: StreamDecoder::new(),
            dictionaries: HashMap::new(),
            batch: None,
            messages: 0,
            counted: 0,
            has_columns: false,
            is_over: false,
        }
    }

    /// The next slice of the batch that is open.
    fn slice(&mut self, limits: Limits) -> Result<Option<Frame>> {
        let Some(OpenBatch { slices, bytes }) = &mut self.batch else { return Ok(None) };
        let window = *bytes + self.dictionaries.values().sum::<usize>();
        let (position, counted) = (self.source.position, self.counted);
        let columns = slices.next(limits.batch_bytes, |_| position - counted);
        let columns = columns.map_err(|error| match error.kind() {
            ErrorKind::MemoryLimit => {
                let message = format!("message {} of the Arrow stream: {error}", self.messages);
                Error::new(ErrorKind::MemoryLimit, message)
            }
            _ => error,
        })?;
        if slices.is_over() {
            self.batch = None;
        }
        let Some(columns) = columns else { return Ok(None) };
        self.counted = position;
        self.has_columns = true;
        Ok(Some(Frame::Records(columns.into_chunk(Format::Arrow, counted, window))))
    }

    /// Reads the next message; none at the source's end, or where it is cut.
    fn message(&mut self, limits: Limits) -> Result<Read> {
        let window = limits.window_bytes;
        if self.is_file.is_none() {
            let is_file = self.source.peek(START_BYTES, window)?.starts_with(MAGIC);
            self.is_file = Some(is_file);
            if is_file {
                self.source.skip(START_BYTES.min(self.source.rest.len()));
                // Some writers align the first message further.
                while self.source.peek(START_BYTES, window)?.starts_with(&[0; START_BYTES]) {
                    self.source.skip(START_BYTES);
                }
            }
        }
        self.source.peek(START_BYTES, window)?;
        let (length, prefix) = match &self.source.rest[..] {
            [] if self.source.cut.is_none() && self.is_file == Some(false) => return Ok(Read::End),
            [0xff, 0xff, 0xff, 0xff, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]), 8),
            [0xff, 0xff, 0xff, 0xff, ..] => return Ok(Read::Cut),
            [a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]), 4),
            _ => return Ok(Read::Cut),
        };
        if length == 0 {
            self.source.skip(prefix);
            return Ok(Read::StreamEnd);
        }
        self.messages += 1;
        let head = prefix + length as usize;
        let room = limits.batch_bytes;
        if head > room && self.messages == 1 && prefix < START_BYTES {
            let message =
                "this is neither Arrow's stream nor its file (--format auto finds out what it is)";
            return Err(Error::new(ErrorKind::InputFormat, message));
        }
        if head > room {
            return Err(self.damaged(&format!(
                "it begins with {length} bytes of metadata, and the memory limit has room for {room}"
            )));
        }
        let bytes = self.source.peek(head, window)?;
        if bytes.len() < head {
            return Ok(Read::Cut);
        }
        let checked = check(&bytes[prefix..head], room - head);
        let claims = checked.map_err(|why| self.damaged(&why))?;
        let whole = head + claims.body;
        let bytes = self.source.peek(whole, window)?;
        if bytes.len() < whole {
            return Ok(Read::Cut);
        }
        let decompressed = decompressed_bytes(&bytes[prefix..head], &bytes[head..whole]);
        if decompressed.is_none_or(|bytes| bytes > room) {
            return Err(self.damaged(&too_large(decompressed.unwrap_or(usize::MAX), room)));
        }
        if let Some((id, is_delta)) = claims.dictionary {
            let size = self.dictionaries.entry(id).or_default();
            *size = whole.max(decompressed.unwrap_or_default()) + if is_delta { *size } else { 0 };
            let all = self.dictionaries.values().sum::<usize>();
            if all > room {
                return Err(self.damaged(&too_large(all, room)));
            }
        }
        Ok(Read::Message(self.source.take(whole)))
    }

    /// Gives bytes to Arrow's reader; a batch is opened where they make one.
    fn decode(&mut self, bytes: Vec<u8>) -> Result<()> {
        let len = bytes.len();
        let decoder = &mut self.decoder;
        let mut buffer = Buffer::from_vec(bytes);
        let decoded = guarded(|| {
            let mut batches = Vec::new();
            while !buffer.is_empty() {
                let batch = decoder.decode(&mut buffer).map_err(|cause| {
                    Error::new(ErrorKind::InputFormat, "it is damaged").with_cause(cause)
                })?;
                batches.extend(batch);
            }
            Ok(batches)
        });
        let batches = decoded.map_err(|error| self.damaged(&error.to_string()))?;
        // A message makes one batch at the most; one without a body is decoded with what comes next.
        for batch in batches {
            self.open(batch, len);
        }
        Ok(())
    }

    fn open(&mut self, batch: RecordBatch, bytes: usize) {
        if batch.num_rows() == 0 {
            return;
        }
        let sizes = batch.columns().iter().map(|array| array.get_array_memory_size());
        let rows = chunk_rows(sizes.sum::<usize>() / batch.num_rows());
        let schema = batch.schema();
        self.batch = Some(OpenBatch { slices: Slices::of(batch, schema, rows), bytes });
    }

    /// Ends a stream, behind which may be another, but for files.
    fn end_stream(&mut self, limits: Limits) -> Result<Option<Frame>> {
        // What has no body is decoded now.
        self.decode([CONTINUATION, [0; 4]].concat())?;
        let schema = self.decoder.schema().filter(|_| !self.has_columns);
        self.decoder = StreamDecoder::new();
        self.dictionaries.clear();
        self.has_columns = false;
        if let Some(slice) = self.slice(limits)? {
            return Ok(Some(slice));
        }
        // Its columns are there, even without rows.
        let Some(schema) = schema else { return Ok(None) };
        let columns = Columns::of(&RecordBatch::new_empty(schema.clone()), &schema, 0)?;
        let position = self.source.position;
        Ok(Some(Frame::Records(columns.into_chunk(Format::Arrow, position, 0))))
    }

    /// Reads what is behind a file's stream; whether that is its end.
    fn is_whole(&mut self) -> Result<bool> {
        let mut last = Vec::new();
        while !self.source.is_over() {
            if self.source.rest.is_empty() {
                self.source.refill()?;
            }
            let rest = self.source.rest.len();
            last.extend_from_slice(&self.source.rest[rest.saturating_sub(MAGIC.len())..]);
            last.drain(..last.len().saturating_sub(MAGIC.len()));
            self.source.skip(rest);
        }
        Ok(last == MAGIC && self.source.cut.is_none())
    }

    fn damaged(&self, why: &str) -> Error {
        let (message, byte) = (self.messages, self.source.position);
        let what = format!("message {message} of the Arrow stream, at byte {byte}: {why}");
        Error::new(ErrorKind::InputFormat, what)
    }
}

/// What reading came to.
enum Read {
    Message(Vec<u8>),
    StreamEnd,
    End,
    Cut,
}

/// What a message claims.
struct Claims {
    body: usize,
    /// The id of the dictionary that it is of, and whether it adds to it.
    dictionary: Option<(i64, bool)>,
}

fn too_large(bytes: usize, room: usize) -> String {
    format!(
        "a record batch of {bytes} bytes with its dictionaries, and the memory limit has room for {room}: raise the \
         limit, or write smaller batches"
    )
}

/// Looks at a message's metadata: `room` is how many bytes its body may have.
fn check(metadata: &[u8], room: usize) -> Result<Claims, String> {
    let message = root_as_message(metadata).map_err(|_| {
        "its metadata is none of Arrow's, so it is damaged, or no Arrow stream".to_owned()
    })?;
    let body = usize::try_from(message.bodyLength())
        .map_err(|_| format!("a body of {} bytes", message.bodyLength()))?;
    if body > room {
        return Err(too_large(body, room));
    }
    let rows = batch_of(&message).map_or(0, |batch| batch.length());
    if !(0..=MAX_BATCH_ROWS).contains(&rows) {
        return Err(format!(
            "a record batch of {rows} rows, and more than {MAX_BATCH_ROWS} are not read"
        ));
    }
    let dictionary = message.header_as_dictionary_batch();
    Ok(Claims { body, dictionary: dictionary.map(|batch| (batch.id(), batch.isDelta())) })
}

fn batch_of<'m>(message: &Message<'m>) -> Option<arrow_ipc::RecordBatch<'m>> {
    match message.header_type() {
        MessageHeader::RecordBatch => message.header_as_record_batch(),
        MessageHeader::DictionaryBatch => message.header_as_dictionary_batch()?.data(),
        _ => None,
    }
}

/// Bytes of all buffers of a checked message, decompressed; none where that makes no sense.
fn decompressed_bytes(metadata: &[u8], body: &[u8]) -> Option<usize> {
    let message = root_as_message(metadata).ok()?;
    let Some(batch) = batch_of(&message) else { return Some(body.len()) };
    if batch.compression().is_none() {
        return Some(body.len());
    }
    let mut all = 0_usize;
    for buffer in batch.buffers().into_iter().flatten() {
        let start = usize::try_from(buffer.offset()).ok()?;
        let length = usize::try_from(buffer.length()).ok()?;
        let bytes = body.get(start..start.checked_add(length)?)?;
        let claimed = match bytes.first_chunk::<LENGTH_BYTES>() {
            None => length,
            // That is: it is not compressed.
            Some(claimed) => match i64::from_le_bytes(*claimed) {
                -1 => length,
                claimed => usize::try_from(claimed).ok()?,
            },
        };
        all = all.checked_add(claimed)?;
    }
    Some(all)
}

impl Framer for ArrowFramer<'_> {
    fn format(&self) -> Format {
        Format::Arrow
    }

    fn position(&self) -> u64 {
        self.source.position
    }

    fn rest(&self) -> &[u8] {
        &self.source.rest
    }

    fn next(&mut self, _: Vec<u8>, _: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        loop {
            if let Some(slice) = self.slice(limits)? {
                return Ok(slice);
            }
            if self.is_over {
                return Ok(Frame::End);
            }
            match self.message(limits)? {
                Read::Message(bytes) => self.decode(bytes)?,
                Read::StreamEnd => {
                    let columns = self.end_stream(limits)?;
                    if self.is_file == Some(true) {
                        self.is_over = true;
                        if !self.is_whole()? {
                            return Ok(self.cut());
                        }
                    }
                    if let Some(columns) = columns {
                        return Ok(columns);
                    }
                }
                Read::End => {
                    self.is_over = true;
                    if let Some(columns) = self.end_stream(limits)? {
                        return Ok(columns);
                    }
                }
                Read::Cut => {
                    self.is_over = true;
                    return Ok(self.cut());
                }
            }
        }
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let rest = std::mem::take(&mut self.source.rest);
        take(&rest)?;
        self.source.position += rest.len() as u64;
        Ok(rest.len() as u64)
    }
}

impl ArrowFramer<'_> {
    fn cut(&mut self) -> Frame {
        let cut = self.source.cut.take();
        Frame::Cut(
            cut.unwrap_or_else(|| Error::new(ErrorKind::Truncated, "the Arrow data has no end")),
        )
    }
}
