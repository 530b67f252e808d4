//! From results to numbers and words: tables, Markdown, one HTML file, a comparison of two runs, a plan. Nothing here
//! reads a file or a clock.
//!
//! | file | idea |
//! |---|---|
//! | `read` | a result file's text becomes a run |
//! | `figures`, `meanings` | the catalogue: how each figure is made from a round, and what it means |
//! | `why` | why one is missing |
//! | `view` | what all reports are drawn from |
//! | `labels` | settings in words |
//! | `findings` | what the figures say, in a sentence |
//! | `lang`, `number` | two languages; three significant digits |
//! | `spread` | median, lowest and highest round |
//! | `sheets`, `provenance` | tables before they are drawn; where it was measured |
//! | `table`, `markdown`, `html` | the forms of a report |
//! | `readme` | the measured table of the README |
//! | `diff`, `diff_text`, `ranks` | two runs, and a word only where the rounds carry it |
//! | `plan` | from a run to servers, memory and bandwidth |

pub mod diff;
mod diff_text;
pub mod figures;
mod findings;
pub mod html;
mod labels;
mod lang;
mod markdown;
mod meanings;
pub mod number;
pub mod plan;
mod provenance;
mod ranks;
pub mod read;
pub mod readme;
#[cfg(test)]
mod sample;
mod sheets;
mod spread;
mod table;
#[cfg(test)]
mod tests;
pub mod view;
pub(crate) mod why;

pub use diff_text::render as diff_text;
pub use lang::{Lang, Words};
pub use markdown::render as markdown;
pub use spread::Spread;
pub use table::{WIDTH, render as table};
pub use view::{Cell, Mixed, Value, View};
