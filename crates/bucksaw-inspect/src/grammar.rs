//! The part of the Parquet metadata grammar that the scan knows: which struct has which fields.
//!
//! Taken from `parquet.thrift` (<https://github.com/apache/parquet-format>). Everything that the
//! `parquet` crate decodes stands here, because that crate trusts field numbers and not the types
//! on the wire: a known field of another type would make it read different bytes than we checked.

/// How a field's value stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    Binary,
    Struct(Shape),
    List(Element),
    /// A field that this grammar doesn't know: any type.
    Unknown,
}

/// What a known list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Bool,
    I32,
    I64,
    Binary,
    Struct(Shape),
}

/// The structs of Parquet's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    FileMetaData,
    SchemaElement,
    LogicalType,
    DecimalType,
    TimeType,
    TimeUnit,
    IntType,
    VariantType,
    GeometryType,
    GeographyType,
    RowGroup,
    SortingColumn,
    ColumnChunk,
    ColumnMetaData,
    Statistics,
    PageEncodingStats,
    SizeStatistics,
    GeospatialStatistics,
    BoundingBox,
    KeyValue,
    ColumnOrder,
    /// A struct without fields, as unions use them.
    Empty,
    ColumnIndex,
    OffsetIndex,
    PageLocation,
    PageHeader,
    DataPage,
    DictionaryPage,
    DataPageV2,
    /// A struct that this grammar doesn't know: skipped.
    Unknown,
}

/// A field of a struct.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) id: i16,
    pub(super) name: &'static str,
    pub(super) wire: Wire,
    /// A count, size, length or offset: never negative.
    pub(super) count: bool,
}

const fn any(id: i16, name: &'static str, wire: Wire) -> Field {
    Field { id, name, wire, count: false }
}

const fn count(id: i16, name: &'static str, wire: Wire) -> Field {
    Field { id, name, wire, count: true }
}

const fn structs(shape: Shape) -> Wire {
    Wire::List(Element::Struct(shape))
}

const EMPTY: Wire = Wire::Struct(Shape::Empty);
const I64_LIST: Wire = Wire::List(Element::I64);
const BINARY_LIST: Wire = Wire::List(Element::Binary);

const FILE_META_DATA: &[Field] = &[
    any(1, "version", Wire::I32),
    any(2, "schema", structs(Shape::SchemaElement)),
    count(3, "num_rows", Wire::I64),
    any(4, "row_groups", structs(Shape::RowGroup)),
    any(5, "key_value_metadata", structs(Shape::KeyValue)),
    any(6, "created_by", Wire::Binary),
    any(7, "column_orders", structs(Shape::ColumnOrder)),
    any(8, "encryption_algorithm", Wire::Struct(Shape::Unknown)),
    any(9, "footer_signing_key_metadata", Wire::Binary),
];

const SCHEMA_ELEMENT: &[Field] = &[
    any(1, "type", Wire::I32),
    count(2, "type_length", Wire::I32),
    any(3, "repetition_type", Wire::I32),
    any(4, "name", Wire::Binary),
    count(5, "num_children", Wire::I32),
    any(6, "converted_type", Wire::I32),
    any(7, "scale", Wire::I32),
    any(8, "precision", Wire::I32),
    any(9, "field_id", Wire::I32),
    any(10, "logicalType", Wire::Struct(Shape::LogicalType)),
];

const LOGICAL_TYPE: &[Field] = &[
    any(1, "STRING", EMPTY),
    any(2, "MAP", EMPTY),
    any(3, "LIST", EMPTY),
    any(4, "ENUM", EMPTY),
    any(5, "DECIMAL", Wire::Struct(Shape::DecimalType)),
    any(6, "DATE", EMPTY),
    any(7, "TIME", Wire::Struct(Shape::TimeType)),
    any(8, "TIMESTAMP", Wire::Struct(Shape::TimeType)),
    any(10, "INTEGER", Wire::Struct(Shape::IntType)),
    any(11, "UNKNOWN", EMPTY),
    any(12, "JSON", EMPTY),
    any(13, "BSON", EMPTY),
    any(14, "UUID", EMPTY),
    any(15, "FLOAT16", EMPTY),
    any(16, "VARIANT", Wire::Struct(Shape::VariantType)),
    any(17, "GEOMETRY", Wire::Struct(Shape::GeometryType)),
    any(18, "GEOGRAPHY", Wire::Struct(Shape::GeographyType)),
    any(19, "FILE", EMPTY),
];

const TIME_UNIT: &[Field] =
    &[any(1, "MILLIS", EMPTY), any(2, "MICROS", EMPTY), any(3, "NANOS", EMPTY)];

