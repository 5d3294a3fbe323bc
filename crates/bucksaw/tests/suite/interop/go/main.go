// Reads every Parquet file of a folder with parquet-go and with arrow-go, and writes what each found
// beside it, in the form of the model that the file is compared with.
//
//	readers FOLDER
//	readers write FOLDER
//
// FILE.parquet gives FILE.parquet-go and FILE.arrow-go: a line with the columns and the number of rows,
// or with the error, then one line a column with its cells. Ends with 0 whatever the readers found.
// With "write" it writes files to the folder, with both.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What a reader found in a file.
type table struct {
	columns []column
	rows    int
}

type column struct {
	name     string
	dataType string
	// By row.
	cells []any
}

type reader func(path string) (table, error)

var readers = map[string]reader{"parquet-go": readWithParquetGo, "arrow-go": readWithArrowGo}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "write" {
		exitOn(writeFiles(os.Args[2]))
		return
	}
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: readers [write] FOLDER")
		os.Exit(2)
	}
	paths, err := filepath.Glob(filepath.Join(os.Args[1], "*.parquet"))
	exitOn(err)
	for _, path := range paths {
		for name, read := range readers {
			found, problem := recovered(read, path)
			exitOn(write(strings.TrimSuffix(path, "parquet")+name, found, problem))
		}
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// A reader that panics has a problem with that file only.
func recovered(read reader, path string) (found table, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	return read(path)
}

func write(path string, found table, problem error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	buffer := bufio.NewWriter(file)
	lines := json.NewEncoder(buffer)
	if problem != nil {
		found = table{}
		err = lines.Encode(map[string]any{"error": problem.Error()})
	} else {
		err = lines.Encode(head(found))
	}
	for at := 0; at < len(found.columns) && err == nil; at++ {
		err = lines.Encode(found.columns[at].cells)
	}
	if err != nil {
		return err
	}
	return buffer.Flush()
}

func head(found table) map[string]any {
	columns := []any{}
	for _, column := range found.columns {
		columns = append(columns, map[string]any{"name": column.name, "type": column.dataType})
	}
	return map[string]any{"columns": columns, "rows": found.rows}
}
