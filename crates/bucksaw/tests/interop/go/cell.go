package main

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
)

// The model's names of types.
const (
	boolean     = "Boolean"
	int32Type   = "Int32"
	int64Type   = "Int64"
	uint64Type  = "UInt64"
	float32Type = "Float32"
	float64Type = "Float64"
	text        = "Utf8"
	binary      = "Binary"
	days        = "Date32"
	micros      = `Timestamp(µs, "UTC")`
	nanos       = "Timestamp(ns)"
)

// The model's name of a list's type.
func listType(field, element string) string {
	return fmt.Sprintf("List(%s, field: '%s')", element, field)
}

type cell map[string]any

func ofInteger(value int64) cell         { return cell{"i": strconv.FormatInt(value, 10)} }
func ofUnsigned(value uint64) cell       { return cell{"u": strconv.FormatUint(value, 10)} }
func ofDouble(value float64) cell        { return cell{"d": fmt.Sprintf("%016x", math.Float64bits(value))} }
func ofFloat(value float32) cell         { return cell{"f": fmt.Sprintf("%08x", math.Float32bits(value))} }
func ofText(value string) cell           { return cell{"s": value} }
func ofBytes(value []byte) cell          { return cell{"x": base64.StdEncoding.EncodeToString(value)} }
func ofMicros(value int64) cell          { return cell{"t": strconv.FormatInt(value, 10)} }
func ofNanos(value int64) cell           { return cell{"n": strconv.FormatInt(value, 10)} }
func ofDays(value int32) cell            { return cell{"day": strconv.FormatInt(int64(value), 10)} }
func ofDecimal(digits fmt.Stringer) cell { return cell{"dec": digits.String()} }
func ofBoolean(value bool) cell          { return cell{"b": value} }