const ROW_GROUP: &[Field] = &[
    any(1, "columns", structs(Shape::ColumnChunk)),
    count(2, "total_byte_size", Wire::I64),
    count(3, "num_rows", Wire::I64),
    any(4, "sorting_columns", structs(Shape::SortingColumn)),
    count(5, "file_offset", Wire::I64),
    count(6, "total_compressed_size", Wire::I64),
    any(7, "ordinal", Wire::I16),
];

const COLUMN_CHUNK: &[Field] = &[
    any(1, "file_path", Wire::Binary),
    count(2, "file_offset", Wire::I64),
    any(3, "meta_data", Wire::Struct(Shape::ColumnMetaData)),
    count(4, "offset_index_offset", Wire::I64),
    count(5, "offset_index_length", Wire::I32),
    count(6, "column_index_offset", Wire::I64),
    count(7, "column_index_length", Wire::I32),
    any(8, "crypto_metadata", Wire::Struct(Shape::Unknown)),
    any(9, "encrypted_column_metadata", Wire::Binary),
];

const COLUMN_META_DATA: &[Field] = &[
    any(1, "type", Wire::I32),
    any(2, "encodings", Wire::List(Element::I32)),
    any(3, "path_in_schema", BINARY_LIST),
    any(4, "codec", Wire::I32),
    count(5, "num_values", Wire::I64),
    count(6, "total_uncompressed_size", Wire::I64),
    count(7, "total_compressed_size", Wire::I64),
    any(8, "key_value_metadata", structs(Shape::KeyValue)),
    count(9, "data_page_offset", Wire::I64),
    count(10, "index_page_offset", Wire::I64),
    count(11, "dictionary_page_offset", Wire::I64),
    any(12, "statistics", Wire::Struct(Shape::Statistics)),
    any(13, "encoding_stats", structs(Shape::PageEncodingStats)),
    count(14, "bloom_filter_offset", Wire::I64),
    count(15, "bloom_filter_length", Wire::I32),
    any(16, "size_statistics", Wire::Struct(Shape::SizeStatistics)),
    any(17, "geospatial_statistics", Wire::Struct(Shape::GeospatialStatistics)),
];

const STATISTICS: &[Field] = &[
    any(1, "max", Wire::Binary),
    any(2, "min", Wire::Binary),
    count(3, "null_count", Wire::I64),
    count(4, "distinct_count", Wire::I64),
    any(5, "max_value", Wire::Binary),
    any(6, "min_value", Wire::Binary),
    any(7, "is_max_value_exact", Wire::Bool),
    any(8, "is_min_value_exact", Wire::Bool),
    count(9, "nan_count", Wire::I64),
];

const BOUNDING_BOX: &[Field] = &[
    any(1, "xmin", Wire::Double),
    any(2, "xmax", Wire::Double),
    any(3, "ymin", Wire::Double),
    any(4, "ymax", Wire::Double),
    any(5, "zmin", Wire::Double),
    any(6, "zmax", Wire::Double),
    any(7, "mmin", Wire::Double),
    any(8, "mmax", Wire::Double),
];

const COLUMN_INDEX: &[Field] = &[
    any(1, "null_pages", Wire::List(Element::Bool)),
    any(2, "min_values", BINARY_LIST),
    any(3, "max_values", BINARY_LIST),
    any(4, "boundary_order", Wire::I32),
    any(5, "null_counts", I64_LIST),
    any(6, "repetition_level_histograms", I64_LIST),
    any(7, "definition_level_histograms", I64_LIST),
    any(8, "nan_counts", I64_LIST),
];

const DECIMAL_TYPE: &[Field] = &[any(1, "scale", Wire::I32), any(2, "precision", Wire::I32)];

const TIME_TYPE: &[Field] =
    &[any(1, "isAdjustedToUTC", Wire::Bool), any(2, "unit", Wire::Struct(Shape::TimeUnit))];

const INT_TYPE: &[Field] = &[any(1, "bitWidth", Wire::I8), any(2, "isSigned", Wire::Bool)];

const VARIANT_TYPE: &[Field] = &[any(1, "specification_version", Wire::I8)];

const GEOMETRY_TYPE: &[Field] = &[any(1, "crs", Wire::Binary)];

const GEOGRAPHY_TYPE: &[Field] = &[any(1, "crs", Wire::Binary), any(2, "algorithm", Wire::I32)];

const SORTING_COLUMN: &[Field] = &[
    count(1, "column_idx", Wire::I32),
    any(2, "descending", Wire::Bool),
    any(3, "nulls_first", Wire::Bool),
];

const PAGE_ENCODING_STATS: &[Field] =
    &[any(1, "page_type", Wire::I32), any(2, "encoding", Wire::I32), count(3, "count", Wire::I32)];

