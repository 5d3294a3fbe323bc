//! Values that must not be stored as they are.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

#[cfg(feature = "redact")]
use hmac::{Hmac, KeyInit as _, Mac as _};
#[cfg(feature = "redact")]
use sha2::Sha256;

use super::Options;
#[cfg(feature = "redact")]
use crate::error::Result;

/// What stands for a value, or for a part of one, that must not be told.
pub const MASK: &str = "***";
/// Bytes in the key of [`Redaction::hash`], at the least.
#[cfg(feature = "redact")]
const MIN_KEY_BYTES: usize = 16;
/// Bytes of a hash that are stored, as twice as many hexadecimal digits.
#[cfg(feature = "redact")]
const HASH_BYTES: usize = 16;

/// What is stored in place of a column's values, which are given to it as text; see [`Options::redact`].
///
/// ```
/// use bucksaw::Redaction;
/// # #[cfg(feature = "redact")] {
/// let token = Redaction::matches(r"token=(\w+)")?;
/// assert_eq!(token.of("GET /?token=s3cr3t&x=1"), "GET /?token=***&x=1");
/// # }
/// let domain = Redaction::by(|email| email.rsplit('@').next().unwrap_or_default().to_owned());
/// assert_eq!(domain.of("ann@example.org"), "example.org");
/// assert_eq!(Redaction::mask().of("ann@example.org"), "***");
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone)]
pub struct Redaction(How);

#[derive(Clone)]
enum How {
    Mask,
    #[cfg(feature = "redact")]
    Hash(Hmac<Sha256>),
    #[cfg(feature = "redact")]
    Matches(regex::Regex),
    By(Arc<dyn Fn(&str) -> String + Send + Sync>),
}

impl Redaction {
    /// Three asterisks.
    #[must_use]
    pub fn mask() -> Self {
        Self(How::Mask)
    }

    /// A keyed hash: the first 16 bytes of HMAC-SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) of the
    /// text, as 32 hexadecimal digits. Under the same key, the same text has the same hash: values can be counted, grouped and joined,
    /// and be found again by who has the key.
    ///
    /// ```
    /// # #[cfg(feature = "redact")] {
    /// use bucksaw::Redaction;
    /// let hash = Redaction::hash(b"0123456789abcdef")?;
    /// assert_eq!(hash.of("ann@example.org"), "b2eadfbaaca8f7b30b76563378bedc2f");
    /// # }
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) where the key has fewer than 16 bytes.
    #[cfg(feature = "redact")]
    pub fn hash(key: &[u8]) -> Result<Self> {
        let too_short = || {
            let len = key.len();
            super::bad(format!(
                "the key of a hash has {len} bytes: it must have {MIN_KEY_BYTES} or more"
            ))
        };
        if key.len() < MIN_KEY_BYTES {
            return Err(too_short());
        }
        Ok(Self(How::Hash(Hmac::new_from_slice(key).map_err(|_| too_short())?)))
    }

    /// The text with [`MASK`] in place of what matches a regular expression, in the syntax of the
    /// [regex](https://docs.rs/regex/latest/regex/#syntax) crate; where the expression has groups, only in place of these.
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) where the expression is none, or too large.
    #[cfg(feature = "redact")]
    pub fn matches(pattern: &str) -> Result<Self> {
        let compiled = regex::Regex::new(pattern);
        Ok(Self(How::Matches(compiled.map_err(|cause| {
            super::bad(format!("{pattern:?} is no regular expression")).with_cause(cause)
        })?)))
    }

    /// What a function makes of the text, on any thread.
    #[must_use]
    pub fn by(redacted: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(How::By(Arc::new(redacted)))
    }

    /// What is stored in place of an array or object, which is JSON text. A regular expression would have to know JSON: everything
    /// is masked.
    pub(crate) fn of_json<'t>(&self, json: &'t str) -> Cow<'t, str> {
        match &self.0 {
            #[cfg(feature = "redact")]
            How::Matches(_) => MASK.into(),
            _ => self.of(json),
        }
    }

    /// What is stored in place of this text.
    #[must_use]
    pub fn of<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.0 {
            How::Mask => MASK.into(),
            #[cfg(feature = "redact")]
            How::Hash(keyed) => {
                let hash = keyed.clone().chain_update(text).finalize().into_bytes();
                hash.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect()
            }
            #[cfg(feature = "redact")]
            How::Matches(pattern) => masked(pattern, text),
            How::By(redacted) => redacted(text).into(),
        }
    }
}

