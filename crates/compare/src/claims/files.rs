//! The files of all claims, embedded: whoever judges a claim, its sentence and its threshold stand at the same place.

use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::Text;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../benches/claims"]
struct Embedded;

/// What every claim's file has.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Head {
    /// As in `C03`.
    pub id: String,
    /// The section of the tutorial.
    pub section: String,
    /// What the tutorial says.
    pub claim: Text,
    /// From which value on a figure says yes or no, in words.
    pub threshold: Text,
}

/// The file of the claim `id`.
pub(super) fn name(id: &str) -> String {
    format!("{id}.toml")
}

/// Its text; empty if there is none.
pub(super) fn text(id: &str) -> String {
    Embedded::get(&name(id)).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default()
}

/// Its head; empty but for the id if the file is wrong, which whoever judges the claim will say.
pub(super) fn head(id: &str) -> Head {
    toml::from_str(&text(id)).unwrap_or_else(|_| Head { id: id.to_owned(), ..Head::default() })
}