const SIZE_STATISTICS: &[Field] = &[
    count(1, "unencoded_byte_array_data_bytes", Wire::I64),
    any(2, "repetition_level_histogram", I64_LIST),
    any(3, "definition_level_histogram", I64_LIST),
];

const GEOSPATIAL_STATISTICS: &[Field] = &[
    any(1, "bbox", Wire::Struct(Shape::BoundingBox)),
    any(2, "geospatial_types", Wire::List(Element::I32)),
];

const KEY_VALUE: &[Field] = &[any(1, "key", Wire::Binary), any(2, "value", Wire::Binary)];

const COLUMN_ORDER: &[Field] = &[any(1, "TYPE_ORDER", EMPTY), any(2, "IEEE_754", EMPTY)];

const OFFSET_INDEX: &[Field] = &[
    any(1, "page_locations", structs(Shape::PageLocation)),
    any(2, "unencoded_byte_array_data_bytes", I64_LIST),
];

const PAGE_LOCATION: &[Field] = &[
    count(1, "offset", Wire::I64),
    count(2, "compressed_page_size", Wire::I32),
    count(3, "first_row_index", Wire::I64),
];

const PAGE_HEADER: &[Field] = &[
    any(1, "type", Wire::I32),
    count(2, "uncompressed_page_size", Wire::I32),
    count(3, "compressed_page_size", Wire::I32),
    any(4, "crc", Wire::I32),
    any(5, "data_page_header", Wire::Struct(Shape::DataPage)),
    any(6, "index_page_header", EMPTY),
    any(7, "dictionary_page_header", Wire::Struct(Shape::DictionaryPage)),
    any(8, "data_page_header_v2", Wire::Struct(Shape::DataPageV2)),
];

const DATA_PAGE: &[Field] = &[
    count(1, "num_values", Wire::I32),
    any(2, "encoding", Wire::I32),
    count(3, "definition_level_encoding", Wire::I32),
    count(4, "repetition_level_encoding", Wire::I32),
    any(5, "statistics", Wire::Struct(Shape::Statistics)),
];

const DICTIONARY_PAGE: &[Field] = &[
    count(1, "num_values", Wire::I32),
    any(2, "encoding", Wire::I32),
    any(3, "is_sorted", Wire::Bool),
];

const DATA_PAGE_V2: &[Field] = &[
    count(1, "num_values", Wire::I32),
    count(2, "num_nulls", Wire::I32),
    count(3, "num_rows", Wire::I32),
    any(4, "encoding", Wire::I32),
    count(5, "definition_levels_byte_length", Wire::I32),
    count(6, "repetition_levels_byte_length", Wire::I32),
    any(7, "is_compressed", Wire::Bool),
    any(8, "statistics", Wire::Struct(Shape::Statistics)),
];

impl Shape {
    /// The struct's fields; none for a struct that is skipped.
    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            Self::FileMetaData => FILE_META_DATA,
            Self::SchemaElement => SCHEMA_ELEMENT,
            Self::LogicalType => LOGICAL_TYPE,
            Self::DecimalType => DECIMAL_TYPE,
            Self::TimeType => TIME_TYPE,
            Self::TimeUnit => TIME_UNIT,
            Self::IntType => INT_TYPE,
            Self::VariantType => VARIANT_TYPE,
            Self::GeometryType => GEOMETRY_TYPE,
            Self::GeographyType => GEOGRAPHY_TYPE,
            Self::RowGroup => ROW_GROUP,
            Self::SortingColumn => SORTING_COLUMN,
            Self::ColumnChunk => COLUMN_CHUNK,
            Self::ColumnMetaData => COLUMN_META_DATA,
            Self::Statistics => STATISTICS,
            Self::PageEncodingStats => PAGE_ENCODING_STATS,
            Self::SizeStatistics => SIZE_STATISTICS,
            Self::GeospatialStatistics => GEOSPATIAL_STATISTICS,
            Self::BoundingBox => BOUNDING_BOX,
            Self::KeyValue => KEY_VALUE,
            Self::ColumnOrder => COLUMN_ORDER,
            Self::ColumnIndex => COLUMN_INDEX,
            Self::OffsetIndex => OFFSET_INDEX,
            Self::PageLocation => PAGE_LOCATION,
            Self::PageHeader => PAGE_HEADER,
            Self::DataPage => DATA_PAGE,
            Self::DictionaryPage => DICTIONARY_PAGE,
            Self::DataPageV2 => DATA_PAGE_V2,
            Self::Empty | Self::Unknown => &[],
        }
    }

    /// The field with this number, if the grammar knows it.
    pub(super) fn field(self, id: i16) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.id == id)
    }
}
