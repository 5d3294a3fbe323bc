//! Telemetry rows made from a seed, for tests and benchmarks.
