package main

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

func readWithParquetGo(path string) (table, error) {
	file, err := os.Open(path)
	if err != nil {
		return table{}, err
	}
	defer file.Close()
	status, err := file.Stat()
	if err != nil {
		return table{}, err
	}
	parquetFile, err := parquet.OpenFile(file, status.Size())
	if err != nil {
		return table{}, err
	}
	found := table{}
	fields := parquetFile.Schema().Fields()
	for _, field := range fields {
		found.columns = append(found.columns, column{field.Name(), nodeType(field), []any{}})
	}
	for _, group := range parquetFile.RowGroups() {
		if err := readRows(group, fields, &found); err != nil {
			return table{}, err
		}
	}
	return found, nil
}

func readRows(group parquet.RowGroup, fields []parquet.Field, found *table) error {
	rows := group.Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, 100)
	for {
		count, err := rows.ReadRows(buffer)
		for _, row := range buffer[:count] {
			leaf := 0
			for at, field := range fields {
				leaves := leafCount(field)
				values := []parquet.Value{}
				row.Range(func(column int, of []parquet.Value) bool {
					if column >= leaf && column < leaf+leaves {
						values = append(values, of...)
					}
					return true
				})
				found.columns[at].cells = append(found.columns[at].cells, nodeCell(field, values))
				leaf += leaves
			}
		}
		found.rows += count
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func leafCount(node parquet.Node) int {
	if node.Leaf() {
		return 1
	}
	count := 0
	for _, field := range node.Fields() {
		count += leafCount(field)
	}
	return count
}

func isList(node parquet.Node) bool {
	_, is := annotation(node.Type()).(*format.ListType)
	return is
}

func isMap(node parquet.Node) bool {
	_, is := annotation(node.Type()).(*format.MapType)
	return is
}

func annotation(of parquet.Type) format.LogicalTypeValue {
	if logical := of.LogicalType(); logical != nil {
		return logical.Value
	}
	return nil
}

// The items' node of a list of three levels.
func item(node parquet.Node) parquet.Field { return node.Fields()[0].Fields()[0] }

// The nodes of a map's keys and values.
func keyAndValue(node parquet.Node) []parquet.Field { return node.Fields()[0].Fields() }

func nodeType(node parquet.Node) string {
	if node.Leaf() {
		return leafType(node.Type())
	}
	if isList(node) {
		return listType(item(node).Name(), nodeType(item(node)))
	}
	if isMap(node) && nodeType(keyAndValue(node)[0]) == text && nodeType(keyAndValue(node)[1]) == text {
		return mapOfTexts
	}
	members := []string{}
	for _, field := range node.Fields() {
		members = append(members, fmt.Sprintf("%q: %s", field.Name(), nodeType(field)))
	}
	return "Struct(" + strings.Join(members, ", ") + ")"
}

func leafType(leaf parquet.Type) string {
	switch logical := annotation(leaf).(type) {
	case *format.StringType:
		return text
	case *format.DateType:
		return days
	case *format.DecimalType:
		return fmt.Sprintf("Decimal128(%d, %d)", logical.Precision, logical.Scale)
	case *format.TimestampType:
		switch logical.Unit.Value.(type) {
		case *format.MicroSeconds:
			if logical.IsAdjustedToUTC {
				return micros
			}
		case *format.NanoSeconds:
			if logical.IsAdjustedToUTC {
				return nanosUTC
			}
			return nanos
		}
		return leaf.String()
	case *format.UUIDType:
		return uuid
	case *format.IntType:
		switch {
		case logical.BitWidth == 8 && logical.IsSigned:
			return int8Type
		case logical.BitWidth == 16 && !logical.IsSigned:
			return uint16Type
		case logical.BitWidth == 32 && !logical.IsSigned:
			return uint32Type
		case logical.BitWidth == 64 && !logical.IsSigned:
			return uint64Type
		}
	}
	if leaf.Kind() == parquet.FixedLenByteArray {
		return fixedType(leaf.Length())
	}
	physical := map[parquet.Kind]string{
		parquet.Boolean: boolean, parquet.Int32: int32Type, parquet.Int64: int64Type,
		parquet.Float: float32Type, parquet.Double: float64Type, parquet.ByteArray: binary,
	}
	if name, ok := physical[leaf.Kind()]; ok {
		return name
	}
	return leaf.String()
}

// A row's cell of a column, from the values of the column's leaves.
func nodeCell(node parquet.Node, values []parquet.Value) any {
	if node.Leaf() {
		return leafCell(node.Type(), values[0])
	}
	if values[0].DefinitionLevel() == 0 {
		return nil
	}
	if isMap(node) {
		return mapCell(node, values, 1)
	}
	if isList(node) && isMap(item(node)) {
		return listOfMapsCell(item(node), values)
	}
	if isList(node) {
		items := []any{}
		for _, value := range values {
			// Null, empty, a null item, an item.
			if value.DefinitionLevel() > 1 {
				items = append(items, leafCell(item(node).Type(), value))
			}
		}
		return items
	}
	members := map[string]any{}
	for at, field := range node.Fields() {
		members[field.Name()] = leafCell(field.Type(), values[at])
	}
	return members
}

// A map from the values of its keys, and behind them those of its values; it is there from that definition level.
func mapCell(node parquet.Node, values []parquet.Value, level int) any {
	keys, values := values[:len(values)/2], values[len(values)/2:]
	if keys[0].DefinitionLevel() < level {
		return nil
	}
	entries := []any{}
	for at, key := range keys {
		if key.DefinitionLevel() > level {
			of := keyAndValue(node)
			entries = append(entries, []any{leafCell(of[0].Type(), key), leafCell(of[1].Type(), values[at])})
		}
	}
	return entries
}

func listOfMapsCell(node parquet.Node, values []parquet.Value) any {
	count := len(values) / 2
	items := []any{}
	for start := 0; start < count && values[start].DefinitionLevel() > 1; {
		end := start + 1
		for end < count && values[end].RepetitionLevel() > 1 {
			end++
		}
		entries := append(slices.Clone(values[start:end]), values[count+start:count+end]...)
		items = append(items, mapCell(node, entries, 3))
		start = end
	}
	return items
}

func leafCell(leaf parquet.Type, value parquet.Value) any {
	if value.IsNull() {
		return nil
	}
	switch leafType(leaf) {
	case boolean:
		return ofBoolean(value.Boolean())
	case int8Type, uint16Type, int32Type:
		return ofInteger(int64(value.Int32()))
	case uint32Type:
		return ofInteger(int64(value.Uint32()))
	case int64Type:
		return ofInteger(value.Int64())
	case uint64Type:
		return ofUnsigned(value.Uint64())
	case float32Type:
		return ofFloat(value.Float())
	case float64Type:
		return ofDouble(value.Double())
	case text:
		return ofText(string(value.ByteArray()))
	case binary:
		return ofBytes(value.ByteArray())
	case days:
		return ofDays(value.Int32())
	case micros:
		return ofMicros(value.Int64())
	case nanos, nanosUTC:
		return ofNanos(value.Int64())
	}
	if _, is := annotation(leaf).(*format.DecimalType); !is {
		return ofBytes(value.ByteArray())
	}
	switch leaf.Kind() {
	case parquet.Int32:
		return ofDecimal(big.NewInt(int64(value.Int32())))
	case parquet.Int64:
		return ofDecimal(big.NewInt(value.Int64()))
	}
	return ofDecimal(bigEndian(value.ByteArray()))
}

// A number in two's complement.
func bigEndian(bytes []byte) *big.Int {
	number := new(big.Int).SetBytes(bytes)
	if len(bytes) > 0 && bytes[0] >= 0x80 {
		number.Sub(number, new(big.Int).Lsh(big.NewInt(1), uint(8*len(bytes))))
	}
	return number
}
