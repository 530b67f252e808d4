//! Where the blocks of an event stream end (HTML 9.2.5): behind the empty line that follows a line with something in it.

/// Finds the ends, however the stream is cut.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// The block has a line already.
    begun: bool,
    /// The line has a character already.
    line: bool,
    cr: Cr,
}

/// A CR came, and an LF behind it would belong to it.
#[derive(Debug, Default, PartialEq, Eq)]
enum Cr {
    #[default]
    No,
    Line,
    /// It ended a block, if only the LF does not follow.
    Block,
}

impl Blocks {
    /// Reads on, up to the end of a block. Says how many bytes belong to what goes before that end, if there is one:
    /// the next byte is not read then.
    pub(super) fn end(&mut self, data: &[u8]) -> Option<usize> {
        for (place, byte) in data.iter().enumerate() {
            match (std::mem::take(&mut self.cr), byte) {
                (Cr::Block, b'\n') => return Some(place + 1),
                (Cr::Block, _) => return Some(place),
                (Cr::Line, b'\n') => {}
                (_, b'\n') if self.ends_line() => return Some(place + 1),
                (_, b'\n') => {}
                (_, b'\r') => self.cr = if self.ends_line() { Cr::Block } else { Cr::Line },
                _ => (self.begun, self.line) = (true, true),
            }
        }
        None
    }

    /// What was read is all for now. Whether that makes an end of what otherwise waits for the next byte.
    pub(super) fn settle(&mut self) -> bool {
        let ends = self.cr == Cr::Block;
        if ends {
            self.cr = Cr::Line;
        }
        ends
    }

    /// Whether the line was empty and the block was not.
    fn ends_line(&mut self) -> bool {
        !std::mem::take(&mut self.line) && std::mem::take(&mut self.begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(stream: &[u8]) -> Vec<usize> {
        let (mut blocks, mut ends, mut place) = (Blocks::default(), Vec::new(), 0);
        while let Some(end) = blocks.end(&stream[place..]) {
            place += end;
            ends.push(place);
        }
        ends
    }

    #[test]
    fn every_line_end_ends_a_line() {
        assert_eq!(ends(b"data: 1\n\ndata: 2\n\nda"), [9, 18]);
        assert_eq!(ends(b"data: 1\r\n\r\ndata: 2\r\n\r\n"), [11, 22]);
        assert_eq!(ends(b"data: 1\r\rdata: 2\r\rx"), [9, 18], "known when the next byte comes");
        assert_eq!(ends(b"\n\n: hi\n\n\nid: 1\ndata: 2\n\n"), [8, 24], "empty lines alone are no block");
    }

    #[test]
    fn a_cr_that_nothing_follows_can_be_settled() {
        let mut blocks = Blocks::default();
        assert_eq!(blocks.end(b"data: 1\r\r"), None);
        assert!(blocks.settle() && !blocks.settle());
        assert_eq!(blocks.end(b"\ndata: 2\n\n"), Some(10), "the LF was of the line before");
    }
}
