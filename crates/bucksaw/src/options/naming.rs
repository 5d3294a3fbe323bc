//! What columns are called.

use super::Names;
use crate::types::path;

/// What a column with an empty name is called.
pub const EMPTY_NAME: &str = "_empty";

impl Names {
    /// What a column of this path is called, if no other is.
    pub(crate) fn column_name(self, path: &str) -> String {
        if path.is_empty() {
            return EMPTY_NAME.to_owned();
        }
        match self {
            Self::Dotted => path::shown(path),
            Self::LowerSql => Self::Sql.column_name(path).to_ascii_lowercase(),
            Self::Sql => {
                let is_plain = |sign: char| sign.is_ascii_alphanumeric();
                let mut name: String = path::names_of(path)
                    .flat_map(|name| {
                        let signs: Vec<char> = name.chars().chain(['_']).collect();
                        signs.into_iter().map(|sign| if is_plain(sign) { sign } else { '_' })
                    })
                    .collect();
                name.pop();
                // What starts with a digit needs quotes.
                if name.starts_with(|first: char| first.is_ascii_digit()) {
                    name.insert(0, '_');
                }
                name
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_need_no_quotes_or_are_dotted() {
        let cases = [
            (vec!["level"], "level", "level"),
            (vec!["http", "status"], "http_status", "http.status"),
            (vec!["http.status"], "http_status", "http.status"),
            (vec!["k8s.io/pod name", "größe"], "k8s_io_pod_name_gr__e", "k8s.io/pod name.größe"),
            (vec!["9th"], "_9th", "9th"),
            (vec!["a", "9"], "a_9", "a.9"),
            (vec![""], "_empty", "_empty"),
            (vec!["a", ""], "a_", "a."),
        ];
        for (names, sql, dotted) in cases {
            let path = path::of_names(names);
            assert_eq!(Names::Sql.column_name(&path), sql);
            assert_eq!(Names::Dotted.column_name(&path), dotted);
        }
    }
}
