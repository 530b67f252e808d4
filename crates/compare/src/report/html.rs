//! The report as one HTML file that needs no network: the page's own components with a view inside.

use rust_embed::RustEmbed;

use super::view::View;

/// Empty when the page was not built.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist-report"]
#[allow_missing = true]
struct Template;

/// Where the view goes.
const PLACE: &str = r#"<script type="application/json" id="run">null</script>"#;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum NoHtml {
    /// The template is not in this binary.
    #[error(
        "the HTML report is drawn by the page, which was not built into this program; \
         `just page` builds it (it needs Node), then build the program again. --format markdown works without it"
    )]
    NotBuilt,
    /// The template has no place for the view.
    #[error("web/dist-report/report.html has no place for a run ({PLACE}); `just page` builds it anew")]
    NoPlace,
    /// The view cannot be written.
    #[error("the run cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// A view as one HTML file, in both languages.
///
/// # Errors
/// When the page was not built into this program.
pub fn render(view: &View) -> Result<String, NoHtml> {
    let file = Template::get("report.html").ok_or(NoHtml::NotBuilt)?;
    fill(&String::from_utf8_lossy(&file.data), view)
}

fn fill(template: &str, view: &View) -> Result<String, NoHtml> {
    let (before, after) = template.split_once(PLACE).ok_or(NoHtml::NoPlace)?;
    // Whatever a text holds, it cannot end the element that it stands in (HTML 13.1.2.6).
    let json = serde_json::to_string(view)?.replace('<', "\\u003c");
    let (open, close) = PLACE.split_once("null").ok_or(NoHtml::NoPlace)?;
    Ok([before, open, &json, close, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_element() {
        let mut view = crate::report::sample::view(&[crate::report::sample::run("quick")]);
        view.notes = vec!["</script><script>alert(1)</script><!--".to_owned()];
        let html = fill(&format!("<html>{PLACE}<p>after"), &view).unwrap();
        assert_eq!(html.matches("</script>").count(), 1, "{html}");
        let json = html.split_once("id=\"run\">").unwrap().1.split_once("</script>").unwrap().0;
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["notes"][0], "</script><script>alert(1)</script><!--");
        assert!(html.starts_with("<html>") && html.ends_with("<p>after"));
    }

    #[test]
    fn a_template_without_a_place_is_refused() {
        let view = crate::report::sample::view(&[crate::report::sample::run("quick")]);
        assert!(matches!(fill("<html></html>", &view), Err(NoHtml::NoPlace)));
    }
}
