//! The two languages of every report.

use serde::Serialize;

/// The language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

/// A text that says the same in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Words {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Words {
    /// The same thing, said twice.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// A name, which no language changes.
    pub fn name(name: &str) -> Self {
        Self::new(name, name)
    }

    /// In this language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        lang.pick(&self.en, &self.zh)
    }

    /// One after the other, parted by the comma of each language.
    #[must_use]
    pub(crate) fn listed(all: &[Self]) -> Self {
        let of = |text: fn(&Self) -> &str, comma| all.iter().map(text).collect::<Vec<_>>().join(comma);
        Self::new(of(|words| &words.en, ", "), of(|words| &words.zh, "，"))
    }
}

impl Lang {
    /// The one of two texts that is in this language.
    #[must_use]
    pub fn pick<'text>(self, en: &'text str, zh: &'text str) -> &'text str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

/// A Chinese sentence from its parts, with a space wherever a Latin letter or a digit meets a Han one.
pub(super) fn sentence(parts: &[&str]) -> String {
    let latin = |letter: char| letter.is_ascii_alphanumeric();
    // Without the punctuation of Chinese, which brings its own space.
    let han = |letter: char| ('\u{3400}'..='\u{9fff}').contains(&letter);
    let mut out = String::new();
    for part in parts {
        if let (Some(last), Some(next)) = (out.chars().last(), part.chars().next())
            && (latin(last) && han(next) || han(last) && latin(next))
        {
            out.push(' ');
        }
        out += part;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_and_han_are_parted() {
        assert_eq!(sentence(&["没有测", "SSE", "的数字"]), "没有测 SSE 的数字");
        assert_eq!(sentence(&["没有测", "长轮询", "的数字"]), "没有测长轮询的数字");
        assert_eq!(sentence(&["SSE", "：", "3"]), "SSE：3");
    }
}
