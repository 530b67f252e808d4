//! Which cells of a sweep are meant: the keys of a scenario again, each with one value or a list. A key that is left out
//! lets every cell through.

use toml::de::DeTable;

use super::axes::{Axes, Axis};
use super::bad::Wrong;
use crate::Settings;

/// A choice of cells.
#[derive(Clone, Debug)]
pub(crate) struct Select(Axes);

impl Select {
    /// Reads it from a table with the keys of a scenario's cells.
    ///
    /// # Errors
    /// When a key or value is none.
    pub(crate) fn read(table: &DeTable<'_>) -> Result<Self, Wrong> {
        let mut axes = Axes::default();
        axes.set_all(table)?;
        Ok(Self(axes))
    }

    /// Whether a cell is among them.
    pub(crate) fn takes(&self, cell: &Settings) -> bool {
        let Self(axes) = self;
        lets(&axes.ways, &cell.way)
            && lets(&axes.interval_ms, &cell.interval_ms)
            && lets(&axes.hold_ms, &cell.hold_ms)
            && lets(&axes.polls, &cell.polls)
            && lets(&axes.keep_alive, &cell.keep_alive)
            && lets(&axes.ws_buffer_bytes, &cell.ws_buffer_bytes)
            && lets(&axes.encode, &cell.encode)
            && lets(&axes.servers, &cell.server)
            && lets(&axes.clients, &cell.clients)
            && lets(&axes.rate, &cell.rate)
            && lets(&axes.symbols, &cell.symbols)
            && lets(&axes.payload_bytes, &cell.payload_bytes)
            && lets(&axes.heads, &cell.heads)
            && lets(&axes.front, &cell.front)
            && lets(&axes.late_ms, &cell.late_ms)
    }

    /// Whether `other` is what `cell` is to be set against: it is taken, and its load is that of `cell` wherever
    /// nothing else was asked for. Ways differ by their own keys; a load is what all of them have.
    pub(crate) fn pairs(&self, cell: &Settings, other: &Settings) -> bool {
        let Self(axes) = self;
        self.takes(other)
            && (named(&axes.servers) || cell.server == other.server)
            && (named(&axes.clients) || cell.clients == other.clients)
            && (named(&axes.rate) || cell.rate.total_cmp(&other.rate).is_eq())
            && (named(&axes.symbols) || cell.symbols == other.symbols)
            && (named(&axes.payload_bytes) || cell.payload_bytes == other.payload_bytes)
            && (named(&axes.heads) || cell.heads == other.heads)
            && (named(&axes.front) || cell.front == other.front)
            && (named(&axes.late_ms) || cell.late_ms == other.late_ms)
    }
}

/// Whether the key was written: a default stands nowhere.
fn named<T>(axis: &Axis<T>) -> bool {
    !axis.span.is_empty()
}

fn lets<T: PartialEq>(axis: &Axis<T>, value: &T) -> bool {
    !named(axis) || axis.values.contains(value)
}
