//! Sizes and times as people write them: `"512 B"`, `"4 KiB"`, `"200 ms"`, `"1s"`, `"2 min"`.

const SIZES: [(&str, f64); 3] = [("KiB", 1024.0), ("kB", 1000.0), ("B", 1.0)];
const TIMES: [(&str, f64); 3] = [("min", 60_000.0), ("ms", 1.0), ("s", 1000.0)];

/// A size in bytes; none if it is not one, or not whole.
#[must_use]
pub fn bytes(text: &str) -> Option<u32> {
    of(text, &SIZES).and_then(|bytes| u32::try_from(bytes).ok())
}

/// A time in milliseconds; none if it is not one, or not whole.
#[must_use]
pub fn ms(text: &str) -> Option<u64> {
    of(text, &TIMES)
}

fn of(text: &str, units: &[(&str, f64)]) -> Option<u64> {
    let (number, scale) =
        units.iter().find_map(|(unit, scale)| Some((text.strip_suffix(unit)?.trim_end(), scale)))?;
    // `parse` would also take `inf` and `1e9`, which nobody writes before a unit.
    if !number.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value = number.parse::<f64>().ok()? * scale;
    ((value - value.round()).abs() < 1e-6 && value < 1e12).then(|| value.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_them_like_this() {
        for (text, want) in [("512 B", 512), ("512B", 512), ("4 KiB", 4096), ("1.5KiB", 1536), ("2 kB", 2000)]
        {
            assert_eq!(bytes(text), Some(want), "{text}");
        }
        for (text, want) in [("1s", 1000), ("0.2 s", 200), ("0.1s", 100), ("250 ms", 250), ("2 min", 120_000)]
        {
            assert_eq!(ms(text), Some(want), "{text}");
        }
        for text in ["", "512", "s", "-1s", "1 hour", "0.5 ms", "1e3 s", "inf s", "1..2 s", "9999999999999 s"]
        {
            assert_eq!(ms(text), None, "{text}");
        }
        assert_eq!(bytes("99999999 KiB"), None);
    }
}
