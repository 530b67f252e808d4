//! `fourways classroom` as a process with its four lanes: what they have in common, what becomes of them when they are
//! killed, who may command what, and what a visitor who misbehaves costs. README.md, "A class".
#![cfg(target_os = "linux")]

#[path = "../family/mod.rs"]
mod family;

mod breaks;
mod commands;
mod lanes;
mod live;
mod market;
mod orders;
mod recovery;
mod stage;