/// The text without what matches; groups may be in one another.
#[cfg(feature = "redact")]
fn masked<'t>(pattern: &regex::Regex, text: &'t str) -> Cow<'t, str> {
    let groups = usize::from(pattern.captures_len() > 1);
    let (mut out, mut end) = (String::new(), 0);
    for found in pattern.captures_iter(text) {
        for part in found.iter().skip(groups).flatten() {
            if part.is_empty() || part.end() <= end {
                continue;
            }
            if part.start() >= end {
                out.push_str(&text[end..part.start()]);
                out.push_str(MASK);
            }
            end = part.end();
        }
    }
    if end == 0 {
        return text.into();
    }
    out.push_str(&text[end..]);
    out.into()
}

/// Without keys.
impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            How::Mask => f.write_str("mask"),
            #[cfg(feature = "redact")]
            How::Hash(_) => f.write_str("hash"),
            #[cfg(feature = "redact")]
            How::Matches(pattern) => write!(f, "matches of {:?}", pattern.as_str()),
            How::By(_) => f.write_str("by a function"),
        }
    }
}

impl Options {
    /// Stores something else in place of a column's values: named by what the column is called, or by its path with dots; of an
    /// object, of all its members. The column is one of text. What is redacted is so before anything is done with it: in `_rest`, in
    /// statistics, reports and messages too. An array or object that is kept as JSON text, and has the column
    /// somewhere in it, is redacted as a whole. Of rejected records, those that are JSON objects are kept with redacted values; others
    /// are not kept, and reasons don't quote them. May be called several times, also for one column: in this order. Default: none.
    ///
    /// ```
    /// use bucksaw::{Options, Redaction, StreamSink};
    /// let options = Options::new().redact("user.email", Redaction::mask());
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("user.email", "ann@example.org")])?;
    /// assert_eq!(writer.finish()?.alterations.redacted, 1);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn redact(mut self, column: impl Into<String>, redaction: Redaction) -> Self {
        self.redacted.push((column.into(), redaction));
        self
    }
}

#[cfg(all(test, feature = "redact"))]
mod tests {
    use super::*;

    fn of(pattern: &str, text: &str) -> String {
        Redaction::matches(pattern).expect("a pattern").of(text).into_owned()
    }

    #[test]
    fn matches_or_their_groups_are_masked() {
        assert_eq!(of(r"\d+", "a1b22c"), "a***b***c");
        assert_eq!(of(r"\d*", "a1"), "a***");
        assert_eq!(of(r"x", "abc"), "abc");
        assert_eq!(
            of(r"user=(\w+) ip=(\S+)", "user=ann ip=::1 user=bo ip=::2"),
            "user=*** ip=*** user=*** ip=***"
        );
        assert_eq!(of(r"((a+)b)(c)?", "xaab"), "x***");
        assert_eq!(of(r"(é)", "caféé"), "caf******");
        assert!(Redaction::matches("(").is_err());
    }

    #[test]
    fn a_key_is_long_and_never_shown() {
        let short = Redaction::hash(b"secret").map(|_| ()).expect_err("a short key");
        assert!(!short.to_string().contains("secret"), "{short}");
        let hash = Redaction::hash(b"a key of 16 bytes").expect("a key");
        assert_eq!(format!("{hash:?}"), "hash");
        assert_ne!(hash.of("a"), hash.of("b"));
        assert_eq!(hash.of("a").len(), 32);
    }
}
