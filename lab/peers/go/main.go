// Command peers writes rows in memory to Parquet with arrow-go or parquet-go, and prints what it took.
//
//	peers WAY INPUT OUTPUT
//
// INPUT is NDJSON and loaded before the clock starts. GOGC, GOMAXPROCS and GOMEMLIMIT come from the
// environment, as for every Go program.
package main

import (
	"fmt"
	"os"
)

// A way makes its input of the rows, and returns what writes that and says how many rows it wrote.
type way func(rows *table, output string) (write func() (int64, error), err error)

var ways = map[string]way{
	"arrow-published":   arrowPublished,
	"arrow-fast":        arrowFast,
	"parquet-published": parquetPublished,
	"parquet-fast":      parquetFast,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 3 {
		return fmt.Errorf("usage: peers WAY INPUT OUTPUT")
	}
	prepare, known := ways[arguments[0]]
	if !known {
		return fmt.Errorf("unknown way %q", arguments[0])
	}
	limits := loosen()
	rows, err := load(arguments[1])
	if err != nil {
		return err
	}
	write, err := prepare(rows, arguments[2])
	if err != nil {
		return err
	}
	// What only other ways need is not held while this one writes.
	rows = nil
	limits.restore()
	return measure(write, arguments[2])
}
