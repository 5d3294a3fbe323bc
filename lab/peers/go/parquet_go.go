package main

import (
	"os"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding"
)

// parquetPublished does what the original's other backend did: row maps into a writer with a schema made
// from the columns, zstd and dictionaries.
//
// The library takes Go's zero values in optional columns for nulls: 0, false and "" are lost unless they
// come as pointers, so that is what they are given as.
func parquetPublished(rows *table, output string) (func() (int64, error), error) {
	schema := schemaOf(rows.columns, &parquet.Zstd, func(column) encoding.Encoding { return &parquet.RLEDictionary })
	rows.pointToZeros()
	return func() (int64, error) {
		sink, err := os.Create(output)
		if err != nil {
			return 0, err
		}
		writer := parquet.NewGenericWriter[map[string]any](sink, schema)
		written := 0
		for start := 0; start < len(rows.rows); start += chunkRows {
			rows, err := writer.Write(rows.rows[start:min(start+chunkRows, len(rows.rows))])
			if err != nil {
				return 0, err
			}
			written += rows
		}
		return closed(int64(written), writer.Close(), sink)
	}, nil
}

// parquetFast gives each column's writer its values, a block of rows at a time, so that no row is taken
// apart by reflection: zstd 1, delta encodings, dictionaries only where values repeat.
func parquetFast(rows *table, output string) (func() (int64, error), error) {
	const blockRows = 1_024
	columns := rows.columns
	schema := schemaOf(columns, &zstd.Codec{Level: zstd.SpeedFastest}, fastEncoding)
	values := parquetValues(rows.cells())
	return func() (int64, error) {
		sink, err := os.Create(output)
		if err != nil {
			return 0, err
		}
		writer := parquet.NewWriter(sink, schema)
		pivot := newPivot(len(columns))
		for start := 0; start < len(values); start += blockRows {
			pivot.fill(values[start:min(start+blockRows, len(values))])
			for place, column := range writer.ColumnWriters() {
				if _, err := column.WriteRowValues(pivot[place]); err != nil {
					return 0, err
				}
			}
		}
		return closed(int64(len(values)), writer.Close(), sink)
	}, nil
}

// pointToZeros replaces values that are zero by pointers to them.
func (t *table) pointToZeros() {
	for _, row := range t.rows {
		for name, value := range row {
			switch value := value.(type) {
			case bool:
				if !value {
					row[name] = &value
				}
			case int64:
				if value == 0 {
					row[name] = &value
				}
			case float64:
				if value == 0 {
					row[name] = &value
				}
			case string:
				if value == "" {
					row[name] = &value
				}
			}
		}
	}
}

func fastEncoding(column column) encoding.Encoding {
	switch {
	case column.repeats:
		return &parquet.RLEDictionary
	case column.kind == kindText:
		return &parquet.DeltaLengthByteArray
	case column.kind == kindInt:
		return &parquet.DeltaBinaryPacked
	default:
		return &parquet.Plain
	}
}

// schemaOf is a group of optional columns; parquet-go sorts them by name, as the table has them.
func schemaOf(columns []column, codec compress.Codec, encode func(column) encoding.Encoding) *parquet.Schema {
	group := parquet.Group{}
	for _, column := range columns {
		var node parquet.Node
		encoding := encode(column)
		switch column.kind {
		case kindBool:
			// The library has no dictionaries of booleans.
			node, encoding = parquet.Leaf(parquet.BooleanType), &parquet.Plain
		case kindInt:
			node = parquet.Leaf(parquet.Int64Type)
		case kindDouble:
			node = parquet.Leaf(parquet.DoubleType)
		default:
			node = parquet.String()
		}
		node = parquet.Encoded(node, encoding)
		group[column.name] = parquet.Optional(parquet.Compressed(node, codec))
	}
	return parquet.NewSchema("row", group)
}

// A parquetCell is a value in the library's own form, and its column's place.
type parquetCell struct {
	place int
	value parquet.Value
}

func parquetValues(rows [][]cell) [][]parquetCell {
	result := make([][]parquetCell, len(rows))
	for at, row := range rows {
		cells := make([]parquetCell, len(row))
		for at, cell := range row {
			// Present: definition level 1.
			value := parquet.ValueOf(cell.value).Level(0, 1, cell.place)
			cells[at] = parquetCell{cell.place, value}
		}
		result[at] = cells
	}
	return result
}

// A pivot holds a block's values, column by column.
type pivot [][]parquet.Value

func newPivot(columns int) pivot { return make(pivot, columns) }

func (p pivot) fill(rows [][]parquetCell) {
	for place := range p {
		p[place] = p[place][:0]
	}
	for number, row := range rows {
		for _, cell := range row {
			p.pad(cell.place, number)
			p[cell.place] = append(p[cell.place], cell.value)
		}
	}
	for place := range p {
		p.pad(place, len(rows))
	}
}

// pad appends nulls until the column has so many values.
func (p pivot) pad(place, values int) {
	for len(p[place]) < values {
		p[place] = append(p[place], parquet.NullValue().Level(0, 0, place))
	}
}

func closed(rows int64, err error, sink *os.File) (int64, error) {
	if err != nil {
		return 0, err
	}
	return rows, sink.Close()
}
