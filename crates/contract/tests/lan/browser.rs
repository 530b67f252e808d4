//! The phone of a student as it really is: a browser on another machine, by the address on the board, which is no secure
//! context. Four of them, one on each lane.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Lan;
use crate::chromium::Chromium;
use crate::class::{HERE, Visitor, WAYS, get, open};

pub(crate) async fn joins(lan: &Lan) {
    let _class = open(lan, &[]).await;
    let mut board = lan.teacher.does(Visitor::at(HERE, "http://127.0.0.1:8080")).await.expect("101");
    let state = lan.teacher.does(get(HERE, "/api/class")).await;
    let join = state["addresses"][0]["url"].as_str().expect("an address");

    let mut chromium = Chromium::start(&lan.one).await;
    for way in WAYS {
        let tab = chromium.open(join).await;
        chromium.click(&tab, &format!(".lane.{way}")).await;
        chromium.until(&tab, "!isSecureContext").await;
        chromium.click(&tab, ".go").await;
    }
    let lanes = serde_json::json!({"poll": 1, "long-poll": 1, "ws": 1, "sse": 1});
    board.hear("class", |class| class["phones"]["lanes"] == lanes).await;
    // A phone says so when it has got a price by its lane.
    let mut silent = BTreeSet::from([1, 2, 3, 4]);
    while !silent.is_empty() {
        let wave = board.hear("wave", |_| true).await;
        for number in wave["got"].as_array().expect("numbers").iter().filter_map(Value::as_u64) {
            silent.remove(&number);
        }
    }
    drop(chromium);
    board.hear("class", |class| class["phones"]["joined"] == 0).await;
}
