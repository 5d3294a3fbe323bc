//! Fingerprints of log messages: what messages of one template have in common.

mod template;

use std::hash::Hasher as _;

use twox_hash::XxHash64;

use self::template::mask;

/// The column of [`Options::fingerprints`](crate::Options::fingerprints).
pub const FINGERPRINT_COLUMN: &str = "fingerprint";

/// Bytes of a template that are in memory; of a longer one, parts are hashed as they come.
const HASHED_BYTES: usize = 64 << 10;

/// Makes fingerprints of messages, which are equal where the messages differ in numbers, ids and quoted text only. It keeps the memory that
/// it needs, some 64 KiB at the most, for the next. `docs/fingerprints.md` has the rules, and how others follow them.
///
/// ```
/// use bucksaw::Fingerprinter;
/// let mut fingerprinter = Fingerprinter::new();
/// let first = fingerprinter.fingerprint("GET /users/17/orders took 12ms");
/// assert_eq!(first, fingerprinter.fingerprint("GET /users/4711/orders took 9.5ms"));
/// let template = Fingerprinter::template("GET /users/17/orders took 12ms", 1_000);
/// assert_eq!(template, "GET /users/<num>/orders took <num>ms");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Fingerprinter {
    /// What of the template is not hashed yet.
    template: Vec<u8>,
}

impl Fingerprinter {
    /// One without memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The fingerprint of a message: XXH64 of its template, without the lowest bit, so that it is never negative.
    #[must_use]
    pub fn fingerprint(&mut self, message: &str) -> i64 {
        let template = &mut self.template;
        template.clear();
        let mut long = None;
        mask(message.as_bytes(), |part| {
            if template.len() + part.len() <= HASHED_BYTES {
                return template.extend_from_slice(part);
            }
            let long = long.get_or_insert_with(|| XxHash64::with_seed(0));
            long.write(template);
            long.write(part);
            template.clear();
        });
        let hash = match long {
            None => XxHash64::oneshot(0, template),
            Some(mut long) => {
                long.write(template);
                long.finish()
            }
        };
        (hash >> 1).cast_signed()
    }

    /// The template of a message, up to so many bytes of it.
    #[must_use]
    pub fn template(message: &str, max_bytes: usize) -> String {
        let mut template = Vec::new();
        mask(message.as_bytes(), |part| {
            let room = max_bytes.saturating_sub(template.len());
            template.extend_from_slice(&part[..part.len().min(room)]);
        });
        match String::from_utf8(template) {
            Ok(template) => template,
            // It ends within a character.
            Err(error) => {
                let whole = error.utf8_error().valid_up_to();
                let mut template = error.into_bytes();
                template.truncate(whole);
                String::from_utf8(template).unwrap_or_default()
            }
        }
    }
}
