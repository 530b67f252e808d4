//! The four lanes by name.

/// Lanes of a class.
pub(crate) const LANES: usize = 4;

/// The names of the ways, in the order in which they are taught.
pub(crate) fn names() -> [&'static str; LANES] {
    compare::WAYS.map(|way| way.card().name)
}

/// Some of the four lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ways([bool; LANES]);

impl Ways {
    pub(crate) const ALL: Self = Self([true; LANES]);
    pub(crate) const NONE: Self = Self([false; LANES]);

    /// With the way of this name; none if there is no such way.
    pub(crate) fn with(mut self, name: &str) -> Option<Self> {
        self.0[place(name)?] = true;
        Some(self)
    }

    /// Their places, ascending.
    pub(crate) fn places(self) -> impl Iterator<Item = usize> {
        (0..LANES).filter(move |place| self.0[*place])
    }

    /// Their names.
    pub(crate) fn names(self) -> Vec<&'static str> {
        self.places().map(|place| names()[place]).collect()
    }
}

/// The place of a way among the four.
pub(crate) fn place(name: &str) -> Option<usize> {
    names().iter().position(|known| *known == name)
}
