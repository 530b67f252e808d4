//! A plan for a terminal: each number with its range and what it rests on.

use comfy_table::{Cell as Place, CellAlignment};

use super::{Number, Plan, WayPlan};
use crate::report::lang::Lang;
use crate::report::view::Value;
use crate::report::{labels, number, table};

/// A plan as text.
#[must_use]
pub fn render(plan: &Plan, lang: Lang) -> String {
    let needs = &plan.needs;
    let users = number::plain(needs.users as f64, "count");
    let (rate, freshness) = (labels::rate(needs.rate), number::time(needs.freshness_s));
    let rate = rate.in_lang(lang);
    let cpu = plan.machine.cpu.as_deref().unwrap_or(number::MISSING);
    let (scenario, started) = (&plan.scenario, &plan.started);
    let mut out = match lang {
        Lang::En => format!(
            "{users} users, {rate} each, heard of within {freshness}; \
             from the run of {scenario}, {started}, on {cpu}.\n"
        ),
        Lang::Zh => format!(
            "{users} 个用户，每人{rate}，最迟 {freshness} 得知；依据 {started} 的测量 {scenario}，机器 {cpu}。\n"
        ),
    };
    for way in &plan.ways {
        out += &format!("\n{}\n", section(way, lang));
    }
    out += &format!("\n{}\n", lang.pick("Assumed, not measured:", "以下是假定，不是测量："));
    for assumed in &plan.assumed {
        out += &format!("- {}\n", assumed.in_lang(lang));
    }
    out
}

fn section(way: &WayPlan, lang: Lang) -> String {
    let title = way.title.in_lang(lang);
    let measured = way.measured.as_ref().map_or_else(String::new, |cell| match lang {
        Lang::En => format!(" (measured: {})", cell.en),
        Lang::Zh => format!("（测量的是：{}）", cell.zh),
    });
    if let Some(why) = &way.refused {
        return format!(
            "{title}{measured}{}{} {}",
            lang.pick(": ", "："),
            number::MISSING,
            why.in_lang(lang)
        );
    }
    let mut table = table::blank();
    for number in &way.numbers {
        let (value, why) = value(number, lang);
        let value = Place::new(value).set_alignment(CellAlignment::Right);
        table.add_row([Place::new(format!("  {}", number.title.in_lang(lang))), value, Place::new(why)]);
    }
    format!("{title}{measured}\n{table}")
}

/// The number, and what it rests on or why it is missing.
fn value(number: &Number, lang: Lang) -> (String, String) {
    match &number.value {
        Value::Missing { missing } => (number::MISSING.to_owned(), missing.in_lang(lang).to_owned()),
        Value::Measured(spread) => {
            let [median, low, high] =
                [spread.median, spread.low, spread.high].map(|value| written(value, number.unit));
            let text = if low == high { median } else { format!("{median} ({low} – {high})") };
            (text, number.rests_on.in_lang(lang).to_owned())
        }
    }
}

fn written(value: f64, unit: &str) -> String {
    match unit {
        "bytes" => number::memory(value),
        "bytes/s" => format!("{}/s", number::traffic(value)),
        "s" => number::time(value),
        "servers" => number::plain(value, "count"),
        _ => number::plain(value, ""),
    }
}
