//! For tests: encoded values as a page of a required column, read by the parquet crate.

use std::sync::Arc;

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::{get_column_reader, get_typed_column_reader};
use parquet::data_type::DataType;
use parquet::errors::Result;
use parquet::schema::types::{ColumnDescriptor, ColumnPath, Type};

struct Pages(std::vec::IntoIter<Page>);

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Result<Page>> {
        self.0.next().map(Ok)
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        Ok(self.0.next())
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        unreachable!("nothing is skipped")
    }

    fn skip_next_page(&mut self) -> Result<()> {
        unreachable!("nothing is skipped")
    }
}

/// All values of a page that claims `count` of them.
pub(super) fn read_page<T: DataType>(
    bytes: Vec<u8>,
    encoding: Encoding,
    count: usize,
) -> Vec<T::T> {
    read_pages::<T>(vec![data_page(bytes, encoding, count)], count)
}

/// The same, with a dictionary page of `entries` values, PLAIN, before it.
pub(super) fn read_indices<T: DataType>(
    dictionary: Vec<u8>,
    entries: usize,
    bytes: Vec<u8>,
    count: usize,
) -> Vec<T::T> {
    let dictionary = Page::DictionaryPage {
        buf: dictionary.into(),
        num_values: entries as u32,
        encoding: Encoding::PLAIN,
        is_sorted: false,
    };
    read_pages::<T>(vec![dictionary, data_page(bytes, Encoding::RLE_DICTIONARY, count)], count)
}

fn data_page(bytes: Vec<u8>, encoding: Encoding, count: usize) -> Page {
    Page::DataPage {
        buf: bytes.into(),
        num_values: count as u32,
        encoding,
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    }
}

fn read_pages<T: DataType>(pages: Vec<Page>, count: usize) -> Vec<T::T> {
    let ty = Type::primitive_type_builder("column", T::get_physical_type())
        .with_repetition(parquet::basic::Repetition::REQUIRED)
        .build()
        .expect("a type");
    let column = ColumnDescriptor::new(Arc::new(ty), 0, 0, ColumnPath::from("column"));
    let pages = Box::new(Pages(pages.into_iter()));
    let mut reader = get_typed_column_reader::<T>(get_column_reader(Arc::new(column), pages));
    let mut values = Vec::new();
    reader.read_records(count, None, None, &mut values).expect("values");
    values
}
