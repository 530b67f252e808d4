//! A class in a room: the teacher's machine and two students' hang on one switch, each with an address of its own. Who is
//! let in by which name, who may command, what it costs when one misbehaves or its cable is pulled. README.md, "A class".
#![cfg(target_os = "linux")]

#[path = "../network/mod.rs"]
mod network;

mod browser;
mod cable;
mod chromium;
mod class;
mod crowd;
mod door;
mod followers;

use std::sync::Arc;

use network::{Machine, with_machines};

/// The room. Machines are named for who sits at them.
pub(crate) struct Lan {
    pub(crate) teacher: Machine,
    pub(crate) one: Machine,
    pub(crate) two: Machine,
    /// Its ports are called as the machines at their ends.
    pub(crate) switch: Machine,
}

impl Lan {
    fn new() -> Self {
        let lan = Self {
            teacher: Machine::new(),
            one: Machine::new(),
            two: Machine::new(),
            switch: Machine::new(),
        };
        lan.switch.ip("link add room type bridge");
        lan.switch.ip("link set room up");
        for (port, machine, last) in
            [("teacher", &lan.teacher, 1), ("one", &lan.one, 2), ("two", &lan.two, 3)]
        {
            lan.switch.cable(port, machine, &format!("10.77.0.{last}/24"));
            lan.switch.ip(&format!("link set {port} master room up"));
        }
        lan
    }
}

/// Runs a test in a room of its own.
fn in_a_room(name: &str, test: impl AsyncFnOnce(Arc<Lan>)) {
    with_machines(name, async || test(Arc::new(Lan::new())).await);
}

#[test]
fn phones_are_let_in_by_the_address_that_the_class_tells() {
    in_a_room("phones_are_let_in_by_the_address_that_the_class_tells", async |lan| door::names(&lan).await);
}

#[test]
fn the_presenter_sits_at_the_class_unless_it_is_told_otherwise() {
    in_a_room("the_presenter_sits_at_the_class_unless_it_is_told_otherwise", async |lan| {
        door::here(&lan).await;
        door::anywhere(&lan).await;
    });
}

#[test]
fn who_opens_too_much_costs_only_itself() {
    in_a_room("who_opens_too_much_costs_only_itself", async |lan| crowd::greedy(&lan).await);
}

#[test]
fn who_was_without_a_link_is_fresh_again_without_a_hole() {
    let name = "who_was_without_a_link_is_fresh_again_without_a_hole";
    in_a_room(name, async |lan| cable::pulled(&lan).await);
}

#[test]
fn a_browser_joins_and_hears_its_lane() {
    in_a_room("a_browser_joins_and_hears_its_lane", async |lan| browser::joins(&lan).await);
}
