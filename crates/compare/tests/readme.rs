//! The measured table of both READMEs is the one that the newest committed `benches/results/readme-*.json` gives. While
//! there is no such run, there is no table.

use std::fs;
use std::path::Path;

use compare::report::{Lang, View, read, readme};

#[test]
fn the_table_of_both_readmes_is_that_of_the_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let results = root.join("benches/results");
    // No run has been committed as long as the directory is not there.
    let entries = fs::read_dir(&results).into_iter().flatten();
    let run = readme::newest(entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()));
    for (file, lang) in [("README.md", Lang::En), ("README.zh.md", Lang::Zh)] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        let Some(name) = &run else {
            assert!(
                !text.contains(readme::BEGIN) && !text.contains(readme::END),
                "{file} has a measured table, but benches/results has no readme-*.json that it comes from"
            );
            continue;
        };
        let run = read::run(name, &fs::read_to_string(results.join(name)).unwrap()).unwrap();
        let section = readme::section(&View::of(&[run]).unwrap(), lang, name);
        let written = readme::between(&text).unwrap_or_else(|| panic!("{file} has no {}", readme::BEGIN));
        assert!(
            written.trim() == section.trim(),
            "{file} has another table than {name} gives; `fourways compare readme --write` writes it"
        );
    }
}
