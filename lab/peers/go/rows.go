package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/valyala/fastjson"
)

// Values that are kept to be shared, for each column: a program that makes log rows has its levels and
// service names once, not once a row.
const sharedValues = 10_000

type kind int

const (
	kindBool kind = iota
	kindInt
	kindDouble
	kindText
)

type column struct {
	name string
	kind kind
	// Among the first rows: whether a dictionary would pay.
	repeats bool
}

// A table is rows as the original had them, and the columns that they have, sorted by name.
type table struct {
	columns []column
	rows    []map[string]any
}

// load reads NDJSON whose lines are flat objects.
func load(path string) (*table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	loader := loader{kinds: map[string]kind{}, shared: map[string]map[string]any{}}
	lines := bufio.NewReaderSize(file, 16<<20)
	for {
		line, err := lines.ReadSlice('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := loader.add(line); err != nil {
				return nil, err
			}
		}
		if err != nil {
			return loader.table(), nil
		}
	}
}

type loader struct {
	parser fastjson.Parser
	kinds  map[string]kind
	names  []string
	shared map[string]map[string]any
	rows   []map[string]any
}

func (l *loader) add(line []byte) error {
	value, err := l.parser.ParseBytes(line)
	if err != nil {
		return err
	}
	object, err := value.Object()
	if err != nil {
		return err
	}
	row := make(map[string]any, object.Len())
	object.Visit(func(key []byte, value *fastjson.Value) {
		if visitErr := l.put(row, key, value); visitErr != nil {
			err = visitErr
		}
	})
	l.rows = append(l.rows, row)
	return err
}

func (l *loader) put(row map[string]any, key []byte, value *fastjson.Value) error {
	name, cell, kind := string(key), any(nil), kindBool
	switch value.Type() {
	case fastjson.TypeTrue:
		cell = true
	case fastjson.TypeFalse:
		cell = false
	case fastjson.TypeString:
		kind = kindText
		cell = l.share(name, value.GetStringBytes())
	case fastjson.TypeNumber:
		if strings.ContainsAny(value.String(), ".eE") {
			kind, cell = kindDouble, value.GetFloat64()
		} else {
			kind, cell = kindInt, value.GetInt64()
		}
	case fastjson.TypeNull:
		return nil
	default:
		return fmt.Errorf("column %s: rows must be flat", name)
	}
	known, met := l.kinds[name]
	if met && known != kind {
		return fmt.Errorf("column %s: values of two kinds", name)
	}
	if !met {
		l.kinds[name] = kind
		l.names = append(l.names, name)
	}
	row[name] = cell
	return nil
}

func (l *loader) share(name string, text []byte) any {
	values := l.shared[name]
	if values == nil {
		values = map[string]any{}
		l.shared[name] = values
	}
	if value, known := values[string(text)]; known {
		return value
	}
	value := any(string(text))
	if len(values) < sharedValues {
		values[string(text)] = value
	}
	return value
}

func (l *loader) table() *table {
	slices.Sort(l.names)
	result := &table{rows: l.rows}
	for _, name := range l.names {
		result.columns = append(result.columns, column{name, l.kinds[name], l.repeats(name)})
	}
	return result
}

// repeats says whether values of the first rows repeat so often that a dictionary pays.
func (l *loader) repeats(name string) bool {
	distinct, values := map[any]struct{}{}, 0
	for _, row := range l.rows[:min(len(l.rows), 10_000)] {
		if value, has := row[name]; has {
			distinct[value] = struct{}{}
			values++
		}
	}
	return len(distinct)*2 <= values
}
