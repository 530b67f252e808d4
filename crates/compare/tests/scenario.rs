//! Scenarios: mistakes under a caret, and sweeps in which no cell is there twice.

use compare::{Encode, Error, Front, Overrides, Polls, Scenario, Settings};

const HEAD: &str =
    "name = \"test\"\ntitle = { en = \"T\", zh = \"测\" }\nabout = { en = \"A\", zh = \"关\" }\n";

fn read(keys: &str) -> Result<Scenario, Error> {
    Scenario::read("test.toml", &format!("{HEAD}{keys}"), &Overrides::default())
}

fn cells(keys: &str) -> Vec<Settings> {
    read(keys).expect("a scenario").cells
}

fn error(keys: &str) -> String {
    read(keys).expect_err("a mistake").to_string()
}

#[test]
fn a_mistake_is_shown_under_a_caret() {
    assert_eq!(
        error("ways = [\"poll\", \"websocket\"]\n"),
        "test.toml:4:17: there is no way \"websocket\"\n  |\n4 | ways = [\"poll\", \"websocket\"]\n  \
         |                 ^^^^^^^^^^^\nthe ways are poll, long-poll, ws and sse"
    );
    assert_eq!(
        error("\n\nclient = 5\n").lines().take(4).collect::<Vec<_>>().join("\n"),
        "test.toml:6:1: there is no key \"client\"\n  |\n6 | client = 5\n  | ^^^^^^"
    );
}

#[test]
fn every_kind_of_mistake_says_what_and_the_way_out() {
    for (keys, what, way_out) in [
        ("client = 5", "there is no key \"client\"", "clients"),
        ("[[cells]]\nrounds = 2", "there is no key \"rounds\" for a cell", "servers, ways, clients"),
        ("[cells]\nways = \"ws\"", "`cells` must be tables", "[[cells]]"),
        ("clients = 0", "this number is not possible here", "from 1 to 1000000"),
        ("clients = \"5\"", "this number is not possible here", "without quotes"),
        ("clients = []", "this list is empty", "at least one value"),
        ("rate = 0", "this is no rate", "0.1 to 10000"),
        ("interval = 1", "this is no time", "\"1s\""),
        ("hold = \"2 min\"", "this is no time", "60000 ms"),
        ("payload = 512", "this is no size", "\"4 KiB\""),
        ("payload = \"1000 KiB\"", "this is no size", "61440 B"),
        ("keep_alive = \"no\"", "this must be true or false", "keep_alive = false"),
        ("front = \"apache\"", "there is no \"apache\" here", "nginx-buffering"),
        ("polls = 1", "this must be a word", "newest or all"),
        ("servers = \"No Name\"", "is no name of a server", "hyphens"),
        ("ways = 7", "this must be text in quotes", "ways = [\"ws\", \"sse\"]"),
        ("rounds = 0", "this number is not possible here", "from 1 to 100"),
        ("duration = \"1s\"\nways = \"ws\"\nrate = 0.5", "may hold no event", "longer `duration`"),
        ("duration = \"1s\"", "a poll every 1000 ms", "longer `duration`"),
        ("duration = \"1s\"\ninterval = \"2s\"", "a poll every 2000 ms", "longer `duration`"),
        ("front = \"nginx-http2\"\nkeep_alive = false", "over HTTP/2 no request", "`keep_alive` at true"),
        ("front = \"nginx-gzip\"\nheads = \"browser\"", "they do not unpack", "\"minimal\""),
        ("servers = \"node\"\nlate = \"50ms\"", "node cannot be told to be late", "fourways only"),
        ("ways = [", "this is no TOML", "https://toml.io"),
        ("clients = 1\nclients = 2", "this is no TOML", "https://toml.io"),
    ] {
        let said = error(keys);
        let (first, last) = (said.lines().next().unwrap(), said.lines().last().unwrap());
        assert!(first.contains(what), "{keys}: {said}");
        assert!(last.contains(way_out), "{keys}: {said}");
        assert!(said.contains('^'), "{keys}: {said}");
    }
}

#[test]
fn what_every_scenario_has_must_be_there() {
    let of = |text: &str| Scenario::read("x.toml", text, &Overrides::default()).unwrap_err().to_string();
    assert!(of("").contains("the key \"name\" is missing"));
    assert!(of("name = \"Über\"").contains("is no name"));
    assert!(of("name = \"x\"").contains("the key \"title\" is missing"));
    assert!(of("name = \"x\"\ntitle.en = \"X\"").contains("the language \"zh\" is missing"));
    assert!(of("name = \"x\"\ntitle = \"X\"").contains("this has no languages"));
    assert!(
        of(&format!("{HEAD}title.fr = \"X\"")).contains("this is no TOML"),
        "a table may not be reopened"
    );
}

#[test]
fn too_many_combinations_are_refused() {
    let list = |n: u32| (1..=n).map(|k| k.to_string()).collect::<Vec<_>>().join(", ");
    let keys = |n| format!("clients = [{}]\nsymbols = [{}]\nrate = 100\n", list(n), list(n));
    assert!(error(&keys(12)).contains("these lists have 576 combinations, and at most 500 are measured"));
    assert!(error(&keys(99)).contains("these lists have more than 5000 combinations"));
    assert_eq!(cells(&keys(11)).len(), 484);
}

