//! Access logs of web servers.
//!
//! Sources: the Common Log Format and `combined` of
//! [Apache](https://httpd.apache.org/docs/current/logs.html#accesslog), `log_format combined` and `main` of
//! [nginx](https://nginx.org/en/docs/http/ngx_http_log_module.html).

use bumpalo::Bump;

use crate::coerce::builder::BorrowingBuilder;
use crate::input::lines::Fault;
use crate::types::moment::Moment;

/// Which fields a line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessLog {
    Common,
    Combined,
    Nginx,
}

/// What stands for nothing.
const NOTHING: &str = "-";
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl AccessLog {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Common => "clf",
            Self::Combined => "combined",
            Self::Nginx => "nginx",
        }
    }

    /// Pushes the fields that are not `-`. What quotes are around stays as it is spelled, escapes too.
    pub(super) fn read<'a>(
        self,
        line: &'a str,
        row: &mut BorrowingBuilder<'_, 'a>,
    ) -> Result<(), Fault> {
        let mut fields = Fields { line, at: 0 };
        let mut push = |name: &str, text: &'a str| match text {
            NOTHING | "" => Ok(()),
            text => row.push_untyped(name, text),
        };
        push("host", fields.up_to(" ", "a host and a space")?)?;
        push("ident", fields.up_to(" ", "an identity and a space")?)?;
        // A user's name may have spaces.
        push("user", fields.up_to(" [", "a user's name and a time in brackets")?)?;
        let at = fields.at;
        let time = fields.up_to("]", "a time in brackets")?;
        let arena = row.arena();
        let time = rfc3339(time, arena)
            .ok_or_else(|| Fault::malformed(at, "the time is not as 10/Oct/2000:13:55:36 -0700"))?;
        row.push_untyped("time", time)?;
        fields.skip(" ", "a space and the request in quotes")?;
        let request = fields.quoted("the request in quotes")?;
        request_of(request, row)?;
        let mut push = |name: &str, text: &'a str| match text {
            NOTHING | "" => Ok(()),
            text => row.push_untyped(name, text),
        };
        fields.skip(" ", "a space and the status")?;
        push("status", fields.up_to(" ", "a status, a space and the size")?)?;
        push("bytes", fields.word())?;
        if self != Self::Common {
            fields.skip(" ", "a space and the referer in quotes")?;
            push("referer", fields.quoted("the referer in quotes")?)?;
            fields.skip(" ", "a space and the user agent in quotes")?;
            push("user_agent", fields.quoted("the user agent in quotes")?)?;
        }
        if self == Self::Nginx && !fields.rest().is_empty() {
            fields.skip(" ", "a space and further fields")?;
            if fields.rest().starts_with('"') {
                push("forwarded_for", fields.quoted("a field in quotes")?)?;
            }
            push("extra", fields.rest().trim_start_matches(' '))?;
            return Ok(());
        }
        match fields.rest() {
            "" => Ok(()),
            rest if self == Self::Common && rest.starts_with(" \"") => {
                let reason = "there is text behind the size, as in lines of the combined format: --pattern combined";
                Err(Fault::malformed(fields.at, reason))
            }
            _ => Err(Fault::malformed(fields.at, "there is text behind the last field")),
        }
    }
}

/// A request is its method, path and protocol, or where it is not sound, what it is.
fn request_of<'a>(request: &'a str, row: &mut BorrowingBuilder<'_, 'a>) -> Result<(), Fault> {
    let mut words = request.split(' ');
    let parts = [words.next(), words.next(), words.next(), words.next()];
    match parts {
        [Some(method), Some(path), Some(protocol), None]
            if !method.is_empty() && !path.is_empty() && protocol.starts_with("HTTP/") =>
        {
            row.push_untyped("method", method)?;
            row.push_untyped("path", path)?;
            row.push_untyped("protocol", protocol)?;
        }
        _ if request.is_empty() || request == NOTHING => {}
        _ => row.push_untyped("request", request)?,
    }
    Ok(())
}

/// What of a line was not read yet.
struct Fields<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Fields<'a> {
    fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    fn expected(&self, what: &str) -> Fault {
        Fault::Malformed(self.at, format!("expected {what}").into())
    }

    /// The text before `end`, which is skipped.
    fn up_to(&mut self, end: &str, what: &str) -> Result<&'a str, Fault> {
        let (text, _) = self.rest().split_once(end).ok_or_else(|| self.expected(what))?;
        self.at += text.len() + end.len();
        Ok(text)
    }

    fn skip(&mut self, mark: &str, what: &str) -> Result<(), Fault> {
        if !self.rest().starts_with(mark) {
            return Err(self.expected(what));
        }
        self.at += mark.len();
        Ok(())
    }

    /// The text up to the next space.
    fn word(&mut self) -> &'a str {
        let text = self.rest().split(' ').next().unwrap_or_default();
        self.at += text.len();
        text
    }

    /// The text in quotes, in which a backslash is before quotes and itself.
    fn quoted(&mut self, what: &str) -> Result<&'a str, Fault> {
        let bytes = self.rest().as_bytes();
        if bytes.first() != Some(&b'"') {
            return Err(self.expected(what));
        }
        let mut from = 1;
        while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[from.min(bytes.len())..]) {
            let at = from + found;
            if bytes[at] == b'"' {
                let text = &self.rest()[1..at];
                self.at += at + 1;
                return Ok(text);
            }
            from = at + 2;
        }
        Err(self.expected(what))
    }
}

/// `10/Oct/2000:13:55:36 -0700` as RFC 3339 has it.
fn rfc3339<'a>(text: &str, arena: &'a Bump) -> Option<&'a str> {
    let bytes: &[u8; 26] = text.as_bytes().try_into().ok()?;
    let are_marks = [(2, b'/'), (6, b'/'), (11, b':'), (20, b' ')];
    if are_marks.iter().any(|(at, mark)| bytes[*at] != *mark) {
        return None;
    }
    let month = MONTHS.iter().position(|known| known.as_bytes() == &bytes[3..6])? as u8 + 1;
    let mut time = *b"yyyy-mm-ddThh:mm:ss+zzzz";
    time[..4].copy_from_slice(&bytes[7..11]);
    (time[5], time[6]) = (b'0' + month / 10, b'0' + month % 10);
    time[8..10].copy_from_slice(&bytes[..2]);
    time[11..19].copy_from_slice(&bytes[12..20]);
    time[19..].copy_from_slice(&bytes[21..]);
    let time = str::from_utf8(&time).ok()?;
    Moment::from_text(time).map(|_| &*arena.alloc_str(time))
}
