//! Where the body of a message ends (RFC 9112 6 and 7.1), and in an event stream each of its blocks.

use super::blocks::Blocks;

/// The longest chunk size that is read, in digits. Longer ones would not fit in 64 bits.
const SIZE_DIGITS_MAX: u8 = 16;

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Body {
    framing: Framing,
    /// If it is an event stream.
    blocks: Option<Blocks>,
}

/// How a body says where it ends.
#[derive(Debug)]
pub(super) enum Framing {
    /// So many bytes are still to come.
    Length(u64),
    /// In chunks.
    Chunked(Chunk),
    /// With the connection.
    Closing,
}

/// Where in a chunked body we are.
#[derive(Debug)]
pub(super) enum Chunk {
    Size {
        size: u64,
        digits: u8,
    },
    /// Behind the size, up to the end of its line.
    Extension {
        size: u64,
    },
    Data {
        left: u64,
    },
    /// The line end behind the data. With `event` it also ends a block of an event stream.
    DataEnd {
        event: bool,
    },
    /// Behind the last chunk: trailers, up to an empty line.
    Trailer {
        line: bool,
    },
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// A block of an event stream ends here.
    Event,
    /// The body ends here.
    End,
}

/// What is no chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl Body {
    pub(super) fn new(framing: Framing, is_event_stream: bool) -> Self {
        Self { framing, blocks: is_event_stream.then(Blocks::default) }
    }

    /// Whether it does not say how long it is, before it ends.
    pub(super) fn is_unending(&self) -> bool {
        !matches!(self.framing, Framing::Length(_))
    }

    /// What was read is all of a piece. Whether a block has ended that else waits for the next byte.
    pub(super) fn settle(&mut self) -> bool {
        self.blocks.as_mut().is_some_and(Blocks::settle)
    }

    /// Reads on, up to the next edge. Says how many bytes it read, and which edge it came to, if to any.
    ///
    /// # Errors
    /// [`Malformed`]: it cannot be read any further.
    pub(super) fn step(&mut self, bytes: &[u8]) -> Result<(usize, Option<Edge>), Malformed> {
        match &mut self.framing {
            Framing::Closing => Ok(data(&mut self.blocks, bytes)),
            Framing::Length(left) => {
                let most = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                let (read, mut edge) = data(&mut self.blocks, &bytes[..most]);
                *left -= read as u64;
                if *left == 0 {
                    edge = Some(Edge::End);
                }
                Ok((read, edge))
            }
            Framing::Chunked(chunk) => chunk.step(&mut self.blocks, bytes),
        }
    }
}

/// Reads data, up to the end of a block.
fn data(blocks: &mut Option<Blocks>, bytes: &[u8]) -> (usize, Option<Edge>) {
    match blocks.as_mut().and_then(|blocks| blocks.end(bytes)) {
        Some(end) => (end, Some(Edge::Event)),
        None => (bytes.len(), None),
    }
}

impl Chunk {
    pub(super) const START: Self = Self::Size { size: 0, digits: 0 };

