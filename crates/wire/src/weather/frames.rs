//! Where WebSocket frames end (RFC 6455 5.2), masked or not.

use super::What;

/// Two bytes, a long length and a mask.
const HEAD_MAX: usize = 14;
/// A close code (RFC 6455 5.5.1).
const CODE_BYTES: usize = 2;

/// Reads frames, however they are cut.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The head, and behind it as much of the payload as a close code takes.
    head: [u8; HEAD_MAX + CODE_BYTES],
    have: usize,
    /// Of the payload that is not kept, once the head is known.
    left: u64,
    head_is_known: bool,
}

impl Frames {
    /// Reads on, up to the end of a frame. Says how many bytes it read, and what the frame was if it has ended.
    pub(super) fn step(&mut self, bytes: &[u8]) -> (usize, Option<What>) {
        let mut place = 0;
        while !self.head_is_known {
            let wanted = self.wanted();
            if self.have < wanted {
                let Some(byte) = bytes.get(place) else { return (place, None) };
                self.head[self.have] = *byte;
                (place, self.have) = (place + 1, self.have + 1);
                continue;
            }
            self.left = self.payload() - (wanted - self.head_bytes()) as u64;
            self.head_is_known = true;
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len() - place);
        (place, self.left) = (place + most, self.left - most as u64);
        if self.left > 0 {
            return (place, None);
        }
        let what = self.what();
        *self = Self::default();
        (place, Some(what))
    }

    /// How many bytes are to be kept, as far as can be told.
    fn wanted(&self) -> usize {
        let head = self.head_bytes();
        let is_close = self.head[0] & 0x0f == 8;
        if self.have < head || !is_close {
            return head;
        }
        head + usize::try_from(self.payload()).unwrap_or(usize::MAX).min(CODE_BYTES)
    }

    fn head_bytes(&self) -> usize {
        if self.have < 2 {
            return 2;
        }
        let length = match self.head[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if self.is_masked() { 4 } else { 0 };
        2 + length + mask
    }

    fn is_masked(&self) -> bool {
        self.head[1] & 0x80 != 0
    }

    fn payload(&self) -> u64 {
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        match self.head[1] & 0x7f {
            126 => number(&self.head[2..4]),
            127 => number(&self.head[2..10]),
            length => length.into(),
        }
    }

    fn what(&self) -> What {
        match self.head[0] & 0x0f {
            opcode @ 0..=2 => What::Message { opcode },
            8 => What::Close { code: self.code() },
            9 => What::Ping,
            10 => What::Pong,
            // Reserved: nobody knows what it means.
            _ => What::Body,
        }
    }

    fn code(&self) -> Option<u16> {
        let head = self.head_bytes();
        let &[high, low] = self.head.get(head..self.have)? else { return None };
        let mask = if self.is_masked() { [self.head[head - 4], self.head[head - 3]] } else { [0, 0] };
        Some(u16::from_be_bytes([high ^ mask[0], low ^ mask[1]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: &[u8], most: usize) -> Vec<(usize, What)> {
        let (mut frames, mut place, mut found) = (Frames::default(), 0, Vec::new());
        while place < bytes.len() {
            let (read, what) = frames.step(&bytes[place..bytes.len().min(place + most)]);
            place += read;
            found.extend(what.map(|what| (place, what)));
        }
        found
    }

    #[test]
    fn every_length_and_mask_is_read_however_it_is_cut() {
        let mut bytes = b"\x81\x02hi\x89\x00\x8a\x84\x01\x02\x03\x04abcd\x02\x7e\x00\x80".to_vec();
        bytes.extend([b'x'; 128]);
        bytes.extend(b"\x80\xff\0\0\0\0\0\0\0\x03\x01\x02\x03\x04abc");
        let known = [
            (4, What::Message { opcode: 1 }),
            (6, What::Ping),
            (16, What::Pong),
            (148, What::Message { opcode: 2 }),
            (165, What::Message { opcode: 0 }),
        ];
        for most in [1, 2, 3, bytes.len()] {
            assert_eq!(frames(&bytes, most), known);
        }
    }

    #[test]
    fn a_close_code_is_read_behind_its_mask() {
        let close = |bytes: &[u8]| frames(bytes, 1).pop().unwrap().1;
        assert_eq!(close(b"\x88\x02\x03\xe9"), What::Close { code: Some(1001) });
        assert_eq!(close(b"\x88\x05\x03\xe8bye"), What::Close { code: Some(1000) });
        assert_eq!(close(b"\x88\x82\x01\x02\x03\x04\x02\xeb"), What::Close { code: Some(1001) });
        assert_eq!(close(b"\x88\x00"), What::Close { code: None });
        assert_eq!(close(b"\x88\x01\x03"), What::Close { code: None }, "half a code is none");
    }
}
