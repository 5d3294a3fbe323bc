package main

import (
	"encoding/base64"
	"fmt"
	"math"
)

// The model's names of types.
const (
	boolean     = "Boolean"
	int8Type    = "Int8"
	uint16Type  = "UInt16"
	uint32Type  = "UInt32"
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
	nanosUTC    = `Timestamp(ns, "UTC")`
	uuid        = "Uuid"
	mapOfTexts  = "Map"
)

// The model's name of a list's type.
func listType(field, element string) string {
	return fmt.Sprintf("List(%s, field: '%s')", element, field)
}

// The model's name of bytes of one length.
func fixedType(bytes int) string { return fmt.Sprintf("FixedSizeBinary(%d)", bytes) }

// Cells as the model's file has them: its type says what each stands for. Null is nil.
func ofInteger(value int64) any         { return value }
func ofUnsigned(value uint64) any       { return value }
func ofDouble(value float64) any        { return math.Float64bits(value) }
func ofFloat(value float32) any         { return math.Float32bits(value) }
func ofText(value string) any           { return value }
func ofBytes(value []byte) any          { return base64.StdEncoding.EncodeToString(value) }
func ofMicros(value int64) any          { return value }
func ofNanos(value int64) any           { return value }
func ofDays(value int32) any            { return value }
func ofDecimal(digits fmt.Stringer) any { return digits.String() }
func ofBoolean(value bool) any          { return value }