    fn step(
        &mut self,
        blocks: &mut Option<Blocks>,
        bytes: &[u8],
    ) -> Result<(usize, Option<Edge>), Malformed> {
        let mut place = 0;
        while let Some(byte) = bytes.get(place) {
            if let Self::Data { left } = self {
                let most = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len() - place);
                let (read, edge) = data(blocks, &bytes[place..place + most]);
                (place, *left) = (place + read, *left - read as u64);
                if *left > 0 {
                    if edge.is_some() {
                        return Ok((place, edge));
                    }
                    continue;
                }
                // Its line end is part of the piece that ends with the data.
                let settled = blocks.as_mut().is_some_and(Blocks::settle);
                *self = Self::DataEnd { event: edge.is_some() || settled };
                continue;
            }
            place += 1;
            if let Some(edge) = self.framing(*byte)? {
                return Ok((place, Some(edge)));
            }
        }
        Ok((place, None))
    }

    /// Takes a byte that is not data.
    fn framing(&mut self, byte: u8) -> Result<Option<Edge>, Malformed> {
        let next = match (&*self, byte) {
            (Self::Size { digits: 1.., size } | Self::Extension { size }, b'\n') => match size {
                0 => Self::Trailer { line: false },
                left => Self::Data { left: *left },
            },
            (Self::Size { digits: 1.., size }, b'\r' | b';' | b' ' | b'\t')
            | (Self::Extension { size }, _) => Self::Extension { size: *size },
            (Self::Size { size, digits }, _) if *digits < SIZE_DIGITS_MAX => {
                let digit = char::from(byte).to_digit(16).ok_or(Malformed)?;
                Self::Size { size: size << 4 | u64::from(digit), digits: digits + 1 }
            }
            (Self::DataEnd { event }, b'\r') => Self::DataEnd { event: *event },
            (Self::DataEnd { event }, b'\n') => {
                let edge = event.then_some(Edge::Event);
                *self = Self::START;
                return Ok(edge);
            }
            (Self::Trailer { line: false }, b'\n') => return Ok(Some(Edge::End)),
            (Self::Trailer { .. }, b'\n') => Self::Trailer { line: false },
            (Self::Trailer { line }, b'\r') => Self::Trailer { line: *line },
            (Self::Trailer { .. }, _) => Self::Trailer { line: true },
            (Self::Size { .. } | Self::DataEnd { .. } | Self::Data { .. }, _) => return Err(Malformed),
        };
        *self = next;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of the edges, when all came at once and when it came byte by byte.
    fn edges(framing: impl Fn() -> Framing, events: bool, bytes: &[u8]) -> Vec<(usize, Edge)> {
        let read = |most: usize| {
            let (mut body, mut place, mut edges) = (Body::new(framing(), events), 0, Vec::new());
            while place < bytes.len() {
                let end = bytes.len().min(place + most);
                let (read, edge) = body.step(&bytes[place..end]).unwrap();
                place += read;
                edges.extend(edge.map(|edge| (place, edge)));
                if edge == Some(Edge::End) {
                    break;
                }
            }
            edges
        };
        let whole = read(bytes.len());
        assert_eq!(whole, read(1));
        whole
    }

    #[test]
    fn a_length_ends_after_its_bytes() {
        assert_eq!(edges(|| Framing::Length(3), false, b"abcGET"), [(3, Edge::End)]);
    }

    #[test]
    fn chunks_end_with_the_last_one_and_its_trailers() {
        let chunked = || Framing::Chunked(Chunk::START);
        assert_eq!(
            edges(chunked, false, b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\nHTTP"),
            [(32, Edge::End)]
        );
        assert_eq!(edges(chunked, false, b"0\r\na: b\r\n\r\n"), [(11, Edge::End)]);
    }

    #[test]
    fn a_block_takes_the_framing_around_it_along() {
        let chunked = || Framing::Chunked(Chunk::START);
        let one = b"c\r\nretry: 2000\n\r\n9\r\ndata: 1\n\n\r\n";
        assert_eq!(edges(chunked, true, one), [(one.len(), Edge::Event)]);
        let two = b"12\r\ndata: 1\n\ndata: 2\n\n\r\n0\r\n\r\n";
        assert_eq!(edges(chunked, true, two), [(13, Edge::Event), (24, Edge::Event), (29, Edge::End)]);
        assert_eq!(edges(|| Framing::Closing, true, b"data: 1\n\ndata"), [(9, Edge::Event)]);
    }

    #[test]
    fn what_is_no_chunk_is_malformed() {
        for bytes in [&b"\r\n"[..], b"x", b"3\r\nabcd", b"11111111111111111\r\n", b"-1\r\n"] {
            let mut body = Body::new(Framing::Chunked(Chunk::START), false);
            assert_eq!(body.step(bytes), Err(Malformed), "{}", bytes.escape_ascii());
        }
    }
}
