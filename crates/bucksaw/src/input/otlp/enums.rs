//! The names of OTLP's enumerations, each with its number. OTLP/JSON has numbers only; who writes names means these.

/// The names, and what all of them start with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    prefix: &'static str,
    /// One behind the other; each one's number is its place.
    names: &'static [&'static str],
}

impl Names {
    /// The number of a name.
    pub(super) fn number(self, name: &[u8]) -> Option<u64> {
        let name = name.strip_prefix(self.prefix.as_bytes())?;
        let number = self.names.iter().position(|known| known.as_bytes() == name)?;
        Some(number as u64)
    }

    /// All names, with their numbers.
    #[cfg(test)]
    pub(super) fn all(self) -> impl Iterator<Item = (String, usize)> {
        let named = self.names.iter().enumerate();
        named.map(move |(number, name)| (format!("{}{name}", self.prefix), number))
    }
}

pub(super) const SEVERITY_NUMBER: Names = Names {
    prefix: "SEVERITY_NUMBER_",
    names: &[
        "UNSPECIFIED",
        "TRACE",
        "TRACE2",
        "TRACE3",
        "TRACE4",
        "DEBUG",
        "DEBUG2",
        "DEBUG3",
        "DEBUG4",
        "INFO",
        "INFO2",
        "INFO3",
        "INFO4",
        "WARN",
        "WARN2",
        "WARN3",
        "WARN4",
        "ERROR",
        "ERROR2",
        "ERROR3",
        "ERROR4",
        "FATAL",
        "FATAL2",
        "FATAL3",
        "FATAL4",
    ],
};

pub(super) const SPAN_KIND: Names = Names {
    prefix: "SPAN_KIND_",
    names: &["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"],
};

pub(super) const STATUS_CODE: Names =
    Names { prefix: "STATUS_CODE_", names: &["UNSET", "OK", "ERROR"] };

pub(super) const TEMPORALITY: Names =
    Names { prefix: "AGGREGATION_TEMPORALITY_", names: &["UNSPECIFIED", "DELTA", "CUMULATIVE"] };
