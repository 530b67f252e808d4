//! Views, tables, comparisons and plans of made-up runs.

mod differs;
mod golden;
mod plans;
mod views;
