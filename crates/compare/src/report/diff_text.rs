//! A comparison of two runs as text.

use comfy_table::{Cell as Place, CellAlignment, Table};

use super::diff::{Compared, Diff, Pair, Side, Verdict};
use super::lang::Lang;
use super::{number, table};

/// A comparison as text for a terminal.
#[must_use]
pub fn render(diff: &Diff, lang: Lang) -> String {
    let side = |name: &str, side: &Side| {
        let versions: Vec<_> =
            side.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        format!("{name}: {}, {}, {}\n", side.scenario, side.started, versions.join(", "))
    };
    let mut out = side("A", &diff.a) + &side("B", &diff.b);
    for warning in &diff.warnings {
        out += &format!("{}\n", warning.in_lang(lang));
    }
    for pair in &diff.pairs {
        out += &format!("\n{}\n{}\n", pair.label.in_lang(lang), draw(pair, lang));
    }
    for (cells, en, zh) in
        [(&diff.only_a, "Only A has", "只有 A 有"), (&diff.only_b, "Only B has", "只有 B 有")]
    {
        if !cells.is_empty() {
            let names: Vec<_> = cells.iter().map(|cell| cell.in_lang(lang)).collect();
            out += &format!("\n{}{}{}\n", lang.pick(en, zh), lang.pick(": ", "："), names.join("; "));
        }
    }
    if diff.pairs.is_empty() {
        let none = (
            "The two have no settings in common: nothing can be compared.",
            "两次测量没有相同的设置，无法比较。",
        );
        out += &format!("\n{}\n", lang.pick(none.0, none.1));
    }
    let (compared, distinguished) = (diff.compared, diff.distinguished);
    out += &match lang {
        Lang::En => format!("\n{distinguished} of {compared} figures are distinguishable.\n"),
        Lang::Zh => format!("\n{compared} 个数字中有 {distinguished} 个能分出差别。\n"),
    };
    out + &format!("{}\n", diff.rule.in_lang(lang))
}

fn draw(pair: &Pair, lang: Lang) -> Table {
    let mut table = table::blank();
    let right = |text: String| Place::new(text).set_alignment(CellAlignment::Right);
    let heads = ["A", "B", lang.pick("change", "变化"), "p"].map(|head| right(head.to_owned()));
    let verdict = Place::new(lang.pick("B is", "B"));
    table.set_header([Place::new("")].into_iter().chain(heads).chain([verdict]));
    for figure in &pair.figures {
        let row = [
            figure.a.text(figure.unit),
            figure.b.text(figure.unit),
            change(figure),
            number::fixed(figure.p, 3),
        ];
        let name = Place::new(figure.title.in_lang(lang));
        let verdict = Place::new(word(figure.verdict, lang));
        table.add_row([name].into_iter().chain(row.map(right)).chain([verdict]));
    }
    table
}

fn change(figure: &Compared) -> String {
    figure.change_percent.map_or_else(
        || number::MISSING.to_owned(),
        |percent| {
            let sign = if percent > 0.0 { "+" } else { "" };
            format!("{sign}{}", number::with_unit(percent, "%"))
        },
    )
}

/// A verdict in words.
#[must_use]
pub(super) fn word(verdict: Verdict, lang: Lang) -> &'static str {
    let (en, zh) = match verdict {
        Verdict::Faster => ("faster", "更快"),
        Verdict::Slower => ("slower", "更慢"),
        Verdict::Fresher => ("fresher", "更新鲜"),
        Verdict::Staler => ("staler", "更陈旧"),
        Verdict::Lighter => ("lighter", "更轻"),
        Verdict::Heavier => ("heavier", "更重"),
        Verdict::LosesLess => ("losing less", "漏得更少"),
        Verdict::LosesMore => ("losing more", "漏得更多"),
        Verdict::NotDistinguishable => ("not distinguishable", "分不出"),
    };
    lang.pick(en, zh)
}
