//! `POST /api/market`: the presenter changes the market while everyone listens, and nobody else does. README.md, "The
//! wire contract"; ARCHITECTURE.md, "Security" 4 and 8.

mod change;
mod stage;
mod who;
