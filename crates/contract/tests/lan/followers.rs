//! A client of one of the four crates that follows its lane on a machine of the room, and what it heard.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract::until;
use feed::Cursor;
use fourways::ALL;
use futures_util::StreamExt as _;
use transport::{Backoff, Heard, Target, follow};
use wire::Wire;

use crate::network::Machine;

/// What it heard.
#[derive(Default)]
pub(crate) struct Diary {
    pub(crate) cursors: Vec<Cursor>,
    /// When the newest event was due.
    pub(crate) newest_us: u64,
    pub(crate) gaps: usize,
    pub(crate) errors: usize,
}

pub(crate) struct Follower {
    pub(crate) way: &'static str,
    diary: Arc<Mutex<Diary>>,
}

impl Follower {
    /// Follows the prices of a lane by its way until the machine ends; polls every 50 ms.
    pub(crate) fn begin(machine: &Machine, way: &'static str, road: SocketAddr) -> Self {
        let diary = Arc::new(Mutex::new(Diary::default()));
        let own = Arc::clone(&diary);
        let transport = *ALL.iter().find(|known| known.card().name == way).expect("a way");
        let mut target = Target::new(road.to_string(), "stock-price");
        target.interval = Duration::from_millis(50);
        machine.begins(async move {
            let follow = follow(transport, Arc::new(target), None, Wire::default(), Backoff::new(1));
            let mut heard = std::pin::pin!(follow);
            while let Some(heard) = heard.next().await {
                let mut diary = own.lock().unwrap_or_else(PoisonError::into_inner);
                match heard {
                    Ok(Heard::Event { cursor, at, .. }) => {
                        diary.cursors.push(cursor);
                        diary.newest_us = at;
                    }
                    Ok(Heard::Gap(_)) => diary.gaps += 1,
                    Err(_) => diary.errors += 1,
                    Ok(_) => {}
                }
            }
        });
        Self { way, diary }
    }

    pub(crate) fn diary(&self) -> MutexGuard<'_, Diary> {
        self.diary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of the newest event.
    pub(crate) fn epoch(&self) -> String {
        self.diary().cursors.last().expect("events").epoch.to_string()
    }

    /// Waits for so many further events.
    pub(crate) async fn hears_more(&self, events: usize) {
        let before = self.diary().cursors.len();
        until(self.way, || self.diary().cursors.len() >= before + events).await;
    }

    /// Waits for an event that was due after this instant.
    pub(crate) async fn is_beyond(&self, instant_us: u64) {
        until(self.way, || self.diary().newest_us > instant_us).await;
    }

    /// # Panics
    /// When anything is missing, twice there, or told to be missing.
    pub(crate) fn has_no_hole(&self) {
        let diary = self.diary();
        assert_eq!(diary.gaps, 0, "{}", self.way);
        // The snapshot holds one event of each symbol, which need not follow each other.
        let live = diary.cursors.get(2..).expect("more than the snapshot");
        for pair in live.windows(2) {
            assert_eq!((pair[1].epoch, pair[1].seq), (pair[0].epoch, pair[0].seq + 1), "{}", self.way);
        }
    }
}
