package main

import (
	"fmt"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Rows of one record batch, as the original has them.
const chunkRows = 10_000

// arrowPublished does what the original's default backend did: a chunk of row maps into builders made
// anew, a record batch, FileWriter.Write, release.
func arrowPublished(rows *table, output string) (func() (int64, error), error) {
	return func() (int64, error) {
		return arrowFile(output, rows.columns, publishedProperties(), func(schema *arrow.Schema, file *pqarrow.FileWriter) error {
			for start := 0; start < len(rows.rows); start += chunkRows {
				batch := freshBatch(schema, rows, start)
				err := file.Write(batch)
				batch.Release()
				if err != nil {
					return err
				}
			}
			return nil
		})
	}, nil
}

func publishedProperties() *parquet.WriterProperties {
	return parquet.NewWriterProperties(
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithDictionaryDefault(true),
	)
}

func freshBatch(schema *arrow.Schema, rows *table, start int) arrow.RecordBatch {
	part := rows.rows[start:min(start+chunkRows, len(rows.rows))]
	builders := make([]array.Builder, len(rows.columns))
	for at := range builders {
		builders[at] = array.NewBuilder(memory.DefaultAllocator, schema.Field(at).Type)
		builders[at].Reserve(chunkRows)
		defer builders[at].Release()
	}
	for _, row := range part {
		for at, column := range rows.columns {
			appendValue(builders[at], row[column.name])
		}
	}
	return batchOf(schema, builders, len(part))
}

func appendValue(builder array.Builder, value any) {
	if value == nil {
		builder.AppendNull()
		return
	}
	switch builder := builder.(type) {
	case *array.StringBuilder:
		builder.Append(value.(string))
	case *array.Int64Builder:
		builder.Append(value.(int64))
	case *array.Float64Builder:
		builder.Append(value.(float64))
	case *array.BooleanBuilder:
		builder.Append(value.(bool))
	}
}

func batchOf(schema *arrow.Schema, builders []array.Builder, rows int) arrow.RecordBatch {
	arrays := make([]arrow.Array, len(builders))
	for at, builder := range builders {
		arrays[at] = builder.NewArray()
		defer arrays[at].Release()
	}
	return array.NewRecordBatch(schema, arrays, int64(rows))
}

// A cell is a value and its column's place: rows of cells need no look-up by name.
type cell struct {
	place int
	value any
}

// arrowFast does the best that we found: rows of cells, builders used again, larger batches and row
// groups, zstd 1, and a dictionary only where values repeat.
func arrowFast(rows *table, output string) (func() (int64, error), error) {
	const batchRows = 50_000
	columns, cells := rows.columns, rows.cells()
	properties := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithCompressionLevel(1),
		parquet.WithDictionaryDefault(false),
	}
	for _, column := range columns {
		switch {
		case column.repeats:
			properties = append(properties, parquet.WithDictionaryFor(column.name, true))
		case column.kind == kindText:
			properties = append(properties, parquet.WithEncodingFor(column.name, parquet.Encodings.DeltaLengthByteArray))
		case column.kind == kindInt:
			properties = append(properties, parquet.WithEncodingFor(column.name, parquet.Encodings.DeltaBinaryPacked))
		}
	}
	return func() (int64, error) {
		return arrowFile(output, columns, parquet.NewWriterProperties(properties...), func(schema *arrow.Schema, file *pqarrow.FileWriter) error {
			fill := newFiller(schema)
			for start := 0; start < len(cells); start += batchRows {
				batch := fill.batch(cells[start:min(start+batchRows, len(cells))])
				err := file.Write(batch)
				batch.Release()
				if err != nil {
					return err
				}
			}
			return nil
		})
	}, nil
}

func (t *table) cells() [][]cell {
	places := make(map[string]int, len(t.columns))
	for place, column := range t.columns {
		places[column.name] = place
	}
	rows := make([][]cell, len(t.rows))
	for at, row := range t.rows {
		cells := make([]cell, 0, len(row))
		for name, value := range row {
			cells = append(cells, cell{places[name], value})
		}
		rows[at] = cells
	}
	return rows
}

// A filler makes batches of cells; nulls are appended by the run.
type filler struct {
	schema   *arrow.Schema
	builders []array.Builder
}

func newFiller(schema *arrow.Schema) filler {
	builders := make([]array.Builder, schema.NumFields())
	for at := range builders {
		builders[at] = array.NewBuilder(memory.DefaultAllocator, schema.Field(at).Type)
	}
	return filler{schema, builders}
}

func (f filler) batch(rows [][]cell) arrow.RecordBatch {
	for number, row := range rows {
		for _, cell := range row {
			builder := f.builders[cell.place]
			if missing := number - builder.Len(); missing > 0 {
				builder.AppendNulls(missing)
			}
			appendValue(builder, cell.value)
		}
	}
	for _, builder := range f.builders {
		if missing := len(rows) - builder.Len(); missing > 0 {
			builder.AppendNulls(missing)
		}
	}
	return batchOf(f.schema, f.builders, len(rows))
}

// arrowFile opens the file, lets write fill it, and closes it.
func arrowFile(output string, columns []column, properties *parquet.WriterProperties, write func(*arrow.Schema, *pqarrow.FileWriter) error) (int64, error) {
	fields := make([]arrow.Field, len(columns))
	for at, column := range columns {
		fields[at] = arrow.Field{Name: column.name, Type: arrowType(column.kind), Nullable: true}
	}
	schema := arrow.NewSchema(fields, nil)
	sink, err := os.Create(output)
	if err != nil {
		return 0, err
	}
	file, err := pqarrow.NewFileWriter(schema, sink, properties, pqarrow.DefaultWriterProps())
	if err != nil {
		return 0, err
	}
	if err := write(schema, file); err != nil {
		return 0, err
	}
	if err := file.Close(); err != nil {
		return 0, err
	}
	metadata, err := file.FileMetadata()
	if err != nil {
		return 0, fmt.Errorf("no metadata: %w", err)
	}
	return metadata.NumRows, nil
}

func arrowType(kind kind) arrow.DataType {
	switch kind {
	case kindBool:
		return arrow.FixedWidthTypes.Boolean
	case kindInt:
		return arrow.PrimitiveTypes.Int64
	case kindDouble:
		return arrow.PrimitiveTypes.Float64
	default:
		return arrow.BinaryTypes.String
	}
}
