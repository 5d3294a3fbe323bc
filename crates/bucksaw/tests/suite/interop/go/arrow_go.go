package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/extensions"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Small, so that batches end within row groups and pages.
const batchRows = 999

func readWithArrowGo(path string) (table, error) {
	parquet, err := file.OpenParquetFile(path, false)
	if err != nil {
		return table{}, err
	}
	defer parquet.Close()
	properties := pqarrow.ArrowReadProperties{BatchSize: batchRows}
	reader, err := pqarrow.NewFileReader(parquet, properties, memory.DefaultAllocator)
	if err != nil {
		return table{}, err
	}
	whole, err := reader.ReadTable(context.Background())
	if err != nil {
		return table{}, err
	}
	defer whole.Release()
	found := table{rows: int(whole.NumRows())}
	for at, field := range whole.Schema().Fields() {
		cells := []any{}
		for _, chunk := range whole.Column(at).Data().Chunks() {
			for row := range chunk.Len() {
				cells = append(cells, arrowCell(chunk, row))
			}
		}
		found.columns = append(found.columns, column{field.Name, arrowType(field.Type), cells})
	}
	return found, nil
}

func arrowType(dataType arrow.DataType) string {
	switch dataType := dataType.(type) {
	case *arrow.BooleanType:
		return boolean
	case *arrow.Int8Type:
		return int8Type
	case *arrow.Uint16Type:
		return uint16Type
	case *arrow.Uint32Type:
		return uint32Type
	case *arrow.Int32Type:
		return int32Type
	case *arrow.Int64Type:
		return int64Type
	case *arrow.Uint64Type:
		return uint64Type
	case *arrow.Float32Type:
		return float32Type
	case *arrow.Float64Type:
		return float64Type
	case *arrow.StringType:
		return text
	case *arrow.BinaryType:
		return binary
	case *arrow.Date32Type:
		return days
	case *arrow.Decimal128Type:
		return fmt.Sprintf("Decimal128(%d, %d)", dataType.Precision, dataType.Scale)
	case *arrow.TimestampType:
		switch {
		case dataType.Unit == arrow.Microsecond && dataType.TimeZone == "UTC":
			return micros
		case dataType.Unit == arrow.Nanosecond && dataType.TimeZone == "":
			return nanos
		case dataType.Unit == arrow.Nanosecond && dataType.TimeZone == "UTC":
			return nanosUTC
		}
	case *arrow.FixedSizeBinaryType:
		return fixedType(dataType.ByteWidth)
	case *extensions.UUIDType:
		return uuid
	case *arrow.MapType:
		if arrowType(dataType.KeyType()) == text && arrowType(dataType.ItemType()) == text {
			return mapOfTexts
		}
	case *arrow.ListType:
		return listType(dataType.ElemField().Name, arrowType(dataType.Elem()))
	case *arrow.StructType:
		members := []string{}
		for _, field := range dataType.Fields() {
			members = append(members, fmt.Sprintf("%q: %s", field.Name, arrowType(field.Type)))
		}
		return "Struct(" + strings.Join(members, ", ") + ")"
	}
	return dataType.String()
}

func arrowCell(values arrow.Array, row int) any {
	if values.IsNull(row) {
		return nil
	}
	switch values := values.(type) {
	case *array.Boolean:
		return ofBoolean(values.Value(row))
	case *array.Int8:
		return ofInteger(int64(values.Value(row)))
	case *array.Uint16:
		return ofInteger(int64(values.Value(row)))
	case *array.Uint32:
		return ofInteger(int64(values.Value(row)))
	case *array.Int32:
		return ofInteger(int64(values.Value(row)))
	case *array.Int64:
		return ofInteger(values.Value(row))
	case *array.Uint64:
		return ofUnsigned(values.Value(row))
	case *array.Float32:
		return ofFloat(values.Value(row))
	case *array.Float64:
		return ofDouble(values.Value(row))
	case *array.String:
		return ofText(values.Value(row))
	case *array.Binary:
		return ofBytes(values.Value(row))
	case *array.FixedSizeBinary:
		return ofBytes(values.Value(row))
	case *extensions.UUIDArray:
		return arrowCell(values.Storage(), row)
	case *array.Date32:
		return ofDays(int32(values.Value(row)))
	case *array.Decimal128:
		return ofDecimal(values.Value(row).BigInt())
	case *array.Timestamp:
		if values.DataType().(*arrow.TimestampType).Unit == arrow.Nanosecond {
			return ofNanos(int64(values.Value(row)))
		}
		return ofMicros(int64(values.Value(row)))
	case *array.Map:
		start, end := values.ValueOffsets(row)
		entries := []any{}
		for entry := int(start); entry < int(end); entry++ {
			entries = append(entries, []any{arrowCell(values.Keys(), entry), arrowCell(values.Items(), entry)})
		}
		return entries
	case *array.List:
		start, end := values.ValueOffsets(row)
		items := []any{}
		for item := start; item < end; item++ {
			items = append(items, arrowCell(values.ListValues(), int(item)))
		}
		return items
	case *array.Struct:
		members := map[string]any{}
		for at, field := range values.DataType().(*arrow.StructType).Fields() {
			members[field.Name] = arrowCell(values.Field(at), row)
		}
		return members
	}
	panic(fmt.Sprintf("no case has %s", values.DataType()))
}
