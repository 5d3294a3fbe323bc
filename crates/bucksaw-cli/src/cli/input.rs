//! What inputs are: options of all commands that read them.

use bucksaw::Format;
use clap::Args;

use crate::words::words;

/// What inputs are.
#[derive(Args, Debug)]
#[command(next_help_heading = "Inputs")]
pub(crate) struct InputArgs {
    /// What inputs are: ndjson; or otlp-logs, otlp-traces or otlp-metrics, protobuf messages, one, several one after the other, or
    /// each behind its length in four bytes. auto takes what is surely messages of one of these for that, and everything
    /// else for NDJSON
    #[arg(
        long,
        default_value_t,
        value_parser = words::<Format>(&["auto", "ndjson", "otlp-logs", "otlp-traces", "otlp-metrics"]),
        hide_possible_values = true
    )]
    pub(crate) format: Format,
}
