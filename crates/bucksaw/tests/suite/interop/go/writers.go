package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	arrowparquet "github.com/apache/arrow-go/v18/parquet"
	arrowcodec "github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
)

// Rows of each file that is written, and of its row groups.
const (
	writtenRows = 1_500
	groupRows   = 600
)

// Writes files with both libraries: WRITER-WHAT.parquet.
func writeFiles(folder string) error {
	if err := writeWithArrowGo(folder); err != nil {
		return err
	}
	return writeWithParquetGo(folder)
}

func moments() (epoch time.Time) { return time.Date(1960, 1, 2, 3, 4, 5, 123456000, time.UTC) }

func writeWithArrowGo(folder string) error {
	list := arrow.ListOf(arrow.PrimitiveTypes.Int64)
	point := arrow.StructOf(
		arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		arrow.Field{Name: "label", Type: arrow.BinaryTypes.String, Nullable: true},
	)
	types := []arrow.DataType{
		arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64,
		arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Uint64,
		arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Float64, arrow.FixedWidthTypes.Boolean,
		arrow.BinaryTypes.String, arrow.BinaryTypes.Binary, &arrow.FixedSizeBinaryType{ByteWidth: 3},
		arrow.FixedWidthTypes.Date32, arrow.FixedWidthTypes.Time32ms, arrow.FixedWidthTypes.Time64us, arrow.FixedWidthTypes.Time64ns,
		arrow.FixedWidthTypes.Timestamp_ms, arrow.FixedWidthTypes.Timestamp_us, arrow.FixedWidthTypes.Timestamp_ns,
		&arrow.TimestampType{Unit: arrow.Microsecond}, &arrow.Decimal128Type{Precision: 7, Scale: 2},
		&arrow.Decimal128Type{Precision: 15, Scale: 3}, &arrow.Decimal128Type{Precision: 38, Scale: 10},
		list, point, arrow.ListOf(point), arrow.MapOf(arrow.BinaryTypes.String, arrow.BinaryTypes.String),
		arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64),
	}
	fields := make([]arrow.Field, len(types))
	for at, of := range types {
		fields[at] = arrow.Field{Name: fmt.Sprintf("c%02d", at), Type: of, Nullable: true}
	}
	schema := arrow.NewSchema(fields, nil)
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for row := range writtenRows {
		for at := range types {
			appendValue(builder.Field(at), row, row%7 == 3)
		}
	}
	record := builder.NewRecordBatch()
	codecs := map[string]arrowcodec.Compression{
		"none": arrowcodec.Codecs.Uncompressed, "snappy": arrowcodec.Codecs.Snappy, "gzip": arrowcodec.Codecs.Gzip,
		"brotli": arrowcodec.Codecs.Brotli, "zstd": arrowcodec.Codecs.Zstd, "lz4": arrowcodec.Codecs.Lz4Raw,
	}
	for name, codec := range codecs {
		version := arrowparquet.DataPageV1
		if name == "zstd" || name == "none" {
			version = arrowparquet.DataPageV2
		}
		properties := arrowparquet.NewWriterProperties(
			arrowparquet.WithCompression(codec), arrowparquet.WithDataPageVersion(version),
			arrowparquet.WithDictionaryDefault(name != "gzip"), arrowparquet.WithDataPageSize(2_000),
			arrowparquet.WithMaxRowGroupLength(groupRows), arrowparquet.WithVersion(arrowparquet.V2_LATEST),
		)
		file, err := os.Create(filepath.Join(folder, "arrowgo-"+name+".parquet"))
		if err != nil {
			return err
		}
		writer, err := pqarrow.NewFileWriter(schema, file, properties, pqarrow.NewArrowWriterProperties())
		if err != nil {
			return err
		}
		if err = writer.Write(record); err != nil {
			return err
		}
		if err = writer.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Appends a value that says which row it is of.
func appendValue(to array.Builder, row int, isNull bool) {
	if isNull {
		to.AppendNull()
		return
	}
	at := moments().Add(time.Duration(row) * time.Hour)
	switch to := to.(type) {
	case *array.Int8Builder:
		to.Append(int8(row))
	case *array.Int16Builder:
		to.Append(int16(row * 31))
	case *array.Int32Builder:
		to.Append(int32(row) * -1_000_003)
	case *array.Int64Builder:
		to.Append(math.MinInt64 + int64(row))
	case *array.Uint8Builder:
		to.Append(uint8(row))
	case *array.Uint16Builder:
		to.Append(uint16(row * 43))
	case *array.Uint32Builder:
		to.Append(math.MaxUint32 - uint32(row))
	case *array.Uint64Builder:
		to.Append(math.MaxUint64 - uint64(row))
	case *array.Float32Builder:
		to.Append([]float32{float32(row) / 4, float32(math.NaN()), float32(math.Inf(1))}[row%3])
	case *array.Float64Builder:
		to.Append([]float64{float64(row) / 4, math.NaN(), math.Inf(-1)}[row%3])
	case *array.BooleanBuilder:
		to.Append(row%3 == 0)
	case *array.StringBuilder:
		to.Append(fmt.Sprintf("text ä %d", row%50))
	case *array.BinaryBuilder:
		to.Append([]byte{byte(row), 0, 255}[:row%4])
	case *array.FixedSizeBinaryBuilder:
		to.Append([]byte{byte(row), 0, 255})
	case *array.Date32Builder:
		to.Append(arrow.Date32(row - 700))
	case *array.Time32Builder:
		to.Append(arrow.Time32(row * 1_001))
	case *array.Time64Builder:
		to.Append(arrow.Time64(row * 1_000_001))
	case *array.TimestampBuilder:
		value, _ := arrow.TimestampFromTime(at, to.Type().(*arrow.TimestampType).Unit)
		to.Append(value)
	case *array.Decimal128Builder:
		to.Append(decimal128.FromI64(int64(row)*1_234 - 99_999))
	case *array.MapBuilder:
		to.Append(true)
		for entry := range row % 3 {
			to.KeyBuilder().(*array.StringBuilder).Append(fmt.Sprintf("k%d", entry))
			appendValue(to.ItemBuilder(), row, entry == 1)
		}
	case *array.ListBuilder:
		to.Append(true)
		for element := range row % 4 {
			appendValue(to.ValueBuilder(), row+element, element == 2)
		}
	case *array.StructBuilder:
		to.Append(true)
		for at := range to.NumField() {
			appendValue(to.FieldBuilder(at), row, (row+at)%5 == 0)
		}
	default:
		panic(fmt.Sprintf("no value for %T", to))
	}
}

// What parquet-go has types for.
type goRow struct {
	Bool     bool              `parquet:"bool"`
	Int8     int8              `parquet:"int8"`
	Int16    int16             `parquet:"int16,delta"`
	Int32    *int32            `parquet:"int32,optional"`
	Int64    *int64            `parquet:"int64,optional"`
	Uint8    uint8             `parquet:"uint8"`
	Uint16   uint16            `parquet:"uint16"`
	Uint32   uint32            `parquet:"uint32"`
	Uint64   uint64            `parquet:"uint64"`
	Float    float32           `parquet:"float,split"`
	Double   *float64          `parquet:"double,optional"`
	Text     *string           `parquet:"text,optional,dict"`
	Delta    string            `parquet:"delta_text,delta"`
	Bytes    []byte            `parquet:"bytes,optional"`
	Fixed    [5]byte           `parquet:"fixed"`
	ID       [16]byte          `parquet:"id,uuid"`
	Level    string            `parquet:"level,enum"`
	JSON     string            `parquet:"json,json"`
	Day      int32             `parquet:"day,date"`
	Millis   int64             `parquet:"at_ms,timestamp(millisecond)"`
	Micros   int64             `parquet:"at_us,timestamp(microsecond)"`
	Nanos    int64             `parquet:"at_ns,timestamp(nanosecond)"`
	Time     time.Time         `parquet:"at"`
	TimeMs   int32             `parquet:"time_ms,time(millisecond)"`
	TimeUs   int64             `parquet:"time_us,time(microsecond)"`
	TimeNs   int64             `parquet:"time_ns,time(nanosecond)"`
	Small    int32             `parquet:"small,decimal(2:9)"`
	Large    int64             `parquet:"large,decimal(3:18)"`
	List     []int64           `parquet:"list,list"`
	Repeated []string          `parquet:"repeated"`
	Labels   map[string]string `parquet:"labels"`
	Counts   map[string]int64  `parquet:"counts"`
	Inner    *goInner          `parquet:"inner,optional"`
	Inners   []goInner         `parquet:"inners,list"`
	Unmarked []goInner         `parquet:"unmarked"`
}

type goInner struct {
	X    int64   `parquet:"x"`
	Name *string `parquet:"name,optional"`
}

func goRowOf(row int) goRow {
	is := func(n int) bool { return (row+n)%7 != 3 }
	text, name := fmt.Sprintf("text ä %d", row%50), fmt.Sprintf("n%d", row)
	at := moments().Add(time.Duration(row) * time.Hour)
	written := goRow{
		Bool: row%3 == 0, Int8: int8(row), Int16: int16(row * 31), Uint8: uint8(row), Uint16: uint16(row * 43),
		Uint32: math.MaxUint32 - uint32(row), Uint64: math.MaxUint64 - uint64(row), Float: float32(row) / 4,
		Delta: fmt.Sprintf("prefix %d", row), Fixed: [5]byte{byte(row), 0, 255}, ID: [16]byte{byte(row), 1, 2},
		Level: []string{"INFO", "WARN"}[row%2], JSON: fmt.Sprintf(`{"a": %d.0}`, row), Day: int32(row - 700),
		Millis: at.UnixMilli(), Micros: at.UnixMicro(), Nanos: at.UnixNano(), Time: at,
		TimeMs: int32(row * 1_001), TimeUs: int64(row * 1_000_001), TimeNs: int64(row * 1_000_000_001),
		Small: int32(row*7 - 5_000), Large: int64(row)*1_000_000_007 - 5_000, Labels: map[string]string{}, Counts: map[string]int64{},
	}
	for n := range row % 3 {
		written.List = append(written.List, int64(row+n))
		written.Repeated = append(written.Repeated, text)
		written.Labels[fmt.Sprintf("k%d", n)] = text
		written.Counts[fmt.Sprintf("k%d", n)] = int64(n)
		written.Inners = append(written.Inners, goInner{X: int64(row), Name: &name})
		written.Unmarked = append(written.Unmarked, goInner{X: int64(n)})
	}
	if is(0) {
		number, double := int32(row)*-1_000_003, float64(row)/8
		written.Int32, written.Double, written.Bytes = &number, &double, []byte(name)
	}
	if is(1) {
		number := math.MinInt64 + int64(row)
		written.Int64, written.Text, written.Inner = &number, &text, &goInner{X: int64(row)}
	}
	return written
}

func writeWithParquetGo(folder string) error {
	codecs := map[string]compress.Codec{
		"none": &parquet.Uncompressed, "snappy": &parquet.Snappy, "gzip": &parquet.Gzip, "brotli": &parquet.Brotli,
		"zstd": &parquet.Zstd, "lz4": &parquet.Lz4Raw,
	}
	for name, codec := range codecs {
		file, err := os.Create(filepath.Join(folder, "parquetgo-"+name+".parquet"))
		if err != nil {
			return err
		}
		version := 1
		if name == "snappy" || name == "zstd" {
			version = 2
		}
		writer := parquet.NewGenericWriter[goRow](file, parquet.Compression(codec), parquet.DataPageVersion(version),
			parquet.MaxRowsPerRowGroup(groupRows), parquet.PageBufferSize(2_000))
		for row := range writtenRows {
			if _, err = writer.Write([]goRow{goRowOf(row)}); err != nil {
				return err
			}
		}
		if err = writer.Close(); err != nil {
			return err
		}
	}
	return nil
}
