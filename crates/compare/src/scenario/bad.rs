//! What is wrong with a scenario's text: where, under a caret, and the way out.

use std::fmt;
use std::ops::Range;

/// One mistake in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    source: String,
    text: String,
    span: Range<usize>,
    what: String,
    way_out: String,
}

/// A mistake before it is known in whose text. An empty span is nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    pub(super) span: Range<usize>,
    pub(super) what: String,
    pub(super) way_out: String,
}

impl Wrong {
    pub(crate) fn new(span: &Range<usize>, what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { span: span.clone(), what: what.into(), way_out: way_out.into() }
    }

    pub(crate) fn at(self, source: &str, text: &str) -> Box<Bad> {
        let Self { span, what, way_out } = self;
        Box::new(Bad { source: source.to_owned(), text: text.to_owned(), span, what, way_out })
    }
}

impl std::error::Error for Bad {}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, text, span, what, way_out } = self;
        if span.is_empty() {
            // It is about what is not there.
            return write!(f, "{source}: {what}\n{way_out}");
        }
        let begin = floor(text, span.start);
        let line_begin = text[..begin].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[begin..].find('\n').map_or(text.len(), |at| begin + at);
        let (line, before) = (&text[line_begin..line_end], &text[line_begin..begin]);
        let number = text[..begin].matches('\n').count() + 1;
        let column = before.chars().count() + 1;
        // Of a mistake over several lines the first one is underlined.
        let end = floor(text, span.end).clamp(begin, line_end);
        let carets = "^".repeat(text[begin..end].chars().count().max(1));
        let margin = " ".repeat(number.to_string().len());
        // Tabs stay tabs, so that the caret stands under its word.
        let indent: String = before.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        writeln!(f, "{source}:{number}:{column}: {what}")?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {}", line.trim_end())?;
        writeln!(f, "{margin} | {indent}{carets}")?;
        write!(f, "{way_out}")
    }
}

/// The nearest beginning of a character at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
