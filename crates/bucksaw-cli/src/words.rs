//! Values of options that are one of some words: completions know the words, and what they stand for reads them.

use std::error::Error;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

/// Reads a `T` from text, which may be one of some words and more than these.
#[derive(Clone)]
pub(crate) struct Words<T> {
    words: &'static [&'static str],
    read: PhantomData<fn() -> T>,
}

/// Values of a type, of which completions know these.
pub(crate) fn words<T>(words: &'static [&'static str]) -> Words<T> {
    Words { words, read: PhantomData }
}

impl<T> TypedValueParser for Words<T>
where
    T: FromStr + Clone + Send + Sync + 'static,
    T::Err: Into<Box<dyn Error + Send + Sync>>,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let parser = StringValueParser::new().try_map(|text: String| text.parse::<T>());
        parser.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.words.iter().map(|word| PossibleValue::new(*word))))
    }
}
