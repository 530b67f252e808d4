//! Answers without a declared length, held together as by a proxy that buffers.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
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
        if !hold && self.held.is_empty() {
            return queue.push(packet);
        }
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
        while bytes > 0 {
            let (lump, luck) = self.lump(bytes.min(LUMP_BYTES));
            bytes -= lump.len();
            queue.push(Packet { bytes: lump, set_out: now, luck });
        }
    }

    /// The first so many bytes as one: they are written at once.
    fn lump(&mut self, bytes: usize) -> (Bytes, u32) {
        let (mut lump, mut luck) = (BytesMut::with_capacity(bytes), 0);
        while lump.len() < bytes
            && let Some(packet) = self.held.front_mut()
        {
            luck = packet.luck;
            lump.extend_from_slice(&packet.bytes.split_to(packet.bytes.len().min(bytes - lump.len())));
            if packet.bytes.is_empty() {
                self.held.pop_front();
            }
        }
        self.bytes -= lump.len();
        (lump.freeze(), luck)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::Weather;

    fn came_out(queue: &mut Queue) -> Vec<usize> {
        let mut packets = Vec::new();
        while queue.next(&Weather::default()).is_some() {
            packets.push(queue.front().len());
            queue.went(queue.front().len());
        }
        packets
    }

    #[test]
    fn only_whole_lumps_pass_while_the_answer_goes_on() {
        let (mut lumps, mut queue, now) = (Lumps::default(), Queue::default(), Instant::now());
        let packet = |bytes| Packet { bytes: Bytes::from(vec![b'x'; bytes]), set_out: now, luck: 0 };
        lumps.push(packet(4095), true, now, &mut queue);
        assert_eq!(came_out(&mut queue), []);
        lumps.push(packet(4106), true, now, &mut queue);
        assert_eq!(came_out(&mut queue), [LUMP_BYTES; 2], "each at once");
        lumps.push(packet(1), false, now, &mut queue);
        assert_eq!(came_out(&mut queue), [10], "the rest, when the answer ends");
        assert!(lumps.is_empty());
    }
}
