//! Figures as people read them: three significant digits, thousands parted, a unit that stays with its number.

/// Between a number and its unit: narrow, and never broken.
pub const THIN: char = '\u{202f}';
/// What stands for a figure that is missing.
pub const MISSING: &str = "–";

const MINUS: char = '\u{2212}';

/// How a unit of the catalogue is written; a count has none.
#[must_use]
pub fn symbol(unit: &str) -> &str {
    match unit {
        "count" => "",
        "us" => "µs",
        other => other,
    }
}

/// Three significant digits; whole numbers of a count are exact.
#[must_use]
pub fn plain(value: f64, unit: &str) -> String {
    if unit == "count" && value.fract() == 0.0 {
        fixed(value, 0)
    } else {
        fixed(rounded(value), decimals(value))
    }
}

/// [`plain`], with the unit.
#[must_use]
pub fn with_unit(value: f64, unit: &str) -> String {
    joined(&plain(value, unit), unit)
}

/// From the lowest to the highest, with the unit; one number where both read the same.
#[must_use]
pub fn range(low: f64, high: f64, unit: &str) -> String {
    let (from, to) = ends(low, high, unit);
    if from == to { joined(&to, unit) } else { joined(&span(&from, &to), unit) }
}

/// The same decimals for both ends, those of the wider number.
pub(crate) fn ends(low: f64, high: f64, unit: &str) -> (String, String) {
    if unit == "count" && low.fract() == 0.0 && high.fract() == 0.0 {
        return (fixed(low, 0), fixed(high, 0));
    }
    let decimals = decimals(low.abs().max(high.abs()));
    (fixed(rounded(low), decimals), fixed(rounded(high), decimals))
}

/// An en dash, or dots where a minus would run into it.
pub(crate) fn span(from: &str, to: &str) -> String {
    if from.starts_with(MINUS) || to.starts_with(MINUS) {
        format!("{from} … {to}")
    } else {
        format!("{from}–{to}")
    }
}

/// A number that is written already, with its unit.
pub(crate) fn joined(number: &str, unit: &str) -> String {
    match symbol(unit) {
        "" => number.to_owned(),
        symbol => format!("{number}{THIN}{symbol}"),
    }
}

/// How many decimals make three significant digits.
#[must_use]
pub fn decimals(value: f64) -> usize {
    let size = value.abs();
    if size == 0.0 || !size.is_finite() {
        return 0;
    }
    // What rounds up to the next power of ten has one digit more before the point.
    let of = |size: f64| (2.0 - size.log10().floor()).clamp(0.0, 9.0) as usize;
    let first = of(size);
    let unit = 10_f64.powi(first as i32);
    of((size * unit).round() / unit)
}

/// Without what lies beyond three significant digits.
fn rounded(value: f64) -> f64 {
    let size = value.abs();
    if size < 1000.0 || !size.is_finite() {
        return value;
    }
    let unit = 10_f64.powi(size.log10().floor() as i32 - 2);
    (value / unit).round() * unit
}

/// So many decimals, thousands parted.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let negative = value < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    let mut out = String::new();
    if negative {
        out.push(MINUS);
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// Bytes of memory in the unit that fits, by 1024.
#[must_use]
pub fn memory(bytes: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    scaled(bytes, 1024.0, &UNITS)
}

/// Bytes of traffic in the unit that fits, by 1000.
#[must_use]
pub fn traffic(bytes: f64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    scaled(bytes, 1000.0, &UNITS)
}

/// Seconds in the unit that fits.
#[must_use]
pub fn time(seconds: f64) -> String {
    match seconds.abs() {
        size if size == 0.0 || size >= 1.0 => with_unit(seconds, "s"),
        size if size >= 1e-3 => with_unit(seconds * 1e3, "ms"),
        _ => with_unit(seconds * 1e6, "us"),
    }
}

fn scaled(bytes: f64, step: f64, units: &[&str]) -> String {
    let (mut value, mut unit) = (bytes, 0);
    while value.abs() >= step && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let whole = unit == 0 && value.fract() == 0.0;
    joined(&if whole { fixed(value, 0) } else { plain(value, units[unit]) }, units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_significant_digits() {
        let written = [0.0, 0.001_234, 0.3, 0.9996, 1.0, 9.996, 12.34, 99.96, 123.4, 1234.5, 1_234_567.0];
        let read: Vec<_> = written.iter().map(|value| plain(*value, "ms")).collect();
        assert_eq!(
            read,
            ["0", "0.00123", "0.300", "1.00", "1.00", "10.0", "12.3", "100", "123", "1,230", "1,230,000"]
        );
    }

    #[test]
    fn counts_are_exact_and_units_stay() {
        assert_eq!(plain(9_998.0, "count"), "9,998");
        assert_eq!(plain(1.25, "count"), "1.25");
        assert_eq!(with_unit(31.25, "us"), "31.2\u{202f}µs");
        assert_eq!(with_unit(-0.5, "s"), "\u{2212}0.500\u{202f}s");
        assert_eq!(fixed(-0.0001, 2), "0.00", "nothing is not negative");
    }

    #[test]
    fn ranges_share_their_decimals() {
        assert_eq!(range(9.8, 10.4, "ms"), "9.8–10.4\u{202f}ms");
        assert_eq!(range(1.0, 1.001, "s"), "1.00\u{202f}s");
        assert_eq!(range(-1.0, 2.0, "KiB"), "\u{2212}1.00 … 2.00\u{202f}KiB");
        assert_eq!(range(998.0, 1_000.0, "count"), "998–1,000");
    }

    #[test]
    fn sizes_find_their_unit() {
        assert_eq!(memory(8_254_000_000.0), "7.69\u{202f}GiB");
        assert_eq!(memory(640.0), "640\u{202f}B");
        assert_eq!(traffic(113_000_000.0), "113\u{202f}MB");
        assert_eq!(
            (time(1.5), time(0.25), time(31e-6)),
            ("1.50\u{202f}s".to_owned(), "250\u{202f}ms".to_owned(), "31.0\u{202f}µs".to_owned())
        );
    }
}
