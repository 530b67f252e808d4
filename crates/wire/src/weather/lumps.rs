//! Answers without a declared length, held together as by a proxy that buffers.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::queue::{Packet, Queue};
use super::settings::LUMP_BYTES;

/// What is held: less than a lump.
#[derive(Debug, Default)]
pub(super) struct Lumps {
    held: VecDeque<Packet>,
    bytes: usize,
}

impl Lumps {
    /// Takes a packet and passes on what makes whole lumps; everything if nothing is to be held.
    pub(super) fn push(&mut self, packet: Packet, hold: bool, now: Instant, queue: &mut Queue) {
        self.bytes += packet.bytes.len();
        self.held.push_back(packet);
        let whole = if hold { self.bytes / LUMP_BYTES * LUMP_BYTES } else { self.bytes };
        self.pass(whole, now, queue);
    }

    /// Passes on all that is held.
    pub(super) fn release(&mut self, now: Instant, queue: &mut Queue) {
        self.pass(self.bytes, now, queue);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    fn pass(&mut self, mut bytes: usize, now: Instant, queue: &mut Queue) {
        self.bytes -= bytes;
        while bytes > 0 {
            let Some(mut packet) = self.held.pop_front() else { return };
            let luck = packet.luck;
            let passes = packet.bytes.split_to(bytes.min(packet.bytes.len()));
            bytes -= passes.len();
            queue.push(Packet { bytes: passes, set_out: now, luck });
            if !packet.bytes.is_empty() {
                self.held.push_front(packet);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::weather::Weather;

    fn came_out(queue: &mut Queue) -> usize {
        let mut bytes = 0;
        while queue.next(&Weather::default()).is_some() {
            let front = queue.front().len();
            queue.went(front);
            bytes += front;
        }
        bytes
    }

    #[test]
    fn only_whole_lumps_pass_while_the_answer_goes_on() {
        let (mut lumps, mut queue, now) = (Lumps::default(), Queue::default(), Instant::now());
        let packet = |bytes| Packet { bytes: Bytes::from(vec![b'x'; bytes]), set_out: now, luck: 0 };
        lumps.push(packet(4095), true, now, &mut queue);
        assert_eq!(came_out(&mut queue), 0);
        lumps.push(packet(4106), true, now, &mut queue);
        assert_eq!(came_out(&mut queue), 2 * LUMP_BYTES);
        lumps.push(packet(1), false, now, &mut queue);
        assert_eq!(came_out(&mut queue), 10, "the rest, when the answer ends");
        assert!(lumps.is_empty());
    }
}