#[test]
fn a_list_is_swept_and_nothing_is_there_twice() {
    // An interval means something to polling only: two polls and one each of the others.
    let cells = cells("interval = [\"200ms\", \"1s\"]\n");
    let names: Vec<_> = cells.iter().map(|cell| (cell.way.as_str(), cell.interval_ms)).collect();
    assert_eq!(names, [("poll", 200), ("poll", 1000), ("long-poll", 1000), ("ws", 1000), ("sse", 1000)]);
}

#[test]
fn what_means_nothing_to_a_way_is_put_back() {
    let count = |keys: &str, way: &str| cells(keys).iter().filter(|cell| cell.way == way).count();
    for (keys, counts) in [
        ("interval = [\"200ms\", \"1s\"]\n", [2, 1, 1, 1]),
        ("polls = [\"newest\", \"all\"]\n", [2, 1, 1, 1]),
        ("hold = [\"5s\", \"25s\"]\n", [1, 2, 1, 1]),
        ("keep_alive = [true, false]\n", [2, 2, 1, 1]),
        ("ws_buffer = [\"4 KiB\", \"128 KiB\"]\n", [1, 1, 2, 1]),
        ("encode = [\"once\", \"each\"]\n", [2, 2, 1, 2]),
        ("heads = [\"minimal\", \"browser\"]\n", [2, 2, 2, 2]),
        ("payload = [\"0 B\", \"512 B\"]\n", [2, 2, 2, 2]),
        ("front = [\"none\", \"nginx\"]\n", [2, 2, 2, 2]),
    ] {
        let found = ["poll", "long-poll", "ws", "sse"].map(|way| count(keys, way));
        assert_eq!(found, counts, "{keys}");
    }
    let foreign =
        cells("servers = \"node\"\nways = \"ws\"\nws_buffer = [\"4 KiB\", \"128 KiB\"]\nencode = \"each\"\n");
    assert_eq!((foreign.len(), foreign[0].encode), (1, Encode::Once), "no flag of ours reaches it");
}

#[test]
fn cells_are_combinations_that_are_no_product() {
    let cells = cells(
        "clients = 7\n[[cells]]\nways = \"sse\"\nfront = \"nginx\"\n[[cells]]\nways = [\"sse\", \"poll\"]\npolls = \"all\"\n",
    );
    let found: Vec<_> = cells.iter().map(|cell| (cell.way.as_str(), cell.front, cell.polls)).collect();
    assert_eq!(
        found,
        [
            ("sse", Front::Nginx, Polls::Newest),
            ("sse", Front::None, Polls::Newest),
            ("poll", Front::None, Polls::All)
        ]
    );
    assert!(cells.iter().all(|cell| cell.clients == 7), "what stands above holds for all");
}

#[test]
fn the_command_line_chooses_and_replaces() {
    let overrides = Overrides {
        ways: vec!["sse".into()],
        clients: vec![5, 6],
        rounds: Some(1),
        duration_ms: Some(1_000),
        seed: Some(9),
        ..Overrides::default()
    };
    let scenario = Scenario::named("quick", &overrides).unwrap();
    let found: Vec<_> = scenario.cells.iter().map(|cell| (cell.way.as_str(), cell.clients)).collect();
    assert_eq!(found, [("sse", 5), ("sse", 6)]);
    assert_eq!((scenario.rounds, scenario.duration_ms, scenario.seed), (1, 1_000, 9));

    let none = Overrides { ways: vec!["poll".into()], ..Overrides::default() };
    let error = Scenario::named("ten-thousand-sse", &none).unwrap_err().to_string();
    assert_eq!(error, "--ways poll: nothing of ten-thousand-sse.toml goes by that; leave --ways out");
    let error = Scenario::named("quik", &none).unwrap_err().to_string();
    assert!(error.starts_with("there is no scenario \"quik\"; there are ablation, connections, "), "{error}");
}

#[test]
fn the_embedded_scenarios_are_right() {
    let all = Scenario::all().unwrap();
    let names: Vec<_> = all.iter().map(|scenario| scenario.name.as_str()).collect();
    for name in ["quick", "connections", "frontier", "fronts", "languages", "ablation", "ten-thousand-sse"] {
        assert!(names.contains(&name), "{name} of {names:?}");
    }
    for scenario in &all {
        let named = Scenario::named(&scenario.name, &Overrides::default());
        assert!(named.is_ok(), "a file is called like what is in it: {}", scenario.name);
        for (place, cell) in scenario.cells.iter().enumerate() {
            assert!(
                !scenario.cells[..place].contains(cell),
                "{} is there twice in {}",
                cell.way,
                scenario.name
            );
        }
    }
    let quick = all.iter().find(|scenario| scenario.name == "quick").unwrap();
    assert!((90..180).contains(&quick.expected().as_secs()), "about two minutes: {:?}", quick.expected());
}
