//! What is under way in one direction.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use tokio::time::Instant;

use super::Weather;

/// What a packet counts beside its bytes: about what remembering it takes. So a flood of single bytes is bounded too.
const PACKET_COST: usize = 64;

/// Timers go by the millisecond, and so does the kernel that they wait in: they fire 0 to 2 ms late. So they are asked
/// for so much earlier, and are right within 1 ms on a machine that has time.
const TIMER_LATE: Duration = Duration::from_millis(1);

/// Bytes that came together.
#[derive(Debug)]
pub(super) struct Packet {
    pub(super) bytes: Bytes,
    pub(super) set_out: Instant,
    /// How much of the jitter it gets, of all that [`u32`] holds.
    pub(super) luck: u32,
}

/// How a sender ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It said all that it had to say.
    Finished,
    /// It is gone.
    Reset,
}

/// What comes out of the queue next.
#[derive(Debug)]
pub(super) enum Next {
    /// These bytes, at this instant.
    Bytes(Instant),
    /// The end, at this instant.
    End(End, Instant),
}

/// Packets in the order in which they came, and their end. It is bounded by [`Queue::room`].
#[derive(Debug, Default)]
pub(super) struct Queue {
    packets: VecDeque<Packet>,
    bytes: usize,
    end: Option<(End, Instant)>,
}

impl Queue {
    pub(super) fn push(&mut self, packet: Packet) {
        self.bytes += packet.bytes.len();
        self.packets.push_back(packet);
    }

    pub(super) fn end(&mut self, end: End, now: Instant) {
        self.end = Some((end, now));
    }

    /// Whether nothing more is to come.
    pub(super) fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// How many bytes may come now, if `room` may be under way.
    pub(super) fn room(&self, room: usize) -> usize {
        room.saturating_sub(self.bytes + (self.packets.len() + 1) * PACKET_COST)
    }

    /// What is next, and when it arrives in this weather: another one counts at once for what is under way.
    pub(super) fn next(&self, weather: &Weather) -> Option<Next> {
        let due = |set_out: Instant, luck| set_out + weather.lateness(luck).saturating_sub(TIMER_LATE);
        match (self.packets.front(), self.end) {
            (Some(packet), _) => Some(Next::Bytes(due(packet.set_out, packet.luck))),
            (None, Some((end, at))) => Some(Next::End(end, due(at, 0))),
            (None, None) => None,
        }
    }

    /// The bytes that go next.
    pub(super) fn front(&self) -> &[u8] {
        self.packets.front().map_or(&[], |packet| &packet.bytes)
    }

    /// So many bytes of the first packet went.
    pub(super) fn went(&mut self, bytes: usize) {
        if let Some(packet) = self.packets.front_mut() {
            packet.bytes.advance(bytes);
            self.bytes -= bytes;
            if packet.bytes.is_empty() {
                self.packets.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(text: &'static str, set_out: Instant, luck: u32) -> Packet {
        Packet { bytes: Bytes::from_static(text.as_bytes()), set_out, luck }
    }

    #[test]
    fn the_end_comes_behind_the_bytes() {
        let (mut queue, start) = (Queue::default(), Instant::now());
        let weather = Weather { delay_ms: 50, jitter_ms: 100, ..Weather::default() };
        queue.push(packet("abc", start, u32::MAX));
        queue.end(End::Finished, start);
        assert!(
            matches!(queue.next(&weather), Some(Next::Bytes(at)) if at == start + Duration::from_millis(150) - TIMER_LATE)
        );
        queue.went(2);
        assert_eq!(queue.front(), b"c");
        queue.went(1);
        let after = Duration::from_millis(50) - TIMER_LATE;
        assert!(matches!(queue.next(&weather), Some(Next::End(End::Finished, at)) if at == start + after));
    }

    #[test]
    fn single_bytes_fill_it_too() {
        let (mut queue, start) = (Queue::default(), Instant::now());
        let mut packets = 0;
        while queue.room(64 * 1024) > 0 {
            queue.push(packet("x", start, 0));
            packets += 1;
        }
        assert!((900..1100).contains(&packets), "{packets}");
    }
}
