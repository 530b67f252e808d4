//! Reading result files, with an error that says which file, what is wrong, and the way out.

use serde_json::Value;

use crate::{FORMAT, Run};

/// Why a text is no run.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON.
    #[error("{file} is not JSON ({why}); give a result file that `fourways compare` wrote")]
    NotJson {
        /// Which.
        file: String,
        /// As the parser says it, with line and column.
        why: serde_json::Error,
    },
    /// JSON, but something else.
    #[error("{file} is JSON but no result of `fourways compare`: it has no {missing}")]
    NoResult {
        /// Which.
        file: String,
        /// What every result has.
        missing: &'static str,
    },
    /// Of a later fourways.
    #[error(
        "{file} has format {format}, and this fourways {} knows formats up to {FORMAT}; \
         read it with the fourways that wrote it ({by}) or a newer one",
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// Which.
        file: String,
        /// Its format.
        format: u64,
        /// The version that wrote it.
        by: String,
    },
    /// A result, but broken.
    #[error(
        "{file} is a damaged result: {why}; run the scenario again, or take the file anew from where it came"
    )]
    Damaged {
        /// Which.
        file: String,
        /// What does not fit.
        why: serde_json::Error,
    },
}

/// The run in `text`, which was read from `file`.
///
/// # Errors
/// When it is no run that this version knows.
pub fn run(file: &str, text: &str) -> Result<Run, Unreadable> {
    let file = file.to_owned();
    // Not as a run at once: a newer one must be named as such, whatever else is new in it.
    let json: Value = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(why) => return Err(Unreadable::NotJson { file, why }),
    };
    let Some(format) = json.get("format").and_then(Value::as_u64) else {
        return Err(Unreadable::NoResult { file, missing: "\"format\"" });
    };
    if format > u64::from(FORMAT) {
        let by = json.pointer("/versions/fourways").and_then(Value::as_str).unwrap_or("unknown").to_owned();
        return Err(Unreadable::Newer { file, format, by });
    }
    if json.get("rounds").is_none() {
        return Err(Unreadable::NoResult { file, missing: "\"rounds\"" });
    }
    serde_json::from_str(text).map_err(|why| Unreadable::Damaged { file, why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_run_comes_back_as_it_was_written() {
        let written = serde_json::to_string(&sample::run("quick")).unwrap();
        let read = run("a.json", &written).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), written);
    }

    #[test]
    fn what_is_no_run_is_named() {
        let error = |text: &str| run("a.json", text).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error("").starts_with("a.json is not JSON (EOF"), "{}", error(""));
        assert_eq!(error("{}"), "a.json is JSON but no result of `fourways compare`: it has no \"format\"");
        assert!(error(r#"{"format":1}"#).ends_with("it has no \"rounds\""));
        let newer = error(r#"{"format":2,"versions":{"fourways":"9.0.0"},"rounds":"of a new kind"}"#);
        assert!(newer.contains("has format 2") && newer.contains("wrote it (9.0.0)"), "{newer}");
        let written = serde_json::to_string(&sample::run("quick")).unwrap();
        let damaged = error(&written.replace("HISTFAAA", "XXXXFAAA"));
        assert!(
            damaged.starts_with("a.json is a damaged result") && damaged.contains("HISTFAAA"),
            "{damaged}"
        );
    }
}
