//! The last exchanges of a lane's boards, byte by byte, for the wire inspector: a ring that holds no more than it says.

use std::collections::VecDeque;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wire::Passed;

/// Pieces that are kept.
const PIECES_MAX: usize = 64;
/// Their bytes in all.
const BYTES_MAX: usize = 64 * 1024;
/// Of one piece: a large answer leaves room for what came before.
const PIECE_MAX: usize = 16 * 1024;

/// The newest pieces of one lane.
#[derive(Debug, Default)]
pub(crate) struct Exchanges {
    pieces: VecDeque<Piece>,
    bytes: usize,
}

#[derive(Debug)]
struct Piece {
    client: Arc<str>,
    kind: &'static str,
    connection: u64,
    up: bool,
    came_us: u64,
    went_us: u64,
    length: usize,
    /// Its beginning. A copy: the relay's own would keep all that arrived with it.
    bytes: Box<[u8]>,
}

impl Exchanges {
    pub(crate) fn push(&mut self, client: &Arc<str>, kind: &'static str, passed: &Passed) {
        let bytes: Box<[u8]> = passed.bytes[..passed.bytes.len().min(PIECE_MAX)].into();
        self.bytes += bytes.len();
        self.pieces.push_back(Piece {
            client: Arc::clone(client),
            kind,
            connection: passed.connection,
            up: passed.up,
            came_us: passed.came_us,
            went_us: passed.went_us,
            length: passed.bytes.len(),
            bytes,
        });
        while self.pieces.len() > PIECES_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.pieces.pop_front() else { return };
            self.bytes -= oldest.bytes.len();
        }
    }

    /// Oldest first; those of one client, if it is named. `length` is that of the piece, `base64` may hold less of it.
    pub(crate) fn json(&self, client: Option<&str>) -> Vec<Value> {
        let wanted = self.pieces.iter().filter(|piece| client.is_none_or(|client| *piece.client == *client));
        wanted
            .map(|piece| {
                json!({
                    "client": *piece.client, "connection": piece.connection, "up": piece.up, "kind": piece.kind,
                    "came_us": piece.came_us, "went_us": piece.went_us, "length": piece.length,
                    "base64": STANDARD.encode(&piece.bytes),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use wire::What;

    use super::*;

    fn push(exchanges: &mut Exchanges, client: &str, bytes: Vec<u8>) {
        let bytes = Bytes::from(bytes);
        let peer = [127, 0, 0, 1].into();
        let passed =
            Passed { connection: 1, peer, up: true, what: What::Body, came_us: 2, went_us: 3, bytes };
        exchanges.push(&Arc::from(client), "body", &passed);
    }

    #[test]
    fn the_newest_stay_whatever_comes() {
        let mut exchanges = Exchanges::default();
        for number in 0..1_000_u32 {
            push(&mut exchanges, "board-a", number.to_be_bytes().to_vec());
        }
        assert_eq!((exchanges.pieces.len(), exchanges.bytes), (PIECES_MAX, 4 * PIECES_MAX));
        assert_eq!(*exchanges.pieces[PIECES_MAX - 1].bytes, 999_u32.to_be_bytes());
        for _ in 0..9 {
            push(&mut exchanges, "board-a", vec![7; PIECE_MAX + 1]);
        }
        assert_eq!((exchanges.pieces.len(), exchanges.bytes), (4, BYTES_MAX));
    }

    #[test]
    fn each_client_finds_its_own() {
        let mut exchanges = Exchanges::default();
        push(&mut exchanges, "board-a", b"GET".to_vec());
        push(&mut exchanges, "board-b", vec![0; PIECE_MAX + 5]);
        assert_eq!(exchanges.json(None).len(), 2);
        assert_eq!(
            exchanges.json(Some("board-a")),
            [json!({
                "client": "board-a", "connection": 1, "up": true, "kind": "body", "came_us": 2, "went_us": 3,
                "length": 3, "base64": "R0VU",
            })]
        );
        assert_eq!(exchanges.json(Some("board-b"))[0]["length"], PIECE_MAX + 5);
    }
}
