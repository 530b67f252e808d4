//! Code lines and public items of each way, counted from the sources that this program was built from: they are part of
//! the binary, so it can count them anywhere.
//!
//! The counter, [tokei](https://docs.rs/tokei), is behind the feature `lines`.

use serde::Serialize;

use super::Trouble;

/// The sources of a way: the files of its crate, by name, and its browser client.
struct Sources {
    way: &'static str,
    files: [(&'static str, &'static str); 4],
    browser: &'static str,
}

macro_rules! sources {
    ($way:literal, $folder:literal) => {
        Sources {
            way: $way,
            files: [
                ("lib.rs", include_str!(concat!("../../../../", $folder, "/src/lib.rs"))),
                ("wire.rs", include_str!(concat!("../../../../", $folder, "/src/wire.rs"))),
                ("server.rs", include_str!(concat!("../../../../", $folder, "/src/server.rs"))),
                ("client.rs", include_str!(concat!("../../../../", $folder, "/src/client.rs"))),
            ],
            browser: include_str!(concat!("../../../../../web/src/transports/", $way, ".ts")),
        }
    };
}

const ALL: [Sources; 4] = [
    sources!("poll", "poll"),
    sources!("long-poll", "long-poll"),
    sources!("ws", "ws"),
    sources!("sse", "sse"),
];

/// What was counted of one way.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Count {
    pub(super) way: &'static str,
    /// Code lines of each file of the crate.
    pub(super) files: Vec<(&'static str, usize)>,
    /// Code lines of each region, server and client, of the crate.
    pub(super) regions: Vec<(String, usize)>,
    /// Code lines of the crate.
    pub(super) code: usize,
    /// Public items of the crate: what another crate can name.
    pub(super) items: usize,
    /// Code lines of the browser's client.
    pub(super) browser: usize,
    /// Its exports.
    pub(super) exports: usize,
}

/// The languages of the sources.
#[derive(Clone, Copy, Debug)]
enum Language {
    Rust,
    TypeScript,
}

/// Counts all four.
pub(super) fn count() -> Result<Vec<Count>, Trouble> {
    ALL.iter().map(of).collect::<Option<_>>().ok_or(Trouble::NoCounter)
}

fn of(source: &Sources) -> Option<Count> {
    let (mut files, mut parts) = (Vec::new(), Vec::new());
    for (name, text) in source.files {
        files.push((name, code(Language::Rust, text)?));
        parts.extend(regions(text)?);
    }
    Some(Count {
        way: source.way,
        code: files.iter().map(|(_, lines)| lines).sum(),
        items: source.files.iter().map(|(_, text)| beginning(text, &ITEMS)).sum(),
        browser: code(Language::TypeScript, source.browser)?,
        exports: beginning(source.browser, &["export "]),
        regions: parts,
        files,
    })
}

/// How a public item begins; public fields belong to their item.
#[rustfmt::skip]
const ITEMS: [&str; 9] = [
    "pub fn ", "pub async fn ", "pub const ", "pub static ", "pub struct ", "pub enum ", "pub trait ", "pub mod ", "pub type ",
];

/// Lines that begin with one of these words.
fn beginning(text: &str, words: &[&str]) -> usize {
    text.lines().filter(|line| words.iter().any(|word| line.trim_start().starts_with(word))).count()
}

/// What tokei calls code; nothing without tokei.
#[cfg(feature = "lines")]
fn code(language: Language, text: &str) -> Option<usize> {
    let language = match language {
        Language::Rust => tokei::LanguageType::Rust,
        Language::TypeScript => tokei::LanguageType::TypeScript,
    };
    Some(language.parse_from_str(text, &tokei::Config::default()).code)
}

#[cfg(not(feature = "lines"))]
fn code(_: Language, _: &str) -> Option<usize> {
    None
}

/// The code lines of each `// #region`.
fn regions(text: &str) -> Option<Vec<(String, usize)>> {
    let named = text.split("// #region ").skip(1).filter_map(|part| part.split_once('\n'));
    let body = |rest: &str| rest.split("// #endregion").next().and_then(|body| code(Language::Rust, body));
    named.map(|(name, rest)| Some((name.trim().to_owned(), body(rest)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_what_another_crate_can_name() {
        let text = "pub fn a() {}\n    pub const B: u8 = 1;\npub(crate) fn c() {}\n// pub fn d() {}\n    pub field: u8,\n";
        assert_eq!(beginning(text, &ITEMS), 2);
        assert_eq!(beginning("export const a = 1;\nconst b = 2;\n", &["export "]), 1);
    }

    #[test]
    #[cfg(feature = "lines")]
    fn comments_and_blank_lines_are_no_code() {
        assert_eq!(code(Language::Rust, "//! a\n\nfn a() {\n    // b\n    c();\n}\n"), Some(3));
        let counts = count().unwrap_or_default();
        assert_eq!(counts.len(), 4);
        for count in counts {
            let in_regions: usize = count.regions.iter().map(|(_, lines)| lines).sum();
            assert!(count.items > 0 && count.browser > 0 && in_regions < count.code, "{count:?}");
        }
    }

    #[test]
    #[cfg(not(feature = "lines"))]
    fn without_the_counter_it_says_how_to_get_it() {
        let trouble = count().map(|_| ()).map_err(|trouble| trouble.to_string());
        assert!(trouble.is_err_and(|text| text.contains("--features compare/lines")));
    }
}
