//! A client of one session that keeps what it heard.

use std::sync::Arc;

use bytes::Bytes;
use contract::{Inside, soon};
use feed::{Cursor, Epoch, Gap};
use futures_util::StreamExt as _;
use transport::{Error, Heard, Session, Transport};
use wire::Wire;

pub(crate) struct Listener {
    session: Session,
    name: &'static str,
    heard: Vec<Heard>,
}

impl Listener {
    pub(crate) fn open(way: &'static dyn Transport, inside: &Inside, from: Option<Cursor>) -> Self {
        Self::query(way, inside, from, "")
    }

    pub(crate) fn query(
        way: &'static dyn Transport,
        inside: &Inside,
        from: Option<Cursor>,
        query: &str,
    ) -> Self {
        let mut target = inside.target("stock-price");
        query.clone_into(&mut target.query);
        let session = way.session(Arc::new(target), from, Wire::default());
        Self { session, name: way.card().name, heard: Vec::new() }
    }

    /// Hears until it stands at `at`.
    pub(crate) async fn until_at(&mut self, at: Cursor) {
        soon(self.name, async {
            while self.cursor() != Some(at) {
                self.hear().await;
            }
        })
        .await;
    }

    /// Hears until the server has told it where it stands.
    pub(crate) async fn until_cursor(&mut self) -> Cursor {
        soon(self.name, async {
            loop {
                if let Heard::Cursor(cursor) = self.hear().await {
                    return cursor;
                }
            }
        })
        .await
    }

    /// Makes the session connect and ask, without waiting for what comes: nothing may.
    pub(crate) async fn start(&mut self) {
        let moment = std::time::Duration::from_millis(10);
        if let Ok(Some(heard)) = tokio::time::timeout(moment, self.session.next()).await {
            self.heard.push(heard.expect("no error"));
        }
    }

    /// The first thing it hears.
    pub(crate) async fn first(mut self) -> Result<Heard, Error> {
        soon("an answer", self.session.next()).await.expect("an answer")
    }

    /// Everything that still comes.
    pub(crate) async fn rest(&mut self) {
        while let Some(Ok(heard)) = self.session.next().await {
            self.heard.push(heard);
        }
    }

    pub(crate) fn cursor(&self) -> Option<Cursor> {
        self.heard.iter().rev().find_map(|heard| match heard {
            Heard::Event { cursor, .. } | Heard::Cursor(cursor) => Some(*cursor),
            _ => None,
        })
    }

    pub(crate) fn seqs(&self) -> Vec<u64> {
        self.events().into_iter().map(|(seq, _)| seq).collect()
    }

    pub(crate) fn events(&self) -> Vec<(u64, Bytes)> {
        let event = |heard: &Heard| match heard {
            Heard::Event { cursor, json, .. } => Some((cursor.seq, json.clone())),
            _ => None,
        };
        self.heard.iter().filter_map(event).collect()
    }

    pub(crate) fn gaps(&self) -> Vec<Gap> {
        let gap = |heard: &Heard| if let Heard::Gap(gap) = heard { Some(*gap) } else { None };
        self.heard.iter().filter_map(gap).collect()
    }

    pub(crate) fn epochs(&self) -> Vec<Epoch> {
        let epoch = |heard: &Heard| if let Heard::Open { epoch } = heard { Some(*epoch) } else { None };
        self.heard.iter().filter_map(epoch).collect()
    }

    async fn hear(&mut self) -> Heard {
        let heard = self.session.next().await.expect("an open session").expect("no error");
        self.heard.push(heard.clone());
        heard
    }
}
