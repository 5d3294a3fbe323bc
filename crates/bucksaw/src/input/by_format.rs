//! The formats: what cuts a source of each, and what decodes its chunks.

use super::buffered::Buffered;
#[cfg(feature = "arrow")]
use super::columnar::{ArrowFramer, ColumnsDecoder};
use super::csv::{RecordEnds, RowDecoder};
use super::decoding::{Decoded, Decoder, Target};
use super::es_bulk::{DocumentDecoder, DocumentEnds};
use super::framing::{Chunk, Framer};
use super::journald::{EntryDecoder, EntryEnds, EntryReader};
use super::json::{ElementDecoder, ElementFramer};
use super::lines::{LineFramer, LineRows};
use super::logfmt::LogfmtReader;
use super::ndjson::LineDecoder;
use super::otlp::{self, ByKind, DocumentFramer, MessageDecoder, MessageFramer};
use super::record_framer::{OneByOne, RecordFramer};
use super::refused::Refused;
use super::syslog::{MessageEnds, SyslogReader};
use super::text::TextReader;
use super::{Format, InputOptions, OtlpLayout};

/// What cuts a source of this format.
pub(super) fn framer_of<'r>(
    format: Format,
    source: Buffered<'r>,
    options: &InputOptions,
) -> Box<dyn Framer + 'r> {
    match format {
        Format::Auto | Format::Ndjson => {
            Box::new(LineFramer::new(source, Format::Ndjson, options.max_line_bytes()))
        }
        Format::EsBulk => {
            let ends = OneByOne::<DocumentEnds>::default();
            Box::new(RecordFramer::new(source, format, ends, options.max_line_bytes()))
        }
        Format::JournaldExport => {
            let ends = OneByOne::<EntryEnds>::default();
            Box::new(RecordFramer::new(source, format, ends, options.max_line_bytes()))
        }
        Format::Text | Format::Logfmt | Format::JournaldJson => {
            Box::new(LineFramer::new(source, format, options.max_line_bytes()))
        }
        Format::Csv | Format::Tsv => {
            let ends = RecordEnds::of(format, &options.csv);
            Box::new(RecordFramer::new(source, format, ends, options.max_line_bytes()))
        }
        Format::Syslog => {
            let ends = MessageEnds::default();
            Box::new(RecordFramer::new(source, format, ends, options.max_line_bytes()))
        }
        Format::Json => {
            Box::new(ElementFramer::new(source, &options.json, options.ndjson.max_line_bytes))
        }
        Format::OtlpLogs | Format::OtlpTraces | Format::OtlpMetrics => {
            let is_told = options.format == format;
            let framer: Box<dyn Framer + 'r> = match otlp::is_json(&source.rest) {
                true => Box::new(DocumentFramer::new(source, format, is_told)),
                false => Box::new(MessageFramer::new(source, format, is_told)),
            };
            match options.layout {
                OtlpLayout::Flat => framer,
                OtlpLayout::ClickHouse => Box::new(ByKind::new(framer)),
            }
        }
        #[cfg(feature = "arrow")]
        Format::Arrow => Box::new(ArrowFramer::new(source)),
        #[cfg(feature = "arrow")]
        Format::Parquet => {
            let why = "a Parquet file is read from its end, and can't come from a pipe, nor compressed as a whole: name the file".to_owned();
            Box::new(Refused { format, why })
        }
        #[cfg(not(feature = "arrow"))]
        Format::Arrow | Format::Parquet => {
            let why = format!("{format} was not built in: build bucksaw with its feature `arrow`");
            Box::new(Refused { format, why })
        }
    }
}

/// What makes rows of lines that `reader` reads.
fn rows_of_lines<R>(reader: R, options: &InputOptions) -> LineRows<R> {
    LineRows::new(reader, options.text_lines, options.max_line_bytes())
}

/// Decodes each chunk as what it is.
pub(super) struct ByFormat {
    lines: LineDecoder,
    rows: RowDecoder,
    elements: ElementDecoder,
    documents: DocumentDecoder,
    entries: EntryDecoder,
    entry_lines: LineRows<EntryReader>,
    text: LineRows<TextReader>,
    logfmt: LineRows<LogfmtReader>,
    syslog: LineRows<SyslogReader>,
    messages: MessageDecoder,
}

impl ByFormat {
    pub(super) fn of(options: &InputOptions) -> Self {
        Self {
            lines: LineDecoder::of(&options.ndjson, options.text_lines),
            rows: RowDecoder::of(&options.csv, options.max_line_bytes()),
            elements: ElementDecoder::of(&options.json, &options.ndjson),
            documents: DocumentDecoder::of(&options.ndjson),
            entries: EntryDecoder,
            entry_lines: rows_of_lines(EntryReader, options),
            text: rows_of_lines(TextReader::of(&options.text), options),
            logfmt: rows_of_lines(LogfmtReader, options),
            syslog: rows_of_lines(SyslogReader::of(&options.syslog), options),
            messages: MessageDecoder { layout: options.layout, ids: options.ids },
        }
    }
}

impl Decoder for ByFormat {
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        match chunk.format {
            Format::Auto | Format::Ndjson => self.lines.decode(chunk, into),
            Format::Csv | Format::Tsv => self.rows.decode(chunk, into),
            Format::Json => self.elements.decode(chunk, into),
            Format::EsBulk => self.documents.decode(chunk, into),
            Format::JournaldExport => self.entries.decode(chunk, into),
            Format::JournaldJson => self.entry_lines.decode(chunk, into),
            Format::Text => self.text.decode(chunk, into),
            Format::Logfmt => self.logfmt.decode(chunk, into),
            Format::Syslog => self.syslog.decode(chunk, into),
            Format::OtlpLogs | Format::OtlpTraces | Format::OtlpMetrics => {
                self.messages.decode(chunk, into)
            }
            #[cfg(feature = "arrow")]
            Format::Arrow | Format::Parquet => ColumnsDecoder.decode(chunk, into),
            #[cfg(not(feature = "arrow"))]
            Format::Arrow | Format::Parquet => Decoded::default(),
        }
    }
}
