//! What is said on the terminal while something goes on.

use std::fmt::Display;
use std::io::Write as _;

/// Says a line on standard error. Whoever listened there may have gone (`2>&1 | head`): that ends no class and no drain,
/// as `eprintln!` would.
pub(crate) fn say(line: impl Display) {
    writeln!(std::io::stderr(), "{line}").unwrap_or_default();
}
